import './plugin/publicPath';
import { DataSourcePlugin } from '@grafana/data';
import { GrafanaDataSource } from './plugin/grafanaDataSource';
import { LazyConfigEditor, LazyQueryEditor } from './plugin/editor/lazyEditors';

/** What Grafana's loader looks for. */
export const plugin = new DataSourcePlugin(GrafanaDataSource)
  .setConfigEditor(LazyConfigEditor)
  .setQueryEditor(LazyQueryEditor);
