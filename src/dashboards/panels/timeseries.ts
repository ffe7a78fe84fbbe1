import {
  BarAlignment,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HideSeriesConfigBuilder,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { styleOf, verdictColours } from '../palette';
import { queryBuilder, savedQuery } from '../query';
import type { TimeseriesPanel } from '../spec';
import { colourOf, legendFor, metricProperties, noThresholds, nothing, plainColour, tooltip } from './common';

/** A bucket still running: beside the whole ones in colour, but pale (bars) or a lone point (lines), and not in the legend. */
function openProperties(draw: TimeseriesPanel['draw']): DynamicConfigValue[] {
  return [
    ...(draw === 'bars'
      ? [{ id: 'custom.fillOpacity', value: 20 }]
      : [
          { id: 'custom.showPoints', value: VisibilityMode.Always },
          { id: 'custom.pointSize', value: 7 },
        ]),
    { id: 'custom.hideFrom', value: new HideSeriesConfigBuilder().legend(true).tooltip(false).viz(false).build() },
  ];
}

/** Numbers over time; zero-based, gaps left open, the running bucket marked. */
export function timeseriesPanel(spec: TimeseriesPanel): PanelBuilder {
  const bars = spec.draw === 'bars';
  const panel = new PanelBuilder()
    .withTarget(queryBuilder(savedQuery(spec.sql, 'timeseries')))
    .legend(legendFor(spec.byLabel ? Infinity : spec.series.length))
    .tooltip(tooltip())
    .drawStyle(bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(bars ? 1 : 2)
    .fillOpacity(bars ? 80 : 0)
    .showPoints(bars ? VisibilityMode.Never : VisibilityMode.Auto)
    .spanNulls(false)
    // A bucket reaches from its time onwards, so the first one of a range is not cut in half.
    .barAlignment(BarAlignment.After)
    .stacking(new StackingConfigBuilder().mode(spec.stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .colorScheme(plainColour())
    .thresholds(noThresholds())
    .noValue(nothing);
  if (!spec.belowZero) panel.min(0);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.limit !== undefined) limitLine(panel, spec.limit);
  if (spec.limitSeries !== undefined) panel.overrideByName(spec.limitSeries, limitProperties);
  if (spec.byLabel) return byLabel(panel, spec.byLabel);
  for (const { column, metric, open } of spec.series) {
    panel.overrideByName(column, metricProperties(metric));
    if (open) panel.overrideByName(open, [...metricProperties(metric), ...openProperties(spec.draw)]);
  }
  return panel;
}

/** A series that is a limit: a dashed line of the same look, named in the legend with its last value. */
const limitProperties: DynamicConfigValue[] = [
  { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: verdictColours.bad } },
  { id: 'custom.drawStyle', value: GraphDrawStyle.Line },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.lineWidth', value: 1 },
  { id: 'custom.showPoints', value: VisibilityMode.Never },
  // It may have two points only, between those of the others.
  { id: 'custom.spanNulls', value: true },
];

/** A dashed line; the axis reaches it, so that one sees how far away it is. */
function limitLine(panel: PanelBuilder, limit: number): void {
  panel
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: 'transparent' },
        { value: limit, color: verdictColours.bad },
      ]),
    )
    .axisSoftMax(limit * 1.25);
}

/** One series per value of the label; the plugin names each by the label alone. */
function byLabel(panel: PanelBuilder, { metric }: NonNullable<TimeseriesPanel['byLabel']>): PanelBuilder {
  const { mode } = colourOf(metric);
  const { unit, decimals } = styleOf(metric);
  if (decimals !== undefined) panel.decimals(decimals);
  return panel.unit(unit).colorScheme(new FieldColorBuilder().mode(mode));
}
