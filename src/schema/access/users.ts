import { ident, literal } from '../../core/sql/quote';
import { accessRoles, accessUsers } from './names';
import type { AccessPart, AccessStatement } from './part';
import { onCluster } from './part';
import type { AccessPlan } from './plan';

/** A user that has one role by default, and a profile where it is bounded. */
export interface AccessUser {
  readonly name: string;
  readonly role: string;
  readonly profile?: string;
}

/** CREATE leaves an existing user's password alone; the rest is set each time. */
export function userStatements(plan: AccessPlan, user: AccessUser): readonly AccessStatement[] {
  const on = onCluster(plan);
  const name = ident(user.name);
  const role = ident(user.role);
  const profile = user.profile === undefined ? '' : ` SETTINGS PROFILE ${literal(user.profile)}`;
  return [
    {
      sql: `CREATE USER IF NOT EXISTS ${name}${on} IDENTIFIED WITH sha256_password BY ${literal(`<password of ${user.name}>`)}`,
    },
    { sql: `GRANT${on} ${role} TO ${name}` },
    { sql: `ALTER USER ${name}${on} DEFAULT ROLE ${role}${profile}` },
  ];
}

export function usersPart(plan: AccessPlan): AccessPart {
  const { read, alert, collect, admin } = accessRoles;
  return {
    title: 'Users',
    about: [
      'REPLACE EVERY <password of …> FIRST: run as it stands, the text in the quotes is the password. An existing user keeps its password; to change it: ALTER USER … IDENTIFIED WITH sha256_password BY ….',
      `${accessUsers.read}: Grafana's data source (docs/plugin.md). ${accessUsers.alert}: the data source that alert rules go through; over ClickHouse's MySQL port write double_sha1_password instead of sha256_password. ${accessUsers.collect}: tidemark collect.`,
      `${plan.adminUser}: tidemark migrate (connection.user in tidemark.yaml). Users that stand in users.xml cannot be changed by SQL (ACCESS_STORAGE_READONLY): leave out theirs.`,
      "From known hosts only: ALTER USER … HOST IP '10.0.0.0/8'.",
    ],
    statements: [
      ...userStatements(plan, { name: accessUsers.read, role: read, profile: read }),
      ...userStatements(plan, { name: accessUsers.alert, role: alert, profile: alert }),
      ...userStatements(plan, { name: accessUsers.collect, role: collect }),
      ...userStatements(plan, { name: plan.adminUser, role: admin }),
    ],
  };
}
