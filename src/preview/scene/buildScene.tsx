import type { SceneGridItemLike, SceneObject } from '@grafana/scenes';
import {
  behaviors,
  dataLayers,
  SceneControlsSpacer,
  SceneDataLayerSet,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  VariableValueSelectors,
} from '@grafana/scenes';
import type { DashboardEntry } from '../api';
import type { Problem } from '../problems';
import { AnnotationSwitches } from './AnnotationSwitches';
import { checkDashboard } from './check';
import type { DashboardJson, PanelJson } from './dashboardJson';
import { DashboardLinks } from './DashboardLinks';
import { DashboardScene } from './DashboardScene';
import { makePanel } from './panel';
import { TimeControls } from './TimeControls';
import { variableSet } from './variables';

/** Grafana's own list, used where a dashboard has none. */
const refreshIntervals = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'];

/** Where a panel without a place goes: half the width, as Grafana gives to a new panel. Units of the grid. */
const newPanel = { x: 0, y: 0, w: 12, h: 8 };

function gridItem(json: PanelJson): SceneGridItem {
  const { x, y, w, h } = json.gridPos ?? newPanel;
  return new SceneGridItem({ x, y, width: w, height: h, body: makePanel(json) });
}

function gridChildren(dashboard: DashboardJson): SceneGridItemLike[] {
  const children: SceneGridItemLike[] = [];
  let row: SceneGridRow | undefined;
  for (const json of dashboard.panels ?? []) {
    if (json.type === 'row') {
      row = new SceneGridRow({
        key: `row-${json.id}`,
        title: json.title ?? '',
        y: json.gridPos?.y ?? 0,
        isCollapsible: true,
        isCollapsed: json.collapsed ?? false,
        children: (json.panels ?? []).map((inner) => gridItem(inner)),
      });
      children.push(row);
      if (json.collapsed) row = undefined;
    } else if (row) {
      row.setState({ children: [...row.state.children, gridItem(json)] });
    } else {
      children.push(gridItem(json));
    }
  }
  return children;
}

function annotationLayers(dashboard: DashboardJson) {
  const queries = (dashboard.annotations?.list ?? []).filter((query) => !query.builtIn);
  return queries.map(
    (query) =>
      new dataLayers.AnnotationsDataLayer({
        name: query.name,
        isEnabled: query.enable ?? true,
        isHidden: query.hide ?? false,
        query: { ...query, enable: query.enable ?? true, iconColor: query.iconColor ?? 'red' } as never,
      }),
  );
}

/**
 * A dashboard's JSON as a scene that can be drawn, and what of it cannot be drawn truthfully. Throws nothing: parts that
 * the preview does not know are reported and left out.
 */
export function buildScene(
  dashboard: DashboardJson,
  all: readonly DashboardEntry[],
): { readonly scene: DashboardScene; readonly problems: readonly Problem[] } {
  const problems = checkDashboard(dashboard);
  const report = (problem: Problem) => problems.push({ ...problem, where: `${dashboard.uid} / ${problem.where}` });
  const layers = annotationLayers(dashboard);
  const controls: SceneObject[] = [new VariableValueSelectors({}), new SceneControlsSpacer()];
  if (layers.some((layer) => !layer.state.isHidden)) controls.unshift(new AnnotationSwitches({}));
  if (dashboard.links?.length) controls.push(new DashboardLinks({ links: dashboard.links, dashboards: all }));
  const refresh = typeof dashboard.refresh === 'string' ? dashboard.refresh : '';
  const intervals = dashboard.timepicker?.refresh_intervals ?? refreshIntervals;
  controls.push(
    new TimeControls({
      picker: dashboard.timepicker?.hidden ? undefined : new SceneTimePicker({}),
      refresh: new SceneRefreshPicker({ refresh, intervals }),
    }),
  );
  const scene = new DashboardScene(
    {
      key: dashboard.uid,
      $timeRange: new SceneTimeRange({
        from: dashboard.time?.from ?? 'now-6h',
        to: dashboard.time?.to ?? 'now',
        timeZone: dashboard.timezone || 'browser',
        weekStart: (dashboard.weekStart || undefined) as never,
        fiscalYearStartMonth: dashboard.fiscalYearStartMonth,
        UNSAFE_nowDelay: dashboard.timepicker?.nowDelay,
      }),
      $variables: variableSet(dashboard.templating?.list ?? [], report),
      $data: layers.length ? new SceneDataLayerSet({ layers }) : undefined,
      $behaviors: [new behaviors.CursorSync({ sync: (dashboard.graphTooltip ?? 0) as never })],
      controls,
      body: new SceneGridLayout({
        isDraggable: false,
        isResizable: false,
        isLazy: true,
        children: gridChildren(dashboard),
      }),
    },
    dashboard.title,
  );
  return { scene, problems };
}
