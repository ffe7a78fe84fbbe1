import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { DashboardBuilder, DashboardCursorSync } from '@grafana/grafana-foundation-sdk/dashboard';

import { annotationsOf } from './annotations';
import { describe } from './describe';
import { fail } from './errors';
import { placeRows } from './layout';
import { dashboardLinks, panelLinks } from './links';
import { panelBuilder } from './panels/panel';
import { sourceRef } from './query';
import type { BuildSettings } from './settings';
import { menuOf, pages } from './spec';
import type { DashboardSpec, Need, PageName, PanelSpec, Row } from './spec';
import { dashboardSql } from './sql';
import { sourceVariable, variableBuilder } from './variables';

/** More than this is not read in ten seconds. */
export const mostPanels = 12;

const mapped = ({ needs }: { readonly needs?: Need }, { roles, sections }: BuildSettings) =>
  needs === undefined || [...roles, ...sections].includes(needs);

/** A dashboard without what needs roles that are not mapped; links to dashboards that are not built go too. */
function prune(spec: DashboardSpec, settings: BuildSettings, built: readonly PageName[]): readonly Row[] {
  const links = (panel: PanelSpec) => panel.next?.filter((page) => built.includes(page)) ?? [];
  return spec.rows.map(({ height, panels }) => ({
    height,
    panels: panels.filter((panel) => mapped(panel, settings)).map((panel) => ({ ...panel, next: links(panel) })),
  }));
}

/** The dashboards among `specs` whose roles are mapped. */
export const buildable = (specs: readonly DashboardSpec[], settings: BuildSettings) =>
  specs.filter((spec) => mapped(spec, settings));

/**
 * A dashboard in Grafana's classic schema. Pure: the same specification and settings give the same JSON, byte for byte.
 * Throws `too_many_panels`, `row_too_full`, `unknown_rollup`.
 */
export function renderDashboard(spec: DashboardSpec, settings: BuildSettings, built: readonly PageName[]): Dashboard {
  const { uid, title } = pages[spec.page];
  const menu = menuOf(spec.page);
  const placed = placeRows(title, prune(spec, settings, built));
  if (placed.length > mostPanels)
    throw fail('too_many_panels', { dashboard: title, panels: placed.length, most: mostPanels });
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(spec.description)
    .tags([...new Set(['tidemark', ...(menu ? [menu] : []), ...spec.tags])])
    .timezone(settings.timezone === 'UTC' ? 'utc' : settings.timezone)
    .weekStart(settings.weekStart)
    .time({ from: spec.from ?? 'now-90d', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .annotations([...annotationsOf(dashboardSql(settings), settings, spec.page)])
    .links(dashboardLinks(spec.page, built))
    .variables([
      sourceVariable(),
      ...spec.variables.filter((v) => v.kind === 'choice' || mapped(v, settings)).map(variableBuilder),
    ]);
  placed.forEach(({ panel, x, y, w, h }, at) => {
    const builder = panelBuilder(panel)
      .id(at + 1)
      .title(panel.title)
      .description(describe(panel.about, settings, { dashboard: title, panel: panel.title }))
      .gridPos({ x, y, w, h })
      .links(panelLinks(panel.next ?? []));
    dashboard.withPanel(panel.kind === 'text' ? builder : builder.datasource(sourceRef));
  });
  return dashboard.build();
}
