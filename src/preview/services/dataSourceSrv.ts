import type {
  DataSourceApi,
  DataSourceInstanceSettings,
  DataSourceJsonData,
  DataSourcePluginMeta,
  DataSourceRef,
  ScopedVars,
} from '@grafana/data';
import type { DataSourceSrv, GetDataSourceListFilters } from '@grafana/runtime';
import { getTemplateSrv } from '@grafana/runtime';
import type { PreviewDataSource } from '../api';
import { paths } from '../api';
import { loadPlugin } from './pluginLoader';

type Ref = DataSourceRef | string | null | undefined;

function settingsOf(source: PreviewDataSource, meta: DataSourcePluginMeta, id: number): DataSourceInstanceSettings {
  return {
    id,
    uid: source.uid,
    name: source.name,
    type: source.type,
    isDefault: source.isDefault,
    readOnly: true,
    access: 'proxy',
    url: paths.proxy(source.uid),
    jsonData: source.jsonData as DataSourceJsonData,
    meta,
  };
}

const matchesFilter = (settings: DataSourceInstanceSettings, filters: GetDataSourceListFilters = {}) => {
  const types = filters.type == null ? undefined : Array.isArray(filters.type) ? filters.type : [filters.type];
  if (filters.pluginId && settings.type !== filters.pluginId) return false;
  if (types && !types.includes(settings.type)) return false;
  return filters.filter ? filters.filter(settings) : true;
};

/**
 * Grafana's data source service over the server's list: finds by uid, name, type or `${variable}`, loads the plugin and
 * makes one instance per data source. `get` throws a sentence naming the reference when nothing matches.
 */
export async function createDataSourceSrv(sources: readonly PreviewDataSource[]): Promise<DataSourceSrv> {
  const instances = new Map<string, Promise<DataSourceApi>>();
  const runtime = new Map<string, DataSourceApi>();
  const list = await Promise.all(
    sources.map(async (source, index) => settingsOf(source, (await loadPlugin(source.type)).meta, index + 1)),
  );

  const find = (ref: Ref, scopedVars?: ScopedVars): DataSourceInstanceSettings | undefined => {
    const asked = typeof ref === 'string' ? ref : (ref?.uid ?? undefined);
    if (!asked || asked === 'default') {
      const ofType = typeof ref === 'object' && ref?.type ? list.filter((s) => s.type === ref.type) : list;
      return ofType.find((s) => s.isDefault) ?? ofType[0];
    }
    const key = getTemplateSrv().replace(asked, scopedVars);
    if (key === '' || key === 'default') return list.find((s) => s.isDefault) ?? list[0];
    return list.find((s) => s.uid === key) ?? list.find((s) => s.name === key);
  };

  async function make(settings: DataSourceInstanceSettings): Promise<DataSourceApi> {
    const { plugin, meta } = await loadPlugin(settings.type);
    const instance: DataSourceApi = new plugin.DataSourceClass(settings as never);
    instance.components = plugin.components as unknown as DataSourceApi['components'];
    instance.meta ??= meta;
    return instance;
  }

  return {
    async get(ref, scopedVars) {
      const uid = typeof ref === 'object' ? ref?.uid : ref;
      const own = uid ? runtime.get(uid) : undefined;
      if (own) return own;
      const settings = find(ref, scopedVars);
      if (!settings)
        throw new Error(`The preview has no data source "${uid}". Known: ${list.map((s) => s.uid).join(', ')}.`);
      let instance = instances.get(settings.uid);
      if (!instance) {
        instance = make(settings);
        instances.set(settings.uid, instance);
      }
      return instance;
    },
    getList: (filters) => list.filter((settings) => matchesFilter(settings, filters)),
    getInstanceSettings: find,
    reload: () => Promise.resolve(),
    registerRuntimeDataSource: ({ dataSource }) => void runtime.set(dataSource.uid, dataSource),
  };
}
