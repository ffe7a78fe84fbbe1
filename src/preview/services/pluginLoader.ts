/// <reference types="systemjs" />
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import * as grafanaUiUnstable from '@grafana/ui/unstable';
import type { DataSourcePlugin, DataSourcePluginMeta } from '@grafana/data';
import i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as react from 'react';
import * as reactJsxDevRuntime from 'react/jsx-dev-runtime';
import * as reactJsxRuntime from 'react/jsx-runtime';
import * as reactDom from 'react-dom';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';
import { paths } from '../api';

/** The modules that Grafana shares with plugins, as far as the preview has them; a plugin asking for another one fails to load by name. */
const shared: Readonly<Record<string, object>> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  '@grafana/ui': grafanaUi,
  '@grafana/ui/unstable': grafanaUiUnstable,
  i18next,
  lodash,
  moment,
  react,
  'react-dom': reactDom,
  'react/jsx-dev-runtime': reactJsxDevRuntime,
  'react/jsx-runtime': reactJsxRuntime,
  rxjs,
  'rxjs/operators': rxjsOperators,
};

let isShared = false;

function share(): void {
  if (isShared) return;
  isShared = true;
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(shared)) {
    const url = `package:${name}`;
    imports[name] = url;
    System.set(url, { default: module, __useDefault: true });
  }
  System.addImportMap({ imports });
}

/** A data source plugin: its build and its `plugin.json`. */
export interface LoadedPlugin {
  readonly plugin: DataSourcePlugin<never>;
  readonly meta: DataSourcePluginMeta;
}

const loaded = new Map<string, Promise<LoadedPlugin>>();

/**
 * Loads the built plugin as Grafana does: its AMD `module.js`, by SystemJS, with the shared modules as externals.
 * Throws one sentence when the build is missing or asks for a module that is not shared.
 */
export function loadPlugin(id: string): Promise<LoadedPlugin> {
  let pending = loaded.get(id);
  if (!pending) {
    pending = load(id);
    loaded.set(id, pending);
  }
  return pending;
}

async function load(id: string): Promise<LoadedPlugin> {
  share();
  const base = paths.plugin(id);
  const answer = await fetch(`${base}/plugin.json`);
  if (!answer.ok)
    throw new Error(`The plugin "${id}" is not built: ${base}/plugin.json answers ${answer.status}. Run the build.`);
  const meta = (await answer.json()) as DataSourcePluginMeta;
  Object.assign(meta, { module: `${base}/module.js`, baseUrl: base });
  const module = (await System.import(new URL(meta.module, window.location.href).href)) as {
    plugin?: DataSourcePlugin<never>;
    default?: { plugin?: DataSourcePlugin<never> };
  };
  const plugin = module.plugin ?? module.default?.plugin;
  if (!plugin) throw new Error(`The module of plugin "${id}" exports no "plugin". See src/module.ts.`);
  plugin.meta = meta as never;
  return { plugin, meta };
}
