import { readGrants } from './grants';
import { readLimits, readQuota } from './limits';
import { accessRoles, accessUsers } from './names';
import type { AccessPlan } from './plan';

/** Environment variable of the ClickHouse server that holds the password of Grafana's user. */
export const readerPasswordVariable = 'GRAFANA_CLICKHOUSE_PASSWORD';

/**
 * Grafana's user as a file for users.d, for servers whose users stand in files: same rights, limits and quota as the
 * statements give. The password comes from the server's environment ({@link readerPasswordVariable}).
 */
export function readerXml(plan: AccessPlan): string {
  const { seconds, ...quota } = readQuota;
  // No two dashes inside: XML forbids them in a comment, and the server would not start.
  return `<!-- Grafana's user: reads Tidemark's tables and the mapped columns of the sources, and may change nothing, not even a setting.
     Written by tidemark migrate (option print-access, format xml); as SQL it says why each line is there. -->
<clickhouse>
  <profiles>
    <${accessRoles.read}>
${readLimits(plan)
  .map(({ name, value }) => `      <${name}>${value}</${name}>`)
  .join('\n')}
    </${accessRoles.read}>
  </profiles>
  <quotas>
    <${accessRoles.read}>
      <interval>
        <duration>${seconds}</duration>
${Object.entries(quota)
  .map(([name, value]) => `        <${name}>${value}</${name}>`)
  .join('\n')}
      </interval>
    </${accessRoles.read}>
  </quotas>
  <users>
    <${accessUsers.read}>
      <password from_env="${readerPasswordVariable}"/>
      <networks>
        <ip>::/0</ip>
      </networks>
      <profile>${accessRoles.read}</profile>
      <quota>${accessRoles.read}</quota>
      <grants>
${readGrants(plan)
  .map((grant) => `        <query>${escaped(`GRANT ${grant}`)}</query>`)
  .join('\n')}
      </grants>
    </${accessUsers.read}>
  </users>
</clickhouse>
`;
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
