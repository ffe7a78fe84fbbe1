import { useId } from 'react';
import { Field, FieldSet, Input, SecretInput } from '@grafana/ui';
import { urlProblem, withJson, withoutPassword, withPassword, withUser } from './settings';
import type { ConfigProps } from './settings';

/** Address, login and default database. */
export function ConnectionFields({ options, onOptionsChange }: ConfigProps) {
  const id = useId();
  const problem = urlProblem(options.url);
  const disabled = options.readOnly;
  return (
    <FieldSet label="Connection">
      <Field
        label="URL"
        description="ClickHouse’s HTTP interface, as Grafana’s server reaches it"
        required
        disabled={disabled}
        invalid={problem !== ''}
        error={problem}
      >
        <Input
          id={`${id}-url`}
          width={60}
          value={options.url}
          placeholder="http://clickhouse:8123"
          onChange={(event) => onOptionsChange({ ...options, url: event.currentTarget.value.trim() })}
        />
      </Field>
      <Field
        label="User"
        description="A read-only user (readonly = 1) is enough and recommended; empty means ClickHouse’s default user"
        disabled={disabled}
      >
        <Input
          id={`${id}-user`}
          width={40}
          value={options.basicAuthUser}
          autoComplete="off"
          onChange={(event) => onOptionsChange(withUser(options, event.currentTarget.value))}
        />
      </Field>
      <Field
        label="Password"
        description="Kept and sent by Grafana’s server only; it never reaches a browser again"
        disabled={disabled}
      >
        <SecretInput
          id={`${id}-password`}
          width={40}
          autoComplete="new-password"
          isConfigured={Boolean(options.secureJsonFields?.basicAuthPassword)}
          value={options.secureJsonData?.basicAuthPassword ?? ''}
          onChange={(event) => onOptionsChange(withPassword(options, event.currentTarget.value))}
          onReset={() => onOptionsChange(withoutPassword(options))}
        />
      </Field>
      <Field
        label="Default database"
        description="For table names without one; empty means the user’s default"
        disabled={disabled}
      >
        <Input
          id={`${id}-database`}
          width={40}
          value={options.jsonData.defaultDatabase ?? ''}
          placeholder="default"
          onChange={(event) =>
            onOptionsChange(withJson(options, { defaultDatabase: event.currentTarget.value.trim() }))
          }
        />
      </Field>
    </FieldSet>
  );
}
