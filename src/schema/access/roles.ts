import { ident } from '../../core/sql/quote';
import type { Grant } from './grants';
import { adminGrants, alertGrants, collectGrants, readGrants } from './grants';
import { accessRoles } from './names';
import type { AccessPart, AccessStatement } from './part';
import { onCluster } from './part';
import type { AccessPlan } from './plan';

/** A role with exactly these rights: one statement replaces what it had, so that there is no moment without any. */
export function roleStatements(plan: AccessPlan, role: string, grants: readonly Grant[]): readonly AccessStatement[] {
  const on = onCluster(plan);
  return [
    { sql: `CREATE ROLE IF NOT EXISTS ${ident(role)}${on}` },
    { sql: `GRANT${on}\n  ${grants.join(',\n  ')}\nTO ${ident(role)} WITH REPLACE OPTION` },
  ];
}

export function rolesPart(plan: AccessPlan): AccessPart {
  return {
    title: 'Roles',
    about: [
      'Each GRANT replaces what the role had (WITH REPLACE OPTION): after a change of tidemark.yaml run all of this again. Rights of your own belong into a role of your own.',
      `${accessRoles.read}: what dashboards read. Of your tables only the mapped columns; for Explore on further ones grant SELECT in a role of your own.`,
      plan.tenants
        ? 'Not granted because tenants are kept apart: system.processes, which shows the statements of all users. So the plugin cannot kill a cancelled query; ClickHouse stops it when the connection closes (cancel_http_readonly_queries_on_client_close below).'
        : "system.processes: a user may kill only their own queries, but to find one by its id ClickHouse reads the first three of these columns with the user's rights; the others tell how far it is. Whoever has the role sees the statements that others run just now; take the line out if that matters, cancelled queries then end when the connection closes.",
      `${accessRoles.alert}: alert views and the state of the rollups. The views run with their maker's rights (SQL SECURITY DEFINER), so what lies below stays closed. Names by prefix need ClickHouse 24.10.`,
      `${accessRoles.collect}: for tidemark collect and tidemark alerts run. SHOW on everything, because rows of system.parts and its like are hidden for tables that the user may not see; it gives no right to read a table of yours.`,
      `${accessRoles.admin}: for tidemark migrate, refresh and verify. Refreshable views run with the rights of the user who made them, for ever: do not drop that user, and give it no row policy but USING 1 and no readonly profile.`,
    ],
    statements: [
      ...roleStatements(plan, accessRoles.read, readGrants(plan)),
      ...roleStatements(plan, accessRoles.alert, alertGrants(plan)),
      ...roleStatements(plan, accessRoles.collect, collectGrants(plan)),
      ...roleStatements(plan, accessRoles.admin, adminGrants(plan)),
    ],
  };
}
