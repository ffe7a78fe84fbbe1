import { literal } from '../../core/sql/quote';
import type { AlertRule } from '../../packs/rule';
import type { Installation } from '../installation';
import { lengthSql } from '../../packs/ruleSql';
import { installedRollups } from '../rollups/installed';
import { tableOf } from '../rollups/context';
import { feeds } from './completeness';
import type { RuleWorld } from './kit';
import { limitsName, ruleKit } from './kit';
import { settingsInForce } from './settingsSql';

/** Columns of every alert view, in order. Integers and text as such, so that every executor sees labels and numbers. */
export const alertColumns = ['subject', 'value', 'threshold', 'firing', 'held', 'as_of', 'detail', 'runbook'] as const;

/**
 * The statement of a rule: one row per subject, each once; expected subjects without a row among them; muted ones are *held*.
 * Numbers are never NULL: Grafana takes NULL for NaN, which fires.
 */
export function ruleStatement(rule: AlertRule, installation: Installation, world: RuleWorld): string {
  const kit = ruleKit(rule, installation, world);
  const settings = world.settings ?? settingsInForce(installation, world.now);
  const mutes = settings.muted(rule);
  const missing = rule.missing === 'fires' ? 1 : 0;
  const behind = behindSql(rule, installation, world);
  const number = (sql: string) => `toFloat64(ifNull(${sql}, 0))`;
  const flag = (sql: string) => `toInt64(ifNull(${sql}, 0) != 0)`;
  // What is planned takes longer than what is read: hence no layer and no function more than it needs.
  return `${rule.limits.length > 0 ? `WITH ${settings.limits(rule)} AS ${limitsName}\n` : ''}SELECT
  tm_subject AS subject, tm_value AS value, tm_threshold AS threshold, tm_firing AS firing,
  toInt64(tm_held = 1 OR hasAny(${mutes}, ['', tm_subject])) AS held,
  tm_as_of AS as_of,
  concat(if(held > tm_held, 'Muted. ', '')${behind === undefined ? '' : `, if(tm_held = 1, ${behind}, '')`}, tm_detail) AS detail,
  ${literal(runbookOf(rule, installation))} AS runbook
FROM (
  SELECT toString(subject) AS tm_subject, 0 AS tm_order, ${number('value')} AS tm_value, ${number('threshold')} AS tm_threshold, ${flag('firing')} AS tm_firing, ${flag('held')} AS tm_held,
    toDateTime64(as_of, 3, 'UTC') AS tm_as_of, toString(detail) AS tm_detail
  FROM (${rule.sql(kit)}
  )
  UNION ALL
  SELECT toString(subject), 1, toFloat64(0), toFloat64(0), toInt64(${missing}), toInt64(0), toDateTime64(${world.now}, 3, 'UTC'), 'Nothing is known of this subject, which is expected.'
  FROM ${kit.expected}
)
WHERE tm_subject != ''
ORDER BY tm_subject, tm_order
LIMIT 1 BY tm_subject`;
}

/** Where the runbook of a rule is read. */
export const runbookOf = (rule: AlertRule, { alerts }: Installation): string => `${alerts.runbooks}/${rule.name}.md`;

/** Seconds by which a pipeline may hold back what a rule reads and it is not worth a word: beats come now and then. */
const beatSeconds = 120;

/**
 * SQL of the sentence that says which pipeline holds back what the rule reads, empty where none does; `undefined` where no pipeline feeds
 * it. A held rule says so: its own words tell of the interval that it last could judge.
 */
function behindSql({ reads = [], needs }: AlertRule, installation: Installation, world: RuleWorld): string | undefined {
  const fed = feeds(installation).map(({ role }) => role);
  const isRead = (name: string) => reads.includes(name) || (needs === 'funnels' && name.startsWith('funnel_'));
  const rollups = installedRollups(installation).filter((r) => fed.includes(r.role) && isRead(r.rollup.name));
  if (rollups.length === 0) return undefined;
  const table = world.completeness ?? tableOf(installation, 'completeness');
  const names = rollups.map((r) => literal(r.rollup.name)).join(', ');
  const late = `dateDiff('second', min(until), ${world.now})`;
  const sentence = `if(min(until) < toDateTime64(1, 3, 'UTC'), 'No beat of it is known', concat('It is ', ${lengthSql(late)}, ' behind'))`;
  return `assumeNotNull((SELECT if(count() = 0, '', concat('Held: replication ', argMin(pipeline, until), ' is late. ', ${sentence}, '; judged is what came before. '))
    FROM ${table} WHERE rollup IN (${names}) AND pipeline != '' AND until < ${world.now} - toIntervalSecond(${beatSeconds})))`;
}
