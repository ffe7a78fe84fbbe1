import type { FieldDisplay, PanelProps } from '@grafana/data';
import { formattedValueToString, getFieldDisplayValues } from '@grafana/data';
import type { SingleStatBaseOptions, VizLegendOptions, VizTooltipOptions } from '@grafana/schema';
import { useTheme2 } from '@grafana/ui';
import { ChartLegend, legendItem } from './ChartLegend';
import { definePanel } from './definition';
import { hasShownValue } from './frames';
import { PanelBody } from './PanelBody';
import { legendOptions, legendTooltipDefaults, singleStatDefaults, singleStatOptions } from './singleStat';

interface PieOptions extends SingleStatBaseOptions {
  readonly pieType: 'pie' | 'donut';
  readonly sort: 'asc' | 'desc' | 'none';
  readonly displayLabels: ReadonlyArray<'name' | 'value' | 'percent'>;
  readonly legend: VizLegendOptions & { readonly values?: ReadonlyArray<'value' | 'percent'> };
  readonly tooltip: VizTooltipOptions;
}

/** SVG path of a ring's part; angles as shares of the whole turn, clockwise from the top. */
function slicePath(from: number, to: number, radius: number, hole: number): string {
  const end = Math.min(to, from + 0.99999);
  const at = (share: number, r: number) => `${r * Math.sin(2 * Math.PI * share)} ${-r * Math.cos(2 * Math.PI * share)}`;
  const large = end - from > 0.5 ? 1 : 0;
  return `M ${at(from, radius)} A ${radius} ${radius} 0 ${large} 1 ${at(end, radius)} L ${at(end, hole)} A ${hole} ${hole} 0 ${large} 0 ${at(from, hole)} Z`;
}

function PiePanel({ data, fieldConfig, height, options, replaceVariables, timeZone, width }: PanelProps<PieOptions>) {
  const theme = useTheme2();
  const { reduceOptions } = options;
  const shown = hasShownValue(data.series)
    ? getFieldDisplayValues({ data: data.series, fieldConfig, reduceOptions, replaceVariables, theme, timeZone })
    : [];
  const values = shown.filter((value) => value.display.numeric > 0);
  if (options.sort === 'desc') values.sort((a, b) => b.display.numeric - a.display.numeric);
  if (options.sort === 'asc') values.sort((a, b) => a.display.numeric - b.display.numeric);
  const total = values.reduce((sum, value) => sum + value.display.numeric, 0);
  const share = (value: FieldDisplay) => `${((100 * value.display.numeric) / total).toFixed(0)}%`;
  const title = (value: FieldDisplay) => value.display.title ?? value.name;
  const color = (value: FieldDisplay) => value.display.color ?? theme.colors.text.primary;
  const items = values.map((value) =>
    legendItem(
      title(value),
      color(value),
      false,
      (options.legend.values ?? []).map((kind) =>
        kind === 'value'
          ? { ...value.display, title: 'Value' }
          : { numeric: value.display.numeric / total, text: share(value), title: 'Percent' },
      ),
    ),
  );

  return (
    <PanelBody data={data} fieldConfig={fieldConfig} hasValues={values.length > 0}>
      {() => (
        <ChartLegend items={items} options={options.legend} width={width} height={height}>
          {(chartWidth, chartHeight) => {
            const radius = Math.max(10, Math.min(chartWidth, chartHeight) / 2 - 4);
            const hole = options.pieType === 'donut' ? radius * 0.6 : 0;
            let done = 0;
            return (
              <svg
                width={chartWidth}
                height={chartHeight}
                viewBox={`${-chartWidth / 2} ${-chartHeight / 2} ${chartWidth} ${chartHeight}`}
              >
                {values.map((value, i) => {
                  const from = done / total;
                  done += value.display.numeric;
                  const to = done / total;
                  const middle = 2 * Math.PI * ((from + to) / 2);
                  const r = (radius + hole) / 2 + (hole ? 0 : radius * 0.15);
                  const parts = {
                    name: title(value),
                    value: formattedValueToString(value.display),
                    percent: share(value),
                  };
                  const label = to - from < 0.04 ? '' : options.displayLabels.map((kind) => parts[kind]).join(' ');
                  return (
                    <g key={i}>
                      <path
                        d={slicePath(from, to, radius, hole)}
                        fill={color(value)}
                        stroke={theme.colors.background.primary}
                      >
                        <title>{`${parts.name}: ${parts.value} (${parts.percent})`}</title>
                      </path>
                      <text
                        x={r * Math.sin(middle)}
                        y={-r * Math.cos(middle)}
                        textAnchor="middle"
                        dominantBaseline="middle"
                        fontSize={12}
                        fill={theme.colors.getContrastText(color(value))}
                        pointerEvents="none"
                      >
                        {label}
                      </text>
                    </g>
                  );
                })}
              </svg>
            );
          }}
        </ChartLegend>
      )}
    </PanelBody>
  );
}

/** Grafana's pie chart, drawn here as SVG: `@grafana/ui` does not export it. */
export const pieChart = definePanel<PieOptions>({
  id: 'piechart',
  component: PiePanel,
  colorMode: 'palette-classic',
  optionDefaults: {
    ...singleStatDefaults,
    ...legendTooltipDefaults,
    pieType: 'pie',
    sort: 'desc',
    displayLabels: [],
    legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [], values: [] },
  },
  options: {
    ...singleStatOptions,
    ...legendOptions,
    'legend.values': true,
    'tooltip.mode': ['single'],
    'tooltip.sort': ['none'],
    'tooltip.hideZeros': [false],
    pieType: true,
    sort: true,
    displayLabels: true,
  },
  customDefaults: { hideFrom: { tooltip: false, viz: false, legend: false } },
});
