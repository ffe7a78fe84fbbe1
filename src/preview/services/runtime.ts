import { EventBusSrv } from '@grafana/data';
import {
  locationService,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setLocationSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime';
import { initPluginTranslations } from '@grafana/i18n';
import type { PreviewSettings } from '../api';
import { cachedPanel } from '../panels/registry';
import { backendSrv } from './backendSrv';
import { createDataSourceSrv } from './dataSourceSrv';
import { fillRegistries } from './registries';
import { runRequest } from './runRequest';
import { templateSrv } from './templateSrv';

/** Puts the services in place that Grafana's core would: call once, before a scene is made. Throws when a plugin does not load. */
export async function startRuntime(settings: PreviewSettings): Promise<void> {
  await initPluginTranslations('grafana-scenes');
  fillRegistries();
  setBackendSrv(backendSrv);
  setAppEvents(new EventBusSrv());
  setLocationSrv(locationService);
  setTemplateSrv(templateSrv);
  setRunRequest(runRequest);
  setPluginImportUtils({
    importPanelPlugin: (id) => Promise.resolve(cachedPanel(id)),
    getPanelPluginFromCache: cachedPanel,
  });
  setDataSourceSrv(await createDataSourceSrv(settings.dataSources));
}
