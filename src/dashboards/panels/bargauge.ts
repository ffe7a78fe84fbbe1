import {
  BarGaugeDisplayMode,
  BarGaugeSizing,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';

import { queryBuilder, savedQuery } from '../query';
import type { BarGaugePanel } from '../spec';
import { metricProperties, noThresholds, nothing, plainColour } from './common';

/** Bars that lie, one per row of the answer: long names stay readable. */
export function bargaugePanel(spec: BarGaugePanel): PanelBuilder {
  const { column, metric } = spec.value;
  return new PanelBuilder()
    .withTarget(queryBuilder(savedQuery(spec.sql, 'table')))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(true))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .showUnfilled(true)
    .sizing(BarGaugeSizing.Auto)
    .min(0)
    .colorScheme(plainColour())
    .thresholds(noThresholds())
    .noValue(nothing)
    .overrideByName(column, metricProperties(metric));
}
