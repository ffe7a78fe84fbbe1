import { TimelineValueAlignment, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';

import { styleOf } from '../palette';
import { queryBuilder, savedQuery } from '../query';
import type { StateTimelinePanel } from '../spec';
import { legendFor, mappingsOf, noThresholds, nothing, tooltip } from './common';

/** States over time, one row per value of the label: a state lasts until the next row, NULL ends it. */
export function statetimelinePanel(spec: StateTimelinePanel): PanelBuilder {
  return (
    new PanelBuilder()
      .unit(styleOf(spec.metric).unit)
      .withTarget(queryBuilder(savedQuery(spec.sql, 'timeseries')))
      .mergeValues(true)
      .showValue(VisibilityMode.Auto)
      .alignValue(TimelineValueAlignment.Left)
      .rowHeight(0.85)
      .legend(legendFor(1))
      .tooltip(tooltip())
      .fillOpacity(85)
      .lineWidth(0)
      // NULL is told as such: nothing is drawn over it.
      .spanNulls(false)
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
      .thresholds(noThresholds())
      .mappings(mappingsOf(spec.metric))
      .noValue(nothing)
  );
}
