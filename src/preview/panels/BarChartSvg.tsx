import type { Field } from '@grafana/data';
import { formattedValueToString, getFieldDisplayName, getFieldSeriesColor } from '@grafana/data';
import { measureText, useTheme2 } from '@grafana/ui';
import type { BarLayout, Stacking } from './barLayout';

/** How the bars look; shares are of 1, angles in degrees, lengths in characters. */
export interface BarLook {
  readonly isHorizontal: boolean;
  readonly stacking: Stacking;
  readonly barWidth: number;
  readonly groupWidth: number;
  readonly barRadius: number;
  readonly showValue: 'auto' | 'always' | 'never';
  readonly labelRotation: number;
  readonly labelMaxLength: number;
  /** Pixels at least between two labels of the category axis; 0 for as they fit. */
  readonly labelSpacing: number;
  readonly valueSize: number | undefined;
}

interface BarChartSvgProps {
  readonly layout: BarLayout;
  readonly look: BarLook;
  readonly colorOf: (field: Field, row: number) => string;
  readonly width: number;
  readonly height: number;
  readonly onHover: (at: { row: number; field: Field; x: number; y: number } | undefined) => void;
}

const fontPx = 12;
const gapPx = 8;

const shown = (field: Field, value: unknown, decimals?: number | null) =>
  field.display ? formattedValueToString(field.display(value, decimals)) : String(value ?? '');

const cut = (text: string, length: number) => (length > 0 && text.length > length ? `${text.slice(0, length)}…` : text);

