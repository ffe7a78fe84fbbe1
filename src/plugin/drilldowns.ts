import type { AdHocVariableFilter, DrilldownsApplicability } from '@grafana/data';
import { applicability } from '../core/adhoc/applicable';
import type { ColumnsOf } from '../core/adhoc/columns';

const notGrouped = 'Queries of this data source are not grouped by the dashboard: write GROUP BY in the query.';

/** The answer to Grafana's question which filters and grouping keys have an effect on some statements. Never throws. */
export function drilldowns(
  statements: readonly string[],
  asked: { readonly filters?: readonly AdHocVariableFilter[]; readonly groupByKeys?: readonly string[] },
  columnsOf: ColumnsOf,
): DrilldownsApplicability[] {
  const filters = (asked.filters ?? []).map((filter) => ({
    key: filter.key,
    ...applicability(statements, filter, columnsOf),
    ...(filter.origin !== undefined && { origin: filter.origin }),
  }));
  const groups = (asked.groupByKeys ?? []).map((key) => ({ key, applicable: false, reason: notGrouped }));
  return [...filters, ...groups];
}
