import type { DataFrame, Field, PanelProps } from '@grafana/data';
import { dateTimeFormat, FieldType, formattedValueToString, getFieldDisplayName, getValueFormat } from '@grafana/data';
import { measureText, Portal, SeriesTable, useTheme2, VizTooltipContainer } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { definePanel } from './definition';
import { PanelBody } from './PanelBody';
import { timeTicks } from './timeTicks';

interface HeatMapOptions {
  readonly calculate: boolean;
  readonly color: {
    readonly fill: string;
    readonly scale: 'linear' | 'exponential';
    readonly exponent: number;
    readonly min?: number;
    readonly max?: number;
  };
  readonly filterValues?: { readonly le?: number; readonly ge?: number };
  readonly rowsFrame?: { readonly value?: string };
  readonly cellGap: number;
  readonly cellValues?: { readonly unit?: string; readonly decimals?: number };
  readonly yAxis: { readonly axisPlacement?: string; readonly reverse?: boolean };
  readonly legend: { readonly show: boolean };
  readonly tooltip: { readonly mode: string };
}

interface Cell {
  readonly row: number;
  readonly at: number;
  readonly value: number;
}

/** The buckets as rows, lowest first, and their cells; `undefined` where a frame has no time with numbers beside it. */
function rowsOf(frame: DataFrame | undefined) {
  const time = frame?.fields.find((f) => f.type === FieldType.time);
  const rows = frame?.fields.filter((f) => f.type === FieldType.number) ?? [];
  return frame && time && rows.length > 0 ? { frame, time, rows } : undefined;
}

const fontPx = 12;
const gapPx = 8;
const legendPx = 22;

