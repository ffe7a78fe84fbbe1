import type { DataFrame, Field, PanelProps } from '@grafana/data';
import { dateTimeFormat, FieldType, formattedValueToString, getFieldDisplayName } from '@grafana/data';
import type { VizLegendOptions, VizTooltipOptions } from '@grafana/schema';
import { measureText, Portal, SeriesTable, useTheme2, VizTooltipContainer } from '@grafana/ui';
import { useId, useMemo, useState } from 'react';
import { axisDefaults } from './axisDefaults';
import { definePanel } from './definition';
import { graphable } from './frames';
import { PanelBody } from './PanelBody';
import { legendOptions, legendTooltipDefaults, tooltipOptions } from './singleStat';
import { timeTicks } from './timeTicks';

interface StateTimelineOptions {
  readonly mergeValues: boolean;
  readonly showValue: 'auto' | 'always' | 'never';
  readonly alignValue: 'left' | 'center' | 'right';
  readonly rowHeight: number;
  readonly legend: VizLegendOptions;
  readonly tooltip: VizTooltipOptions;
}

/** A state from one instant (ms) to another. */
interface Span {
  readonly row: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: unknown;
}

interface Row {
  readonly name: string;
  readonly field: Field;
  readonly times: readonly number[];
}

function rowsOf(frames: readonly DataFrame[]): Row[] {
  return frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === FieldType.time);
    if (!time) return [];
    return frame.fields
      .filter((field) => field.type === FieldType.number)
      .map((field) => ({
        name: getFieldDisplayName(field, frame, [...frames]),
        field,
        times: time.values as readonly number[],
      }));
  });
}

/** States of a row within the range: each lasts until the next value, the last one until the range ends. */
function spansOf({ field, times }: Row, row: number, fromMs: number, endMs: number, merge: boolean): Span[] {
  const spans: Span[] = [];
  times.forEach((time, i) => {
    const value: unknown = field.values[i];
    const toMs = Math.min(times[i + 1] ?? endMs, endMs);
    if (value == null || toMs <= fromMs || time >= endMs) return;
    const last = spans.at(-1);
    if (merge && last?.value === value && last.toMs === time) spans[spans.length - 1] = { ...last, toMs };
    else spans.push({ row, fromMs: Math.max(time, fromMs), toMs, value });
  });
  return spans;
}

const fontPx = 12;
const gapPx = 8;
/** The page spaces letters a little wider than the text that is measured. */
const spacing = 1.03;
/** Longer names are cut. */
const widestShare = 0.3;

