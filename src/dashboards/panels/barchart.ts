import { StackingMode, VisibilityMode, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/barchart';

import { queryBuilder, savedQuery } from '../query';
import type { BarChartPanel } from '../spec';
import { legendFor, metricProperties, noThresholds, nothing, plainColour, tooltip } from './common';

/** Bars by name: for calendar months, which no time axis holds whole. Series stack, so that the running one takes its place. */
export function barchartPanel(spec: BarChartPanel): PanelBuilder {
  const panel = new PanelBuilder()
    .withTarget(queryBuilder(savedQuery(spec.sql, 'table')))
    .xField(spec.x)
    .orientation(VizOrientation.Vertical)
    .stacking(spec.beside ? StackingMode.None : StackingMode.Normal)
    .showValue(VisibilityMode.Auto)
    .barWidth(0.9)
    .groupWidth(0.8)
    .xTickLabelRotation(0)
    .xTickLabelSpacing(100)
    .legend(legendFor(spec.series.length))
    .tooltip(tooltip())
    .fillOpacity(80)
    .lineWidth(1)
    .min(0)
    .colorScheme(plainColour())
    .thresholds(noThresholds())
    .noValue(nothing);
  for (const { column, metric, open } of spec.series) {
    panel.overrideByName(column, metricProperties(metric));
    if (open) panel.overrideByName(open, [...metricProperties(metric), { id: 'custom.fillOpacity', value: 20 }]);
  }
  return panel;
}
