import type { DataSourceInstanceSettings } from '@grafana/data';
import { DataSource } from './datasource';
import { grafanaHost } from './grafanaHost';
import type { TidemarkOptions } from './query';

/** The data source as Grafana makes it: by its settings alone. */
export class GrafanaDataSource extends DataSource {
  constructor(settings: DataSourceInstanceSettings<TidemarkOptions>) {
    super(settings, grafanaHost);
  }
}
