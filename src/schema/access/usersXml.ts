import type { Grant } from './grants';
import { alertGrants, readGrants } from './grants';
import type { Limit } from './limits';
import { alertLimits, readLimits, readQuota } from './limits';
import { accessRoles, accessUsers } from './names';
import type { AccessPlan } from './plan';

/** Environment variables of the ClickHouse server that hold the passwords of Grafana's two users. */
export const readerPasswordVariable = 'GRAFANA_CLICKHOUSE_PASSWORD';
export const alertsPasswordVariable = 'ALERTS_CLICKHOUSE_PASSWORD';

/** A user of the file; profile and quota have the role's name. */
interface FileUser {
  readonly name: string;
  readonly profile: string;
  readonly passwordVariable: string;
  readonly limits: readonly Limit[];
  readonly quota: boolean;
  readonly grants: readonly Grant[];
}

/**
 * Grafana's users, of the dashboards and of the alert rules, as a file for users.d, for servers whose users stand in files: same
 * rights, limits and quota as the statements give. The passwords come from the server's environment
 * ({@link readerPasswordVariable}, {@link alertsPasswordVariable}), both of which have to be set.
 */
export function readerXml(plan: AccessPlan): string {
  const users: readonly FileUser[] = [
    {
      name: accessUsers.read,
      profile: accessRoles.read,
      passwordVariable: readerPasswordVariable,
      limits: readLimits(plan),
      quota: true,
      grants: readGrants(plan),
    },
    {
      name: accessUsers.alert,
      profile: accessRoles.alert,
      passwordVariable: alertsPasswordVariable,
      limits: alertLimits,
      quota: false,
      grants: alertGrants(plan),
    },
  ];
  const { seconds, ...quota } = readQuota;
  // No two dashes inside: XML forbids them in a comment, and the server would not start.
  return `<!-- Grafana's users. ${accessUsers.read}, of the dashboards, reads Tidemark's tables and the mapped columns of the sources, and may change nothing, not even a
     setting. ${accessUsers.alert}, of the alert rules, reads their views and nothing below. The server takes their passwords from its environment:
     ${readerPasswordVariable} and ${alertsPasswordVariable}.
     Written by tidemark migrate (option print-access, format xml); as SQL it says why each line is there. -->
<clickhouse>
  <profiles>
${users.map(profileXml).join('\n')}
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
${users.map(userXml).join('\n')}
  </users>
</clickhouse>
`;
}

function profileXml({ profile, limits }: FileUser): string {
  const bounded = limits.filter(({ max }) => max !== undefined);
  const constraints = bounded.map(({ name, max }) => `        <${name}><max>${max}</max></${name}>`);
  return [
    `    <${profile}>`,
    ...limits.map(({ name, value }) => `      <${name}>${value}</${name}>`),
    ...(bounded.length > 0 ? ['      <constraints>', ...constraints, '      </constraints>'] : []),
    `    </${profile}>`,
  ].join('\n');
}

const userXml = ({ name, profile, passwordVariable, quota, grants }: FileUser): string =>
  [
    `    <${name}>`,
    `      <password from_env="${passwordVariable}"/>`,
    '      <networks>',
    '        <ip>::/0</ip>',
    '      </networks>',
    `      <profile>${profile}</profile>`,
    `      <quota>${quota ? profile : 'default'}</quota>`,
    '      <grants>',
    ...grants.map((grant) => `        <query>${escaped(`GRANT ${grant}`)}</query>`),
    '      </grants>',
    `    </${name}>`,
  ].join('\n');

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
