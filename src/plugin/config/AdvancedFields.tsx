import { useId } from 'react';
import { CustomHeadersSettings, Field, FieldSet, Switch, TLSAuthSettings } from '@grafana/ui';
import { withJson } from './settings';
import type { ConfigProps, ProxyOptions } from './settings';

type Toggle = 'tlsAuth' | 'tlsAuthWithCACert' | 'tlsSkipVerify' | 'oauthPassThru';

const toggles: ReadonlyArray<{ readonly key: Toggle; readonly label: string; readonly description: string }> = [
  { key: 'tlsAuth', label: 'TLS client certificate', description: 'Log in with a certificate of Grafana’s own' },
  { key: 'tlsAuthWithCACert', label: 'Own certificate authority', description: 'Needed for self-signed certificates' },
  { key: 'tlsSkipVerify', label: 'Skip TLS verification', description: 'Unsafe: anyone in between can read along' },
  { key: 'oauthPassThru', label: 'Forward OAuth identity', description: 'Sends the viewer’s own token to ClickHouse' },
];

/** TLS, identity and headers: all of it is done by Grafana's proxy, which reads these settings. */
export function AdvancedFields({ options, onOptionsChange }: ConfigProps) {
  const id = useId();
  const json: ProxyOptions = options.jsonData;
  return (
    <>
      <FieldSet label="TLS and identity">
        {toggles.map(({ key, label, description }) => (
          <Field key={key} label={label} description={description} disabled={options.readOnly}>
            <Switch
              id={`${id}-${key}`}
              value={json[key] ?? false}
              onChange={(event) => onOptionsChange(withJson(options, { [key]: event.currentTarget.checked }))}
            />
          </Field>
        ))}
        {!options.readOnly && (json.tlsAuth || json.tlsAuthWithCACert) && (
          <TLSAuthSettings dataSourceConfig={options} onChange={onOptionsChange} />
        )}
      </FieldSet>
      {!options.readOnly && (
        <FieldSet label="HTTP headers">
          <CustomHeadersSettings
            dataSourceConfig={options}
            onChange={(changed) => onOptionsChange({ ...options, ...changed })}
          />
        </FieldSet>
      )}
    </>
  );
}
