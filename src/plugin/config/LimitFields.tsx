import { useId } from 'react';
import { Field, FieldSet, Input } from '@grafana/ui';
import { defaultMaxMegabytes, defaultMaxRows } from '../run/limits';
import { withJson } from './settings';
import type { ConfigProps } from './settings';

type Limit = 'maxRows' | 'maxMegabytes' | 'timeout';

const limits: ReadonlyArray<{
  readonly key: Limit;
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
}> = [
  {
    key: 'maxRows',
    label: 'Row limit',
    description: 'Rows of one query; what comes after is cut off, and the panel says so',
    placeholder: String(defaultMaxRows),
  },
  {
    key: 'maxMegabytes',
    label: 'Size limit (MiB)',
    description: 'Bytes of one answer in the browser; cut off in the same way',
    placeholder: String(defaultMaxMegabytes),
  },
  {
    key: 'timeout',
    label: 'Timeout',
    description: 'Seconds that Grafana’s proxy waits for ClickHouse; empty means Grafana’s default',
    placeholder: '',
  },
];

/** How much of an answer is taken, and how long it is waited for. */
export function LimitFields({ options, onOptionsChange }: ConfigProps) {
  const id = useId();
  return (
    <FieldSet label="Limits">
      {limits.map(({ key, label, description, placeholder }) => (
        <Field key={key} label={label} description={description} disabled={options.readOnly}>
          <Input
            id={`${id}-${key}`}
            type="number"
            min={1}
            width={20}
            placeholder={placeholder}
            value={options.jsonData[key] ?? ''}
            onChange={(event) => {
              const value = Number.parseInt(event.currentTarget.value, 10);
              onOptionsChange(withJson(options, { [key]: value > 0 ? value : undefined }));
            }}
          />
        </Field>
      ))}
    </FieldSet>
  );
}
