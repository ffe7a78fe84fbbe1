import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dbtDashboard } from '../packs/dbt/dashboard';
import { adoptionDashboard } from '../packs/product/adoptionDashboard';
import { activeUsersDashboard } from '../packs/product/dashboard';
import { funnelsDashboard } from '../packs/product/funnelsDashboard';
import { retentionDashboard } from '../packs/product/retentionDashboard';
import { cdcKafkaDashboard } from '../packs/pipeline/dashboards/kafka/page';
import { cdcPostgresDashboard } from '../packs/pipeline/dashboards/postgres/page';
import { serverDashboard } from '../packs/pipeline/dashboards/server/page';
import { financeDashboard } from '../packs/revenue/dashboard';
import { subscriptionsDashboard } from '../packs/revenue/subscriptionsDashboard';
import { operationsDashboard } from '../packs/service/dashboard';
import { alertsDashboard } from './alerts/page';
import { cohortPanel } from './cohorts';
import { costDashboard } from './cost/page';
import { homeDashboard } from './home';
import { buildable, renderDashboard } from './render';
import { rollupsDashboard } from './rollups/page';
import type { BuildSettings } from './settings';
import type { DashboardKit, DashboardSpec } from './spec';
import { dashboardSql } from './sql';
import { trustPanel } from './trust';

/** Every dashboard of the project, one function each, listed here and nowhere else. */
const sources: readonly ((kit: DashboardKit, settings: BuildSettings) => DashboardSpec)[] = [
  homeDashboard,
  activeUsersDashboard,
  funnelsDashboard,
  retentionDashboard,
  adoptionDashboard,
  operationsDashboard,
  financeDashboard,
  subscriptionsDashboard,
  rollupsDashboard,
  cdcPostgresDashboard,
  cdcKafkaDashboard,
  dbtDashboard,
  serverDashboard,
  alertsDashboard,
  costDashboard,
];

/** The dashboards that these settings allow, as plain data. */
export function dashboardSpecs(settings: BuildSettings): readonly DashboardSpec[] {
  const sql = dashboardSql(settings);
  const kit: DashboardKit = {
    sql,
    trust: (rollups, orWhere) => trustPanel(sql, rollups, orWhere),
    cohorts: (grid) => cohortPanel(sql, grid),
  };
  return buildable(
    sources.map((source) => source(kit, settings)),
    settings,
  );
}

/** The same in Grafana's classic schema. Throws only for mistakes in a dashboard's source (errors.ts). */
export function renderDashboards(settings: BuildSettings): Dashboard[] {
  const specs = dashboardSpecs(settings);
  const built = specs.map((spec) => spec.page);
  return specs.map((spec) => renderDashboard(spec, settings, built));
}
