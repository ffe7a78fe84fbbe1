import type { DataQueryRequest } from '@grafana/data';
import type { DataRequestEnricher, EmbeddedSceneState, SceneObject } from '@grafana/scenes';
import { EmbeddedScene, getClosest, VizPanel } from '@grafana/scenes';

/** A scene that tells its queries which dashboard and panel they come from, as Grafana's dashboards do. Its key is the dashboard's uid. */
export class DashboardScene extends EmbeddedScene implements DataRequestEnricher {
  readonly title: string;

  constructor(state: EmbeddedSceneState, title: string) {
    super(state);
    this.title = title;
  }

  enrichDataRequest(source: SceneObject): Partial<DataQueryRequest> {
    const panel = getClosest(source, (object) => (object instanceof VizPanel ? object : undefined));
    return {
      app: 'dashboard',
      dashboardUID: this.state.key,
      dashboardTitle: this.title,
      ...(panel && {
        panelId: panel.getLegacyPanelId(),
        panelName: panel.state.title,
        panelPluginId: panel.state.pluginId,
      }),
    };
  }
}
