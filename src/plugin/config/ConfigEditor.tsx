import { Alert, Stack } from '@grafana/ui';
import { AdvancedFields } from './AdvancedFields';
import { ConnectionFields } from './ConnectionFields';
import { LimitFields } from './LimitFields';
import type { ConfigProps } from './settings';

/** The settings page of a data source. Secrets go to Grafana's server with the save and never come back. */
export function ConfigEditor({ options, onOptionsChange }: ConfigProps) {
  return (
    <Stack direction="column" gap={3}>
      {options.readOnly && (
        <Alert severity="info" title="This data source was provisioned from a file">
          Its settings can be looked at here and changed in that file. “Test” works.
        </Alert>
      )}
      <ConnectionFields options={options} onOptionsChange={onOptionsChange} />
      <LimitFields options={options} onOptionsChange={onOptionsChange} />
      <AdvancedFields options={options} onOptionsChange={onOptionsChange} />
    </Stack>
  );
}
