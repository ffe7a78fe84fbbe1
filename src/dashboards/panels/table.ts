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

const coloured: DynamicConfigValue = {
  id: 'custom.cellOptions',
  value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic },
};

/** A word in its colour: for states. */
const colouredText: DynamicConfigValue = {
  id: 'custom.cellOptions',
  value: { type: TableCellDisplayMode.ColorText },
};

function columnProperties({ metric, width, coloured: isColoured, link }: Column): DynamicConfigValue[] {
  return [
    ...(metric ? metricProperties(metric) : []),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(link ? [{ id: 'links', value: [{ title: link.title, url: cellUrl(link) }] }] : []),
    ...(isColoured ? [isColoured === 'text' ? colouredText : coloured] : []),
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
