import { ident, qualified } from '../../core/sql/quote';
import type { Grant } from './grants';
import { selectColumns } from './grants';
import { quotaStatements } from './limits';
import { accessRoles } from './names';
import type { AccessPart, AccessStatement } from './part';
import { onCluster } from './part';
import type { AccessPlan, TenantTable } from './plan';
import { roleStatements } from './roles';
import { userStatements } from './users';

/** Stands for a tenant's value in the template. */
export const tenantPlaceholder = 'TENANT';

/** Tables that every tenant may read whole: they hold names and definitions, no numbers. */
const shared = ['catalog_metrics', 'catalog_rollups', 'catalog_settings', 'rollup_status'] as const;

function tenantGrants(plan: AccessPlan, tables: readonly TenantTable[]): readonly Grant[] {
  return [
    ...tables.map(({ table, columns }) =>
      columns ? selectColumns({ table, columns }) : `SELECT ON ${qualified(table)}`,
    ),
    ...shared.map((name) => `SELECT ON ${ident(plan.database)}.${name}`),
  ];
}

/** Row policies by tenant, as a template: which tenants there are, only the reader knows. Nothing without a tenant column. */
export function tenantsPart(plan: AccessPlan): AccessPart | undefined {
  const { tenants } = plan;
  if (!tenants) return undefined;
  const on = onCluster(plan);
  const everyone = ident(accessRoles.tenant);
  const user = `tenant_${tenantPlaceholder}`;
  const policy = (name: string, { table }: TenantTable, using: string, to: string): AccessStatement => ({
    sql: `CREATE ROW POLICY OR REPLACE ${ident(name)}${on} ON ${qualified(table)} FOR SELECT USING ${using} AS PERMISSIVE TO ${to}`,
  });
  const statements = [
    ...roleStatements(plan, accessRoles.tenant, tenantGrants(plan, tenants)),
    ...quotaStatements(plan, accessRoles.tenant),
    ...tenants.map((t) => policy('tidemark_others', t, '1', `ALL EXCEPT ${everyone}`)),
    ...tenants.map((t) => policy('tidemark_tenant_none', t, '0', everyone)),
    ...userStatements(plan, { name: user, role: accessRoles.tenant, profile: accessRoles.read }),
    ...tenants.map((t) => policy(user, t, `${ident(t.column)} = '${tenantPlaceholder}'`, ident(user))),
  ];
  return {
    title: 'Tenants (a template: take away the dashes, write each tenant for TENANT)',
    about: [
      `One user per tenant, with a data source of its own in Grafana. ${accessRoles.tenant} reads only tables that hold the tenant; numbers over all tenants (finished ones such as active_day) stay closed to it, so give tenants dashboards of their own.`,
      "The trap: as soon as a table has one permissive policy, users without one of their own see none of its rows, or all, as the server's users_without_row_policies_can_read_rows says. None also means none for the user of tidemark migrate, with whose rights the rollups are refreshed: they would find empty sources and delete every number. Hence tidemark_others, USING 1 TO ALL EXCEPT the tenants, always first.",
      'All means: a tenant whose own policy was forgotten sees every row. Hence tidemark_tenant_none, USING 0: permissive policies are joined by OR, so it takes nothing from the others.',
      'Where a row may move from one tenant to another, the server must filter after FINAL (apply_row_policy_after_final = 1, as in 26.7): otherwise the former tenant still sees the old version.',
      'The last part once per tenant.',
    ],
    statements: statements.map(({ sql }) => ({ sql, template: true })),
  };
}
