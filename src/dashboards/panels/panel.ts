import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import type { PanelSpec } from '../spec';
import { barchartPanel } from './barchart';
import { bargaugePanel } from './bargauge';
import { heatmapPanel } from './heatmap';
import { statetimelinePanel } from './statetimeline';
import { statPanel } from './stat';
import { tablePanel } from './table';
import { textPanel } from './text';
import { timeseriesPanel } from './timeseries';

/** What every panel builder of the Foundation SDK can be told, whatever its type. */
export interface AnyPanelBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(ref: { readonly type: string; readonly uid: string }): this;
  gridPos(gridPos: { x: number; y: number; w: number; h: number }): this;
  links(links: Builder<NonNullable<Panel['links']>[number]>[]): this;
}

/** The builder for a panel's kind: one file per kind, listed here. */
export function panelBuilder(spec: PanelSpec): AnyPanelBuilder {
  switch (spec.kind) {
    case 'stat':
      return statPanel(spec);
    case 'timeseries':
      return timeseriesPanel(spec);
    case 'barchart':
      return barchartPanel(spec);
    case 'bargauge':
      return bargaugePanel(spec);
    case 'heatmap':
      return heatmapPanel(spec);
    case 'statetimeline':
      return statetimelinePanel(spec);
    case 'table':
      return tablePanel(spec);
    case 'text':
      return textPanel(spec);
  }
}
