import { config, getBackendSrv, getTemplateSrv } from '@grafana/runtime';
import { isAllOrEmpty } from '../core/interpolate/variable';
import type { VariableValue } from '../core/interpolate/variable';
import { createSlots } from '../clickhouse/slots';
import { grafanaTransport } from './grafanaTransport';
import type { Host } from './host';

/** The Grafana that loaded the plugin. Its services are asked for at each call: they exist only once it has started. */
export const grafanaHost: Host = {
  transport: (url) => (request) => grafanaTransport(getBackendSrv(), url)(request),
  slots: createSlots(sideBySide),
  replace: (text, scopedVars, format) => getTemplateSrv().replace(text, scopedVars, format),
  isAll: (variable, scopedVars) => {
    const scoped = scopedVars[variable];
    if (scoped) return isAllOrEmpty({ value: scoped.value as VariableValue });
    const model = getTemplateSrv()
      .getVariables()
      .find(({ name }) => name === variable);
    return model && isAllOrEmpty({ value: currentValue(model) });
  },
  user: () => config.bootData?.user?.login ?? '',
  random: (bytes) => crypto.getRandomValues(bytes),
};

/**
 * Queries that run side by side: over HTTP/1.1 one less than the six connections that a browser opens to Grafana, so that a
 * cancellation finds its way; HTTP/2 carries many on one connection.
 */
function sideBySide(): number {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return /^h[23]/.test(page?.nextHopProtocol ?? '') ? 24 : 5;
}

function currentValue(model: object): VariableValue {
  return (model as { readonly current?: { readonly value?: VariableValue } }).current?.value;
}
