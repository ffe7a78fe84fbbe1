import {
  AxisPlacement,
  HeatmapCellLayout,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  TooltipDisplayMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  CellValuesBuilder,
  FilterValueRangeBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';

import { colours, styleOf } from '../palette';
import { queryBuilder, savedQuery } from '../query';
import type { HeatmapPanel } from '../spec';
import { nothing } from './common';

/** Least count that is drawn: empty cells stay empty. */
const leastShown = 1e-9;

/** Buckets over time, made by the statement: Grafana draws its columns as rows of cells and calculates nothing. */
export function heatmapPanel(spec: HeatmapPanel): PanelBuilder {
  const { unit, decimals = 0 } = styleOf(spec.metric);
  return new PanelBuilder()
    .unit(unit)
    .withTarget(queryBuilder(savedQuery(spec.sql, 'timeseries')))
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto).value(spec.axis))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Opacity)
        .fill(colours.blue)
        .scale(HeatmapColorScale.Exponential)
        // Few slow requests among many fast ones have to be seen.
        .exponent(0.4)
        .min(0)
        // Of the other mode: Grafana's defaults.
        .scheme('Oranges')
        .steps(64),
    )
    .filterValues(new FilterValueRangeBuilder().le(leastShown))
    .cellGap(1)
    .cellValues(new CellValuesBuilder().unit(unit).decimals(decimals))
    .showValue(VisibilityMode.Never)
    .yAxis(new YAxisConfigBuilder().axisPlacement(AxisPlacement.Left).reverse(false))
    .showLegend()
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(false).showColorScale(false))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .noValue(nothing);
}
