import { literal, qualified } from '../../core/sql/quote';
import type { AlertsConfig } from '../../config/config';
import { alertsSource } from '../../dashboards/alertsSource';
import type { AlertRule } from '../../packs/rule';
import { alertView } from '../../schema/alerts/names';
import { conditionRef, queryRefs } from './names';
import type { QueryRef } from './names';

/** Data source of Grafana's server-side expressions. */
const expressions = { type: '__expr__', uid: '__expr__' } as const;

/** Stands for all subjects that are held: never fires. */
export const heldSubject = '-';

/**
 * What a query of a rule asks: the subject, which is the alert's identity, and one number; the view casts them to String, Int64 and
 * Float64 and knows no NULL. Nothing else is selected: a text that changes would be a new alert each time. Subjects that are held are
 * left out, as a missing one keeps its state; one row, {@link heldSubject} with 0, is there in their place, so that an answer in which all are
 * held is not taken for none: with that, a pending alert would come to fire by the clock alone.
 * @example alertStatement('tidemark', errorRate, 'value')
 * // SELECT if(held = 1, '-', a.subject) AS subject, max(if(held = 1, 0, a.value)) AS value FROM `tidemark`.`alert_error_rate` AS a
 * // GROUP BY if(held = 1, '-', a.subject)
 */
export function alertStatement(database: string, rule: Pick<AlertRule, 'name'>, ref: QueryRef): string {
  // Written out in GROUP BY too: a server may prefer columns to aliases.
  const subject = `if(held = 1, ${literal(heldSubject)}, a.subject)`;
  const view = qualified(`${database}.${alertView(rule)}`);
  return `SELECT ${subject} AS subject, max(if(held = 1, 0, a.${ref})) AS ${ref} FROM ${view} AS a GROUP BY ${subject}`;
}

/** How a data source keeps a statement, by the way of `alerts.through`. */
const models: Readonly<Record<AlertsConfig['through'], (rawSql: string) => object>> = {
  clickhouse: (rawSql) => ({
    editorType: 'sql',
    rawSql,
    // Table: with 0, time series, no rows would be an error.
    format: 1,
    queryType: 'table',
    pluginVersion: alertsSource.clickhouse.version,
  }),
  mysql: (rawSql) => ({ rawQuery: true, editorMode: 'code', format: 'table', rawSql }),
};

/** One entry of a rule's `data`. */
export interface AlertQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  /** Seconds before now; `from` is the greater. The statements know no range, but Grafana wants one. */
  readonly relativeTimeRange?: { readonly from: number; readonly to: number };
  readonly model: object;
}

/** The `data` of a rule: three queries and the condition `firing > 0`. A `threshold` takes NaN for normal, where `math` would fire. */
export function alertQueries(
  database: string,
  rule: Pick<AlertRule, 'name'>,
  through: AlertsConfig['through'],
): readonly AlertQuery[] {
  const { uid } = alertsSource;
  const { type } = alertsSource[through];
  return [
    ...queryRefs.map((refId) => ({
      refId,
      datasourceUid: uid,
      relativeTimeRange: { from: 600, to: 0 },
      model: {
        refId,
        datasource: { type, uid },
        ...models[through](alertStatement(database, rule, refId)),
        intervalMs: 60_000,
        maxDataPoints: 10_000,
      },
    })),
    {
      refId: conditionRef,
      datasourceUid: expressions.uid,
      model: {
        refId: conditionRef,
        datasource: expressions,
        type: 'threshold',
        expression: queryRefs[0],
        conditions: [{ evaluator: { type: 'gt', params: [0] } }],
      },
    },
  ];
}
