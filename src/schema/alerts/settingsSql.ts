import { literal } from '../../core/sql/quote';
import type { AlertRule } from '../../packs/rule';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';

/** SQL of what people set for a rule. All expressions, `expected` a sub-query with the column `subject`. */
export interface SettingsSql {
  /** Map(String, Float64): `<limit> <subject>` → its value in force. */
  limits(rule: AlertRule): string;
  /** Array(Date). */
  readonly holidays: string;
  expected(rule: AlertRule): string;
  /** Array(String): subjects that are muted at the moment; `''` for all. */
  muted(rule: AlertRule): string;
}

/** A limit with what tidemark.yaml says of it, before anybody's edits. */
export interface DeclaredLimit {
  readonly subject: string;
  readonly name: string;
  readonly value: number;
  readonly origin: 'tidemark.yaml' | 'default';
}

/** The limits of a rule that it or tidemark.yaml declares: one for all subjects each, and those that single subjects have of their own. */
export function declaredLimits(rule: AlertRule, { alerts }: Installation): readonly DeclaredLimit[] {
  const set = alerts.thresholds.filter((t) => t.rule === rule.name);
  const all = rule.limits.map(({ name, value }): DeclaredLimit => {
    const own = set.find((t) => t.subject === '' && t.name === name);
    return { subject: '', name, value: own?.value ?? value, origin: own ? 'tidemark.yaml' : 'default' };
  });
  const single = set.filter((t) => t.subject !== '' && rule.limits.some(({ name }) => name === t.name));
  return [
    ...all,
    ...single.map(({ subject, name, value }) => ({ subject, name, value, origin: 'tidemark.yaml' }) as const),
  ];
}

/**
 * The settings when the statement is asked: what tidemark.yaml and the rule itself say stands in the statement (migrate makes the view
 * anew when it changes), and only what people edited is read. The same as the views `thresholds`, `holidays` and `expected_subjects`
 * tell; to ask those takes a third of most rules' time, all of it planning.
 */
export function settingsInForce(installation: Installation, now: string): SettingsSql {
  const table = (name: string) => tableOf(installation, name);
  const edits = (what: string, of: string, rule?: AlertRule) =>
    `(SELECT ${what} FROM ${table(of)} FINAL${rule ? ` WHERE rule = ${literal(rule.name)}` : ''})`;
  const { subjects, holidays } = installation.alerts;
  const days = holidays.map(({ day }) => literal(day)).join(', ');
  return {
    limits: (rule) =>
      `mapUpdate(${limitsLiteral(declaredLimits(rule, installation))}, ${edits(limitsOfRows, 'threshold_edits', rule)})`,
    holidays:
      days === ''
        ? edits('groupArray(day)', 'holiday_edits')
        : `arrayConcat([${days}]::Array(Date), ${edits('groupArray(day)', 'holiday_edits')})`,
    expected(rule) {
      const own = subjects.filter((s) => s.rule === rule.name).map((s) => literal(s.subject));
      if (own.length === 0) return edits('subject', 'subject_edits', rule);
      const edited = edits('groupArray(subject)', 'subject_edits', rule);
      return `(SELECT arrayJoin(arrayDistinct(arrayConcat([${own.join(', ')}], ${edited}))) AS subject)`;
    },
    muted: (rule) => mutedSql(installation, rule, now),
  };
}

/** The same asked of the views: on a stage, tables to be filled at will stand in their places. */
export function settingsOfViews(installation: Installation, now: string): SettingsSql {
  const table = (name: string) => tableOf(installation, name);
  const of = (rule: AlertRule) => `WHERE rule = ${literal(rule.name)}`;
  return {
    limits: (rule) => `(SELECT ${limitsOfRows} FROM ${table('thresholds')} ${of(rule)})`,
    holidays: `(SELECT groupArray(day) FROM ${table('holidays')})`,
    expected: (rule) => `(SELECT subject FROM ${table('expected_subjects')} ${of(rule)})`,
    muted: (rule) => mutedSql(installation, rule, now),
  };
}

/** Key of a limit in {@link SettingsSql.limits}; without a subject, that of all subjects. */
export const limitKey = (name: string, subject = ''): string => `${name} ${subject}`;

const limitsType = 'Map(String, Float64)';
const limitsOfRows = `CAST((groupArray(concat(name, ' ', subject)), groupArray(value)), '${limitsType}')`;

/** Limits that are known beforehand, as {@link SettingsSql.limits} has them. */
export function limitsLiteral(limits: readonly Pick<DeclaredLimit, 'name' | 'subject' | 'value'>[]): string {
  const pairs = limits.map(({ name, subject, value }) => `${literal(limitKey(name, subject))}, toFloat64(${value})`);
  return pairs.length === 0 ? `CAST(map(), '${limitsType}')` : `map(${pairs.join(', ')})`;
}

const mutedSql = (installation: Installation, rule: AlertRule, now: string): string =>
  `(SELECT groupArray(subject) FROM ${tableOf(installation, 'mutes')} WHERE rule IN ('', ${literal(rule.name)}) AND since <= ${now} AND ifNull(until, toDateTime64('2200-01-01 00:00:00', 3, 'UTC')) > ${now})`;
