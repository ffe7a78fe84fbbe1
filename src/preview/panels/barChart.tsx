import type { Field, PanelProps } from '@grafana/data';
import { fieldReducers, formattedValueToString, getFieldDisplayName, reduceField } from '@grafana/data';
import type { VizLegendOptions, VizTooltipOptions } from '@grafana/schema';
import { Portal, SeriesTable, VizTooltipContainer } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { BarChartSvg, useBarColor } from './BarChartSvg';
import type { Stacking } from './barLayout';
import { barFields, barLayout } from './barLayout';
import { ChartLegend, legendItem } from './ChartLegend';
import { definePanel } from './definition';
import { PanelBody } from './PanelBody';
import { legendOptions, legendTooltipDefaults, tooltipOptions } from './singleStat';
import { axisDefaults } from './axisDefaults';

interface BarChartOptions {
  readonly orientation: 'auto' | 'horizontal' | 'vertical';
  readonly stacking: Stacking;
  readonly barWidth: number;
  readonly groupWidth: number;
  readonly barRadius: number;
  readonly showValue: 'auto' | 'always' | 'never';
  readonly xField?: string;
  readonly colorByField?: string;
  readonly xTickLabelRotation: number;
  readonly xTickLabelMaxLength: number;
  readonly xTickLabelSpacing: number;
  readonly legend: VizLegendOptions;
  readonly tooltip: VizTooltipOptions;
  readonly text?: { readonly valueSize?: number };
}

interface Hover {
  readonly row: number;
  readonly field: Field;
  readonly x: number;
  readonly y: number;
}

function BarChartPanel({ data, fieldConfig, height, options, width }: PanelProps<BarChartOptions>) {
  const [hover, setHover] = useState<Hover>();
  const frame = data.series.find((one) => one.length > 0);
  const fields = useMemo(() => frame && barFields(frame, options.xField), [frame, options.xField]);
  const seriesColor = useBarColor(fields?.series ?? []);
  const colorField = options.colorByField ? frame?.fields.find((f) => f.name === options.colorByField) : undefined;
  const colorOf = (field: Field, row: number) =>
    (colorField?.display?.(colorField.values[row]).color ?? undefined) || seriesColor(field, row);
  const name = (field: Field) => getFieldDisplayName(field, frame, data.series);
  const text = (field: Field, row: number) =>
    field.display ? formattedValueToString(field.display(field.values[row])) : String(field.values[row]);

  const items = (fields?.series ?? []).map((field) =>
    legendItem(
      name(field),
      seriesColor(field, 0),
      Boolean(field.config.custom?.hideFrom?.viz),
      options.legend.calcs.map((calc) => {
        const value = reduceField({ field, reducers: [calc] })[calc];
        const title = fieldReducers.getIfExists(calc)?.name;
        return { ...(field.display?.(value) ?? { numeric: Number(value), text: String(value) }), title };
      }),
    ),
  );

  return (
    <PanelBody
      data={data}
      fieldConfig={fieldConfig}
      hasValues={fields !== undefined}
      emptyText={frame ? 'The data has no text or time field with numbers beside it' : undefined}
    >
      {() =>
        fields && (
          <>
            <ChartLegend items={items} options={options.legend} width={width} height={height}>
              {(chartWidth, chartHeight) => {
                const isHorizontal =
                  options.orientation === 'horizontal' || (options.orientation === 'auto' && chartWidth < chartHeight);
                const tickCount = (isHorizontal ? chartWidth / 100 : chartHeight / 50) | 0;
                return (
                  <BarChartSvg
                    layout={barLayout(fields, options.stacking, tickCount)}
                    look={{
                      isHorizontal,
                      stacking: options.stacking,
                      barWidth: options.barWidth,
                      groupWidth: options.groupWidth,
                      barRadius: options.barRadius,
                      showValue: options.showValue,
                      labelRotation: options.xTickLabelRotation,
                      labelMaxLength: options.xTickLabelMaxLength,
                      labelSpacing: options.xTickLabelSpacing,
                      valueSize: options.text?.valueSize,
                    }}
                    colorOf={colorOf}
                    width={chartWidth}
                    height={chartHeight}
                    onHover={setHover}
                  />
                );
              }}
            </ChartLegend>
            {hover && options.tooltip.mode !== 'none' && (
              <Portal>
                <VizTooltipContainer position={{ x: hover.x, y: hover.y }} offset={{ x: 10, y: 10 }}>
                  <SeriesTable
                    timestamp={text(fields.category, hover.row)}
                    series={fields.series
                      .filter((field) => options.tooltip.mode === 'multi' || field === hover.field)
                      .map((field) => ({
                        label: name(field),
                        value: text(field, hover.row),
                        color: colorOf(field, hover.row),
                        isActive: field === hover.field,
                      }))}
                  />
                </VizTooltipContainer>
              </Portal>
            )}
          </>
        )
      }
    </PanelBody>
  );
}

/** Grafana's bar chart, drawn here as SVG: `@grafana/ui` does not export it. */
export const barChart = definePanel<BarChartOptions>({
  id: 'barchart',
  component: BarChartPanel,
  colorMode: 'palette-classic',
  optionDefaults: {
    ...legendTooltipDefaults,
    orientation: 'auto',
    stacking: 'none',
    barWidth: 0.97,
    groupWidth: 0.7,
    barRadius: 0,
    showValue: 'auto',
    xTickLabelRotation: 0,
    xTickLabelMaxLength: 0,
    xTickLabelSpacing: 0,
  },
  options: {
    ...legendOptions,
    ...tooltipOptions,
    'tooltip.sort': ['none'],
    'tooltip.hideZeros': [false],
    orientation: true,
    stacking: true,
    barWidth: true,
    groupWidth: true,
    barRadius: true,
    showValue: true,
    xField: true,
    colorByField: true,
    xTickLabelRotation: true,
    xTickLabelMaxLength: true,
    xTickLabelSpacing: true,
    fullHighlight: [false],
    'text.valueSize': true,
  },
  customDefaults: {
    fillOpacity: 80,
    lineWidth: 1,
    gradientMode: 'none',
    ...axisDefaults,
  },
  customIgnored: {
    gradientMode: ['none'],
    axisColorMode: ['text'],
    axisBorderShow: [false],
    axisCenteredZero: [false],
    axisWidth: [],
    scaleDistribution: [{ type: 'linear' }],
    thresholdsStyle: [{ mode: 'off' }],
  },
});
