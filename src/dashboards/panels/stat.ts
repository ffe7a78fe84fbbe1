import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';

import { queryBuilder, savedQuery } from '../query';
import type { StatPanel } from '../spec';
import { metricProperties, noThresholds, nothing, plainColour } from './common';

/** Big numbers from one row: a column each, named where there are several. */
export function statPanel(spec: StatPanel): PanelBuilder {
  const panel = new PanelBuilder()
    .withTarget(queryBuilder(savedQuery(spec.sql, 'table')))
    // Every column, not numbers only: a day is text.
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/.*/').values(false))
    .textMode(spec.values.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .colorMode(spec.filled ? BigValueColorMode.Background : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .justifyMode(BigValueJustifyMode.Auto)
    .orientation(VizOrientation.Auto)
    .wideLayout(true)
    .colorScheme(plainColour())
    .thresholds(noThresholds())
    .noValue(nothing);
  for (const { column, metric } of spec.values) panel.overrideByName(column, metricProperties(metric));
  return panel;
}
