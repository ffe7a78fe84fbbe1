/**
 * Stands in for `@grafana/plugin-compat/datasources` in the preview's bundle: that package probes `@grafana/runtime` for
 * exports which 13.2.2 does not have, and a bundler refuses them. The same functions over the data source service.
 */
import type { DataSourceApi, DataSourceInstanceSettings, ScopedVars } from '@grafana/data';
import type { DataSourceRef } from '@grafana/schema';
import type { GetDataSourceListFilters } from '@grafana/runtime';
import { getDataSourceSrv } from '@grafana/runtime';

type Ref = DataSourceRef | string | null;

/** The data source that a reference means; rejects with a sentence when there is none. */
export async function getDataSourceInstance(ref?: Ref, scopedVars?: ScopedVars): Promise<DataSourceApi> {
  return getDataSourceSrv().get(ref, scopedVars);
}

/** Settings of every data source that passes the filters. */
export async function getDataSourceInstanceList(
  filters?: GetDataSourceListFilters,
): Promise<DataSourceInstanceSettings[]> {
  return getDataSourceSrv().getList(filters);
}

/** The one marked as default, if it is in the list. */
export async function getDefaultDataSourceInstanceListItem(
  items: readonly DataSourceInstanceSettings[],
): Promise<DataSourceInstanceSettings | undefined> {
  return items.find((item) => item.isDefault);
}
