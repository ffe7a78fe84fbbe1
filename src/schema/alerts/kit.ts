import type { AlertRule, RuleKit } from '../../packs/rule';
import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { fail } from '../errors';
import { completeUntilSql } from './completeness';
import { alertView } from './names';
import { hasNeed } from './needs';
import type { SettingsSql } from './settingsSql';
import { limitKey, settingsInForce } from './settingsSql';

/** What the SQL of a rule depends on beside the rule: in a test, the clock and the system tables are tables and literals of its own. */
export interface RuleWorld {
  /** SQL of the moment, DateTime64(3, 'UTC'). */
  readonly now: string;
  /** Name of a table of `system`, quoted. */
  system(name: string): string;
  /** What stands for the view `completeness` (rollup, role, until, pipeline); absent: the view itself. */
  readonly completeness?: string;
  /** SQL of the instant up to which all of the named rollups are complete, known beforehand; absent: `completeness` is asked. */
  until?(rollups: readonly string[]): string;
  /** What people set, known beforehand: stands in the statement as numbers and lists, which is asked faster than the views. */
  readonly settings?: SettingsSql;
  /** Condition on the rows of a table or rollup that there were at the moment, where the clock is of the past; `undefined`: all. */
  known?(name: string): string | undefined;
}

/** The world of an installation: the server's clock, its own tables. */
export const serverWorld: RuleWorld = { now: "now64(3, 'UTC')", system: (name) => `system.${name}` };

/** Hours after midnight that late rows of a day may still come before the day is judged. */
export const closingGraceHours = 2;

/** Name under which {@link SettingsSql.limits} stands at the head of a statement: asked once, however often it is named. */
export const limitsName = 'tm_limits';

/**
 * The SQL pieces of a rule over an installation, for a statement that has the rule's limits under {@link limitsName}.
 * @throws TidemarkError unknown_limit for a limit that the rule does not declare: a mistake in its source.
 */
export function ruleKit(rule: AlertRule, installation: Installation, world: RuleWorld): RuleKit {
  const settings = world.settings ?? settingsInForce(installation, world.now);
  const table = (name: string) =>
    name === 'completeness' && world.completeness !== undefined ? world.completeness : tableOf(installation, name);
  const rows = (name: string, final: string) => {
    const known = world.known?.(name);
    return known === undefined ? `${table(name)}${final}` : `(SELECT * FROM ${table(name)}${final} WHERE ${known})`;
  };
  const zone = literal(installation.timezone);
  // A scalar subquery is Nullable, and all that is made of it.
  const until = (...rollups: readonly string[]) =>
    world.until?.(rollups) ?? `assumeNotNull(${completeUntilSql(installation, rollups, world.completeness)})`;
  // Dates wrap round below 1970: what was never filled must not look like a day of 2149.
  const closed = (instant: string) =>
    `(toDate(greatest(${instant} - toIntervalHour(${closingGraceHours}), toDateTime64('1970-01-03 00:00:00', 3, 'UTC')), ${zone}) - 1)`;
  const closedDay = (...rollups: readonly string[]) => closed(`least(${world.now}, ${until(...rollups)})`);
  return {
    now: world.now,
    zone,
    today: `toDate(${world.now}, ${zone})`,
    database: literal(installation.database),
    madeAt: `assumeNotNull((SELECT max(toDateTime64(applied_at, 3, 'UTC')) FROM ${table('schema_objects')} WHERE name = ${literal(alertView(rule))}))`,
    watched: installation.watched,
    pipelines: installation.pipelines,
    has: (need) => hasNeed(installation, need),
    rollup: (name) => rows(name, ' FINAL'),
    where: world.known ? 'WHERE' : 'PREWHERE',
    table: (name) => rows(name, ''),
    system: (name) => world.system(name),
    limit(name, subject) {
      if (!rule.limits.some((limit) => limit.name === name))
        throw fail('unknown_limit', { rule: rule.name, limit: name });
      const all = `${limitsName}[${literal(limitKey(name))}]`;
      if (subject === undefined) return all;
      return `transform(concat(${literal(limitKey(name))}, ${subject}), mapKeys(${limitsName}), mapValues(${limitsName}), ${all})`;
    },
    until,
    late: (seconds, ...rollups) => `toUInt8(${until(...rollups)} < ${world.now} - toIntervalSecond(${seconds}))`,
    closedDay,
    closedAt: closed,
    dayLate: (...rollups) => `toUInt8(${closedDay(...rollups)} < ${closed(world.now)})`,
    holidays: settings.holidays,
    expected: settings.expected(rule),
    minuteDays: installation.tiers.minuteDays,
  };
}
