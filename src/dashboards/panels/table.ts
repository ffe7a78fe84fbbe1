import {
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableCellHeight,
} from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';

import { cellUrl } from '../links';
import { queryBuilder, savedQuery } from '../query';
import type { Column, TablePanel } from '../spec';
import { metricProperties, noThresholds, plainColour } from './common';

/** How a cell is drawn: on a colour, as a word in its colour (for states), over several lines; `undefined`: as Grafana likes. */
function cellOptions({ coloured, wrap }: Column): object | undefined {
  if (coloured === 'background')
    return { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic };
  if (coloured === 'text') return { type: TableCellDisplayMode.ColorText };
  return wrap ? { type: TableCellDisplayMode.Auto } : undefined;
}

function columnProperties(column: Column): DynamicConfigValue[] {
  const { metric, width, link, wrap, hidden } = column;
  const options = cellOptions(column);
  return [
    ...(metric ? metricProperties(metric) : []),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(link ? [{ id: 'links', value: [{ title: link.title, url: cellUrl(link) }] }] : []),
    ...(options ? [{ id: 'custom.cellOptions', value: options }] : []),
    ...(wrap ? [{ id: 'custom.wrapText', value: true }] : []),
    ...(hidden ? [{ id: 'custom.hideFrom', value: { viz: true } }] : []),
  ];
}

/** Rows to act on. An empty cell is one that has no value yet, so nothing is written into it. */
export function tablePanel(spec: TablePanel): PanelBuilder {
  const panel = new PanelBuilder()
    .withTarget(queryBuilder(savedQuery(spec.sql, 'table')))
    .showHeader(true)
    .cellHeight(TableCellHeight.Sm)
    // Grafana's own least width, 150 px, lets seven columns fill a screen.
    .minWidth(60)
    .colorScheme(plainColour())
    .thresholds(noThresholds());
  for (const column of spec.columns) {
    const properties = columnProperties(column);
    if (properties.length > 0) panel.overrideByName(column.name, properties);
  }
  return panel;
}
