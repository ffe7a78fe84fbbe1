import { config, getBackendSrv, getTemplateSrv } from '@grafana/runtime';
import { isAllOrEmpty } from '../core/interpolate/variable';
import type { VariableValue } from '../core/interpolate/variable';
import { grafanaTransport } from './grafanaTransport';
import type { Host } from './host';

/** The Grafana that loaded the plugin. Its services are asked for at each call: they exist only once it has started. */
export const grafanaHost: Host = {
  transport: (url) => (request) => grafanaTransport(getBackendSrv(), url)(request),
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

function currentValue(model: object): VariableValue {
  return (model as { readonly current?: { readonly value?: VariableValue } }).current?.value;
}
