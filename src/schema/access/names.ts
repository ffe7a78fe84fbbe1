/** Roles that `tidemark migrate --print-access` makes: what each kind of user may do. */
export const accessRoles = {
  /** Dashboards: reads Tidemark's database and the mapped columns of the sources. */
  read: 'tidemark_read',
  /** Whoever evaluates alert rules: reads the alert views and how fresh the rollups are, nothing else. */
  alert: 'tidemark_alert',
  /** `tidemark collect`: reads system tables, writes health tables. */
  collect: 'tidemark_collect',
  /** `tidemark migrate` and `tidemark refresh`; the refreshes inside ClickHouse run with these rights too. */
  admin: 'tidemark_admin',
  /** Template only: what all tenants have in common. */
  tenant: 'tidemark_tenant',
} as const;

/** Users that it makes; migrate's own is `connection.user`. */
export const accessUsers = { read: 'grafana', alert: 'tidemark_alerts', collect: 'tidemark_collector' } as const;

/** Alert rules are views of these names: `alert_replication`, … */
export const alertPrefix = 'alert_';

/** Tables that `tidemark collect` writes: `health_kafka`, … */
export const healthPrefix = 'health_';