function StateTimelinePanel(props: PanelProps<StateTimelineOptions>) {
  const { data, fieldConfig, height, options, timeRange, timeZone, width } = props;
  const theme = useTheme2();
  const clipId = useId();
  const [hover, setHover] = useState<Span & { readonly x: number; readonly y: number }>();
  const rows = useMemo(() => rowsOf(graphable(data.series)), [data.series]);
  const hasRows = data.series.some((frame) => frame.length > 0);

  const draw = () => {
    const fromMs = timeRange.from.valueOf();
    const endMs = timeRange.to.valueOf();
    const widest = Math.max(...rows.map(({ name }) => measureText(name, fontPx).width)) * spacing + 2 * gapPx;
    const left = Math.min(widest, width * widestShare);
    const plot = { width: Math.max(1, width - left - gapPx), height: Math.max(1, height - fontPx - gapPx) };
    const rowHeight = plot.height / rows.length;
    const barHeight = rowHeight * options.rowHeight;
    const x = (ms: number) => left + ((ms - fromMs) / (endMs - fromMs || 1)) * plot.width;
    const y = (row: number) => row * rowHeight + (rowHeight - barHeight) / 2;
    const shown = ({ row, value }: Span) => rows[row]?.field.display?.(value);
    const text = (span: Span) => {
      const value = shown(span);
      return value ? formattedValueToString(value) : String(span.value);
    };
    const spans = rows.flatMap((row, at) => spansOf(row, at, fromMs, endMs, options.mergeValues));
    return (
      <>
        <svg
          width={width}
          height={height}
          fontSize={fontPx}
          fontFamily={theme.typography.fontFamily}
          fill={theme.colors.text.primary}
        >
          <clipPath id={clipId}>
            <rect x={0} y={0} width={left - gapPx / 2} height={height} />
          </clipPath>
          <g clipPath={`url(#${clipId})`}>
            {rows.map(({ name }, row) => (
              <text
                key={name}
                x={widest > left ? 0 : left - gapPx}
                y={y(row) + barHeight / 2 + fontPx / 3}
                textAnchor={widest > left ? 'start' : 'end'}
              >
                {name}
              </text>
            ))}
          </g>
          {spans.map((span) => {
            const from = x(span.fromMs);
            const barWidth = Math.max(1, x(span.toMs) - from);
            const label = text(span);
            const isNamed =
              options.showValue !== 'never' &&
              barHeight >= fontPx &&
              (options.showValue === 'always' || measureText(label, fontPx).width + gapPx < barWidth);
            const fill = shown(span)?.color ?? theme.colors.secondary.main;
            const place = { left: [from + gapPx / 2, 'start'], center: [from + barWidth / 2, 'middle'], right: [from + barWidth - gapPx / 2, 'end'] } as const; // prettier-ignore
            const [textX, anchor] = place[options.alignValue];
            return (
              <g
                key={`${span.row} ${span.fromMs}`}
                data-subject={rows[span.row]?.name}
                data-state={label}
                onMouseMove={(event) => setHover({ ...span, x: event.clientX, y: event.clientY })}
                onMouseLeave={() => setHover(undefined)}
              >
                <rect
                  x={from}
                  y={y(span.row)}
                  width={barWidth}
                  height={barHeight}
                  fill={fill}
                  fillOpacity={Number(fieldConfig.defaults.custom?.fillOpacity ?? 70) / 100}
                />
                {isNamed && (
                  <text
                    x={textX}
                    y={y(span.row) + barHeight / 2 + fontPx / 3}
                    textAnchor={anchor}
                    fill={theme.colors.getContrastText(fill)}
                  >
                    {label}
                  </text>
                )}
              </g>
            );
          })}
          {timeTicks(fromMs, endMs, plot.width / 80, timeZone).map((tick) => (
            <text key={tick.ms} x={x(tick.ms)} y={plot.height + fontPx + 2} textAnchor="middle">
              {tick.text}
            </text>
          ))}
        </svg>
        {hover && options.tooltip.mode !== 'none' && (
          <Portal>
            <VizTooltipContainer position={{ x: hover.x, y: hover.y }} offset={{ x: 10, y: 10 }}>
              <SeriesTable
                timestamp={`${dateTimeFormat(hover.fromMs, { timeZone })} to ${dateTimeFormat(hover.toMs, { timeZone })}`}
                series={[
                  {
                    label: rows[hover.row]?.name ?? '',
                    value: text(hover),
                    color: shown(hover)?.color ?? '',
                    isActive: true,
                  },
                ]}
              />
            </VizTooltipContainer>
          </Portal>
        )}
      </>
    );
  };

  return (
    <PanelBody
      data={data}
      fieldConfig={fieldConfig}
      hasValues={rows.length > 0}
      emptyText={hasRows ? 'The data has no time field with states beside it' : undefined}
    >
      {draw}
    </PanelBody>
  );
}

/** Grafana's state timeline of numbers with value mappings, drawn here as SVG: `@grafana/ui` does not export it. */
export const stateTimeline = definePanel<StateTimelineOptions>({
  id: 'state-timeline',
  component: StateTimelinePanel,
  colorMode: 'thresholds',
  optionDefaults: {
    ...legendTooltipDefaults,
    mergeValues: true,
    showValue: 'auto',
    alignValue: 'left',
    rowHeight: 0.9,
  },
  options: {
    ...legendOptions,
    // States are named in their bars.
    'legend.showLegend': [false],
    ...tooltipOptions,
    mergeValues: true,
    showValue: true,
    alignValue: true,
    rowHeight: true,
    perPage: [20],
  },
  customDefaults: {
    lineWidth: 0,
    fillOpacity: 70,
    spanNulls: false,
    insertNulls: false,
    ...axisDefaults,
  },
  customIgnored: { lineWidth: [0], spanNulls: [false], insertNulls: [false], hideFrom: [] },
});
