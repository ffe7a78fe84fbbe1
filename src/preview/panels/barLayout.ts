import type { DataFrame, Field } from '@grafana/data';
import { FieldType } from '@grafana/data';
import { niceTicks } from './ticks';

/** One bar before it is placed: `[from, to]` on the value axis. */
export interface Bar {
  readonly row: number;
  readonly field: Field;
  /** Position among the visible series. */
  readonly series: number;
  readonly from: number;
  readonly to: number;
  /** The value as it stands in the data (stacking aside). */
  readonly value: number;
}

/** A bar chart's data: categories, visible series, bars and the value axis. */
export interface BarLayout {
  readonly category: Field;
  readonly series: readonly Field[];
  readonly bars: readonly Bar[];
  readonly ticks: readonly number[];
}

export type Stacking = 'none' | 'normal' | 'percent';

const isHidden = (field: Field) => Boolean(field.config.custom?.hideFrom?.viz);

/** The fields that a bar chart draws of a frame: the named, else first text, else first time field as category; its numbers as series. */
export function barFields(frame: DataFrame, xField?: string): { category: Field; series: Field[] } | undefined {
  const category =
    frame.fields.find((field) => xField !== undefined && field.name === xField) ??
    frame.fields.find((field) => field.type === FieldType.string || field.type === FieldType.enum) ??
    frame.fields.find((field) => field.type === FieldType.time);
  const series = frame.fields.filter((field) => field !== category && field.type === FieldType.number);
  return category && series.length ? { category, series } : undefined;
}

/**
 * Places a frame's numbers on a value axis from zero. Stacked bars stand on each other, negative ones below zero; with
 * `percent` every category adds up to 1. Nulls have no bar.
 */
export function barLayout(
  fields: { category: Field; series: readonly Field[] },
  stacking: Stacking,
  tickCount: number,
): BarLayout {
  const series = fields.series.filter((field) => !isHidden(field));
  const bars: Bar[] = [];
  for (let row = 0; row < fields.category.values.length; row++) {
    const values = series.map((field) => field.values[row] as number | null);
    const whole = values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
    let above = 0;
    let below = 0;
    series.forEach((field, i) => {
      const value = values[i];
      if (value == null || !Number.isFinite(value)) return;
      const size = stacking === 'percent' ? (whole === 0 ? 0 : value / whole) : value;
      const from = stacking === 'none' ? 0 : size < 0 ? below : above;
      const to = from + size;
      if (size < 0) below = to;
      else above = to;
      bars.push({ row, field, series: i, from, to, value });
    });
  }
  const config = series[0]?.config;
  const soft = config?.custom as { axisSoftMin?: number; axisSoftMax?: number } | undefined;
  const all = bars.flatMap((bar) => [bar.from, bar.to]);
  const min = config?.min ?? Math.min(0, soft?.axisSoftMin ?? 0, ...all);
  const max = config?.max ?? Math.max(0, soft?.axisSoftMax ?? 0, ...all);
  const nice = niceTicks(min, max, tickCount).filter((tick) => config?.max == null || tick <= config.max);
  return { category: fields.category, series, bars, ticks: nice };
}
