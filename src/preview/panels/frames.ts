import type { DataFrame, Field } from '@grafana/data';
import { cacheFieldDisplayNames, FieldType } from '@grafana/data';

/** Whether any field of any frame holds a row. */
export const hasRows = (frames: readonly DataFrame[]): boolean =>
  frames.some((f) => f.length > 0 && f.fields.length > 0);

/** Whether there is a field with rows that is not only a time axis: what stats and gauges can show. */
export const hasShownValue = (frames: readonly DataFrame[]): boolean =>
  frames.some((frame) => frame.length > 0 && frame.fields.some((field) => field.type !== FieldType.time));

function isAscending(values: readonly number[]): boolean {
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) < (values[i - 1] ?? 0)) return false;
  return true;
}

function sorted(frame: DataFrame, by: Field): DataFrame {
  const order = Array.from({ length: frame.length }, (_, i) => i).sort((a, b) => by.values[a] - by.values[b]);
  return { ...frame, fields: frame.fields.map((f) => ({ ...f, values: order.map((i) => f.values[i]) })) };
}

/**
 * Makes a chart's names and colours agree with its legend's: names are worked out once, over all frames, and series take
 * the palette's colours in the order of the numbers, whatever text fields stand between them.
 */
function nameAndCount(frames: DataFrame[]): DataFrame[] {
  cacheFieldDisplayNames(frames);
  let seriesIndex = 0;
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === FieldType.number || field.type === FieldType.enum
        ? { ...field, state: { ...field.state, seriesIndex: seriesIndex++ } }
        : field,
    ),
  }));
}

/**
 * The frames that a time axis can carry: a time field and at least one number, rows in time order (sorted here where
 * they are not, as uPlot asks). Booleans become 0 and 1; text fields stay for tooltips' names and are not drawn.
 */
export function graphable(frames: readonly DataFrame[]): DataFrame[] {
  return nameAndCount(
    frames.flatMap((frame) => {
      const time = frame.fields.find((field) => field.type === FieldType.time);
      if (!time || frame.length === 0) return [];
      const fields = frame.fields.map((field) =>
        field.type === FieldType.boolean
          ? { ...field, type: FieldType.number, values: field.values.map((v) => (v == null ? null : Number(v))) }
          : field,
      );
      if (!fields.some((field) => field.type === FieldType.number || field.type === FieldType.enum)) return [];
      const ready = { ...frame, fields };
      return [isAscending(time.values) ? ready : sorted(ready, time)];
    }),
  );
}
