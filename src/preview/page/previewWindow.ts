import type { PanelData } from '@grafana/data';
import { LoadingState } from '@grafana/data';
import type { DashboardScene } from '../scene/DashboardScene';
import { sceneGraph, VizPanel } from '@grafana/scenes';
import { errorText } from '../panels/PanelBody';
import type { Problem } from '../problems';
import { problemLog } from '../problems';

/** A panel as a test reads it. */
export interface PanelSnapshot {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  /** `off`: not on the screen yet, so nothing was asked · `static`: a panel without queries. */
  readonly state: 'off' | 'static' | LoadingState;
  readonly error: string;
  readonly notices: readonly string[];
  readonly frames: ReadonlyArray<{
    readonly name: string | undefined;
    readonly refId: string | undefined;
    readonly length: number;
    readonly fields: ReadonlyArray<{
      readonly name: string;
      readonly type: string;
      readonly values: readonly unknown[];
    }>;
  }>;
}

/** What the page shows to tests and to the curious in the console. */
export interface PreviewWindow {
  readonly problems: readonly Problem[];
  /** Uid of the dashboard on the page, if any. */
  readonly dashboard: string | undefined;
  /** Panels of that dashboard with the data they draw, before units and names are applied. */
  panels(): readonly PanelSnapshot[];
  /** True when every variable and every panel on the screen has its answer. */
  isSettled(): boolean;
}

declare global {
  interface Window {
    __tidemarkPreview?: PreviewWindow;
  }
}

let current: DashboardScene | undefined;

/** Says which scene is on the page. */
export function setCurrentScene(scene: DashboardScene | undefined): void {
  current = scene;
}

const vizPanels = () =>
  current ? (sceneGraph.findAllObjects(current, (object) => object instanceof VizPanel) as VizPanel[]) : [];

/** Scenes calls a panel done before its first query: data without a request has not been asked for. */
function stateOf(data: PanelData | undefined): LoadingState {
  if (!data || (data.state === LoadingState.Done && !data.request)) return LoadingState.NotStarted;
  return data.state;
}

function snapshot(panel: VizPanel): PanelSnapshot {
  const data = panel.state.$data ? sceneGraph.getData(panel).state.data : undefined;
  return {
    id: panel.getLegacyPanelId(),
    title: sceneGraph.interpolate(panel, panel.state.title),
    type: panel.state.pluginId,
    state: !panel.isActive ? 'off' : !panel.state.$data ? 'static' : stateOf(data),
    error: data?.state === LoadingState.Error ? errorText(data) : (panel.state._pluginLoadError ?? ''),
    notices: (data?.series ?? []).flatMap((frame) => frame.meta?.notices?.map((notice) => notice.text) ?? []),
    frames: (data?.series ?? []).map((frame) => ({
      name: frame.name,
      refId: frame.refId,
      length: frame.length,
      fields: frame.fields.map(({ name, type, values }) => ({ name, type, values })),
    })),
  };
}

const waiting: ReadonlyArray<PanelSnapshot['state']> = [
  LoadingState.NotStarted,
  LoadingState.Loading,
  LoadingState.Streaming,
];

/** Whether everything in the window is there: panels further down are made when one scrolls to them. */
function isDrawn(): boolean {
  const items = [...document.querySelectorAll<HTMLElement>('[data-griditem-key]')];
  const seen = items.filter((item) => item.getBoundingClientRect().top < window.innerHeight);
  const isRow = (item: HTMLElement) => item.dataset['griditemKey']?.startsWith('row-');
  return items.length > 0 && seen.every((item) => isRow(item) || item.querySelector('[data-viz-panel-key]'));
}

function isSettled(): boolean {
  if (!current?.isActive || !isDrawn()) return false;
  const isLoading = sceneGraph.getVariables(current).state.variables.some((variable) => variable.state.loading);
  return !isLoading && vizPanels().every((panel) => !waiting.includes(snapshot(panel).state));
}

/** Puts {@link PreviewWindow} on the window as `__tidemarkPreview`. */
export function installPreviewWindow(): void {
  window.__tidemarkPreview = {
    get problems() {
      return problemLog.list();
    },
    get dashboard() {
      return current?.state.key;
    },
    panels: () => vizPanels().map(snapshot),
    isSettled,
  };
}