/** The bars with their two axes, as SVG; sizes in CSS pixels. */
export function BarChartSvg({ layout, look, colorOf, width, height, onHover }: BarChartSvgProps) {
  const theme = useTheme2();
  const { bars, category, series, ticks } = layout;
  const rows = category.values.length;
  const valueField = series[0];
  const tickText = (tick: number) =>
    look.stacking === 'percent' ? `${Math.round(tick * 100)}%` : valueField ? shown(valueField, tick) : String(tick);
  const rowTexts = category.values.map((value: unknown) => cut(shown(category, value), look.labelMaxLength));
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => measureText(text, fontPx).width));

  const custom = valueField?.config.custom as
    { axisPlacement?: string; axisLabel?: string; axisGridShow?: boolean } | undefined;
  const hasValueAxis = custom?.axisPlacement !== 'hidden';
  const valueAxis = hasValueAxis ? (look.isHorizontal ? fontPx + gapPx : widest(ticks.map(tickText)) + gapPx) : 0;
  const label = hasValueAxis && custom?.axisLabel ? custom.axisLabel : '';
  const titlePx = label ? fontPx + 6 : 0;
  const turned = Math.abs(Math.sin((look.labelRotation * Math.PI) / 180));
  const rowAxis = look.isHorizontal
    ? Math.min(widest(rowTexts), width * 0.4) + gapPx
    : fontPx + gapPx + turned * widest(rowTexts);
  const left = look.isHorizontal ? rowAxis : valueAxis + titlePx;
  const bottom = look.isHorizontal ? valueAxis + titlePx : rowAxis;
  const plot = { left, top: fontPx + 4, right: width - gapPx, bottom: height - bottom };

  const lowest = ticks[0] ?? 0;
  const highest = ticks[ticks.length - 1] ?? 1;
  const along = look.isHorizontal ? plot.right - plot.left : plot.bottom - plot.top;
  const place = (value: number) => ((value - lowest) / (highest - lowest || 1)) * along;
  const across = look.isHorizontal ? plot.bottom - plot.top : plot.right - plot.left;
  const slot = across / Math.max(1, rows);
  const lanes = look.stacking === 'none' ? Math.max(1, series.length) : 1;
  const group = slot * (lanes > 1 ? look.groupWidth : 0.85);
  const lane = group / lanes;

  const boxOf = (bar: (typeof bars)[number]) => {
    const start =
      bar.row * slot + (slot - group) / 2 + (lanes > 1 ? bar.series * lane : 0) + (lane * (1 - look.barWidth)) / 2;
    const thick = Math.max(1, lane * look.barWidth);
    const low = place(Math.min(bar.from, bar.to));
    const long = Math.abs(place(bar.to) - place(bar.from));
    return look.isHorizontal
      ? { x: plot.left + low, y: plot.top + start, width: long, height: thick }
      : { x: plot.left + start, y: plot.bottom - low - long, width: thick, height: long };
  };

  const rowLabelPx = look.isHorizontal ? fontPx + 2 : turned > 0.3 ? fontPx + 4 : widest(rowTexts) + gapPx;
  const every = Math.max(1, Math.ceil(Math.max(rowLabelPx, look.labelSpacing) / Math.max(1, slot)));
  const valuePx = look.valueSize ?? fontPx;
  const fits = (text: string, box: { width: number; height: number }) =>
    look.isHorizontal ? box.height >= valuePx : box.width >= measureText(text, valuePx).width;

  return (
    <svg
      width={width}
      height={height}
      fontSize={fontPx}
      fontFamily={theme.typography.fontFamily}
      fill={theme.colors.text.primary}
    >
      {ticks.map((tick) => {
        const at = look.isHorizontal ? plot.left + place(tick) : plot.bottom - place(tick);
        const line = look.isHorizontal
          ? { x1: at, x2: at, y1: plot.top, y2: plot.bottom }
          : { x1: plot.left, x2: plot.right, y1: at, y2: at };
        return (
          <g key={tick}>
            {custom?.axisGridShow !== false && <line {...line} stroke={theme.colors.border.weak} />}
            {hasValueAxis && (
              <text
                x={look.isHorizontal ? at : plot.left - gapPx / 2}
                y={look.isHorizontal ? plot.bottom + fontPx + 2 : at + fontPx / 3}
                textAnchor={look.isHorizontal ? 'middle' : 'end'}
              >
                {tickText(tick)}
              </text>
            )}
          </g>
        );
      })}
      {label && (
        <text
          transform={
            look.isHorizontal ? undefined : `translate(${fontPx}, ${(plot.top + plot.bottom) / 2}) rotate(-90)`
          }
          x={look.isHorizontal ? (plot.left + plot.right) / 2 : 0}
          y={look.isHorizontal ? height - 2 : 0}
          textAnchor="middle"
        >
          {label}
        </text>
      )}
      {rowTexts.map((text: string, row: number) => {
        if (row % every !== 0) return null;
        const middle = row * slot + slot / 2;
        const x = look.isHorizontal ? plot.left - gapPx / 2 : plot.left + middle;
        const y = look.isHorizontal ? plot.top + middle + fontPx / 3 : plot.bottom + fontPx + 2;
        const isTurned = !look.isHorizontal && turned > 0;
        return (
          <text
            key={row}
            x={x}
            y={y}
            textAnchor={look.isHorizontal || isTurned ? 'end' : 'middle'}
            transform={isTurned ? `rotate(${-Math.abs(look.labelRotation)}, ${x}, ${y})` : undefined}
          >
            {text}
          </text>
        );
      })}
      {bars.map((bar) => {
        const box = boxOf(bar);
        const name = getFieldDisplayName(bar.field);
        const text = shown(bar.field, bar.value);
        const color = colorOf(bar.field, bar.row);
        const drawn = bar.field.config.custom as { fillOpacity?: number; lineWidth?: number } | undefined;
        const isLabelled = look.showValue === 'always' || (look.showValue === 'auto' && fits(text, box));
        return (
          <g key={`${bar.row} ${name}`}>
            <rect
              {...box}
              rx={Math.min(box.width, box.height) * look.barRadius}
              fill={color}
              fillOpacity={(drawn?.fillOpacity ?? 80) / 100}
              stroke={color}
              strokeWidth={drawn?.lineWidth ?? 1}
              data-series={name}
              data-value={bar.value}
              onMouseMove={(event) => onHover({ row: bar.row, field: bar.field, x: event.clientX, y: event.clientY })}
              onMouseLeave={() => onHover(undefined)}
            />
            {isLabelled && (
              <text
                x={look.isHorizontal ? box.x + box.width + 3 : box.x + box.width / 2}
                y={look.isHorizontal ? box.y + box.height / 2 + valuePx / 3 : box.y - 3}
                textAnchor={look.isHorizontal ? 'start' : 'middle'}
                fontSize={valuePx}
                pointerEvents="none"
              >
                {text}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** The colour of a series as Grafana picks it, counted over `series` alone; a field with colours by value takes the value's. */
export function useBarColor(series: readonly Field[]): (field: Field, row: number) => string {
  const theme = useTheme2();
  return (field, row) => {
    const counted = { ...field, state: { ...field.state, seriesIndex: series.indexOf(field) } };
    const color = getFieldSeriesColor(counted, theme);
    const byValue = /thresholds|continuous/.test(field.config.color?.mode ?? '');
    return (byValue ? field.display?.(field.values[row]).color : color.color) ?? color.color;
  };
}