function HeatMapPanel({ data, fieldConfig, height, options, timeRange, timeZone, width }: PanelProps<HeatMapOptions>) {
  const theme = useTheme2();
  const [hover, setHover] = useState<Cell & { readonly x: number; readonly y: number }>();
  const found = useMemo(() => rowsOf(data.series.find((frame) => frame.length > 0)), [data.series]);
  const hasRows = data.series.some((frame) => frame.length > 0);
  const { color, filterValues } = options;

  const draw = ({ frame, time, rows }: NonNullable<ReturnType<typeof rowsOf>>) => {
    const name = (field: Field) => getFieldDisplayName(field, frame, data.series);
    const format = getValueFormat(options.cellValues?.unit ?? 'short');
    const text = (value: number) => formattedValueToString(format(value, options.cellValues?.decimals));
    const fromMs = timeRange.from.valueOf();
    const toMs = timeRange.to.valueOf();
    const times = time.values as readonly number[];
    // As wide as the nearest two are apart: the last cell has no next one.
    const stepMs = times.slice(1).reduce((least, t, i) => Math.min(least, t - times[i]!), toMs - fromMs || 1);

    const labels = rows.map(name);
    const left =
      options.yAxis.axisPlacement === 'hidden'
        ? 0
        : Math.max(...labels.map((l) => measureText(l, fontPx).width)) + gapPx;
    const plot = {
      left,
      top: 4,
      width: Math.max(1, width - left - gapPx),
      height: Math.max(1, height - fontPx - gapPx - 4 - (options.legend.show ? legendPx : 0)),
    };
    const cellHeight = plot.height / rows.length;
    const x = (ms: number) => plot.left + ((ms - fromMs) / (toMs - fromMs || 1)) * plot.width;
    const y = (row: number) => plot.top + (options.yAxis.reverse ? row : rows.length - 1 - row) * cellHeight;

    const cells = rows.flatMap((field, row) =>
      (field.values as readonly (number | null)[]).flatMap((value, i): Cell[] => {
        const isHidden =
          value == null || value <= (filterValues?.le ?? 1e-9) || value >= (filterValues?.ge ?? Infinity);
        const at = times[i]!;
        return isHidden || at + stepMs <= fromMs || at >= toMs ? [] : [{ row, at, value }];
      }),
    );
    const least = color.min ?? Math.min(...cells.map((c) => c.value), Infinity);
    const most = color.max ?? Math.max(...cells.map((c) => c.value), least + 1);
    const share = (value: number) => Math.min(1, Math.max(0, (value - least) / (most - least || 1)));
    const opacity = (value: number) => (color.scale === 'exponential' ? share(value) ** color.exponent : share(value));
    const fill = theme.visualization.getColorByName(color.fill);
    const gap = options.cellGap;

    return (
      <>
        <svg
          width={width}
          height={height}
          fontSize={fontPx}
          fontFamily={theme.typography.fontFamily}
          fill={theme.colors.text.primary}
        >
          {labels.map((label, row) => (
            <text key={label} x={plot.left - gapPx / 2} y={y(row) + cellHeight / 2 + fontPx / 3} textAnchor="end">
              {plot.left > 0 && (cellHeight >= fontPx || row % Math.ceil(fontPx / cellHeight) === 0) ? label : ''}
            </text>
          ))}
          {cells.map((cell) => {
            const from = Math.max(plot.left, x(cell.at));
            const to = Math.min(plot.left + plot.width, x(cell.at + stepMs));
            return (
              <rect
                key={`${cell.row} ${cell.at}`}
                x={from}
                y={y(cell.row)}
                width={Math.max(0.5, to - from - gap)}
                height={Math.max(0.5, cellHeight - gap)}
                fill={fill}
                fillOpacity={opacity(cell.value)}
                data-bucket={labels[cell.row]}
                data-value={cell.value}
                onMouseMove={(event) => setHover({ ...cell, x: event.clientX, y: event.clientY })}
                onMouseLeave={() => setHover(undefined)}
              />
            );
          })}
          {timeTicks(fromMs, toMs, plot.width / 80, timeZone).map((tick) => (
            <text key={tick.ms} x={x(tick.ms)} y={plot.top + plot.height + fontPx + 2} textAnchor="middle">
              {tick.text}
            </text>
          ))}
          {options.legend.show && cells.length > 0 && (
            <g transform={`translate(${plot.left}, ${height - legendPx + 8})`}>
              {Array.from({ length: 20 }, (_, i) => least + ((i + 0.5) / 20) * (most - least)).map((value, i) => (
                <rect key={i} x={i * 8} y={0} width={8} height={8} fill={fill} fillOpacity={opacity(value)} />
              ))}
              <text x={168} y={8}>{`${text(least)} to ${text(most)}`}</text>
            </g>
          )}
        </svg>
        {hover && options.tooltip.mode !== 'none' && (
          <Portal>
            <VizTooltipContainer position={{ x: hover.x, y: hover.y }} offset={{ x: 10, y: 10 }}>
              <SeriesTable
                timestamp={dateTimeFormat(hover.at, { timeZone })}
                series={[{ label: labels[hover.row] ?? '', value: text(hover.value), color: fill, isActive: true }]}
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
      hasValues={found !== undefined}
      emptyText={hasRows ? 'The data has no time field with numbers beside it' : undefined}
    >
      {() => found && draw(found)}
    </PanelBody>
  );
}

/** Grafana's heatmap of buckets that the statement made (`calculate: false`), drawn here as SVG: `@grafana/ui` does not export it. */
export const heatMap = definePanel<HeatMapOptions>({
  id: 'heatmap',
  component: HeatMapPanel,
  colorMode: 'thresholds',
  optionDefaults: {
    calculate: false,
    color: {
      mode: 'scheme',
      scheme: 'Oranges',
      fill: 'dark-orange',
      scale: 'exponential',
      exponent: 0.5,
      steps: 64,
      reverse: false,
    },
    filterValues: { le: 1e-9 },
    cellGap: 1,
    cellValues: {},
    yAxis: { axisPlacement: 'left' },
    legend: { show: true },
    tooltip: { mode: 'single', yHistogram: false, showColorScale: false },
    showValue: 'auto',
  },
  options: {
    calculate: [false],
    'color.mode': ['opacity'],
    'color.fill': true,
    'color.scale': true,
    'color.exponent': true,
    'color.min': true,
    'color.max': true,
    // Of the other mode.
    'color.scheme': ['Oranges'],
    'color.steps': [64],
    'color.reverse': [false],
    'filterValues.le': true,
    'filterValues.ge': true,
    // Name of what the cells count, in Grafana's tooltip only.
    'rowsFrame.value': true,
    'rowsFrame.layout': ['auto'],
    cellGap: true,
    cellRadius: [0],
    'cellValues.unit': true,
    'cellValues.decimals': true,
    showValue: ['never', 'auto'],
    'yAxis.axisPlacement': true,
    'yAxis.reverse': true,
    'legend.show': true,
    'tooltip.mode': true,
    'tooltip.yHistogram': [false],
    'tooltip.showColorScale': [false],
    'exemplars.color': ['rgba(255,0,255,0.7)'],
    selectionMode: ['x'],
  },
  customDefaults: { scaleDistribution: { type: 'linear' }, hideFrom: { tooltip: false, viz: false, legend: false } },
  customIgnored: { scaleDistribution: [{ type: 'linear' }], hideFrom: [] },
});
