import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import type { RuleWorld } from './kit';
import type { SettingsSql } from './settingsSql';
import { limitsLiteral } from './settingsSql';

/** A number that is tried out in the place of a limit of all subjects, in the limit's own unit. */
export interface TriedLimit {
  readonly rule: string;
  readonly name: string;
  readonly value: number;
}

/** What people set, and how far the rollups are, as the views had it when it was read. */
export interface KnownSettings {
  readonly limits: readonly (TriedLimit & { readonly subject: string })[];
  /** ISO days. */
  readonly holidays: readonly string[];
  readonly expected: readonly { readonly rule: string; readonly subject: string }[];
  /** Milliseconds since 1970; `untilMs` Infinity for those without an end. */
  readonly mutes: readonly {
    readonly rule: string;
    readonly subject: string;
    readonly sinceMs: number;
    readonly untilMs: number;
  }[];
  readonly complete: readonly { readonly rollup: string; readonly role: string; readonly untilMs: number }[];
}

/** Reads the settings in force. What is tried stands in the place of its limit; limits of single subjects stay. */
export async function readSettings(
  db: Db,
  installation: Installation,
  tried: readonly TriedLimit[] = [],
): Promise<KnownSettings> {
  const table = (name: string) => tableOf(installation, name);
  const limits = await db.query<KnownSettings['limits'][number]>(
    `SELECT rule, subject, name, value FROM ${table('thresholds')} ORDER BY rule, name, subject`,
  );
  const holidays = await db.query<{ day: string }>(
    `SELECT toString(day) AS day FROM ${table('holidays')} ORDER BY day`,
  );
  const expected = await db.query<KnownSettings['expected'][number]>(
    `SELECT rule, subject FROM ${table('expected_subjects')} ORDER BY rule, subject`,
  );
  const mutes = await db.query<{ rule: string; subject: string; since: string; ends: string | null }>(
    `SELECT rule, subject, toString(toUnixTimestamp64Milli(since)) AS since, toString(toUnixTimestamp64Milli(until)) AS ends FROM ${table('mutes')}`,
  );
  const complete = await db.query<{ rollup: string; role: string; until: string }>(
    `SELECT rollup, role, toString(toUnixTimestamp64Milli(until)) AS until FROM ${table('completeness')} ORDER BY rollup`,
  );
  return {
    complete: complete.map(({ rollup, role, until }) => ({ rollup, role, untilMs: Number(until) })),
    limits: limits.map((limit) => {
      const of = tried.find((t) => limit.subject === '' && t.rule === limit.rule && t.name === limit.name);
      return of ? { ...limit, value: of.value } : limit;
    }),
    holidays: holidays.map(({ day }) => day),
    expected,
    mutes: mutes.map(({ rule, subject, since, ends }) => ({
      rule,
      subject,
      sinceMs: Number(since),
      untilMs: ends === null ? Infinity : Number(ends),
    })),
  };
}

/** The same as SQL at a moment: literals, so that a statement that is asked thousands of times asks nobody for them. */
export function settingsAt({ limits, holidays, expected, mutes }: KnownSettings, atMs: number): SettingsSql {
  const list = (values: readonly string[], type: string) => `[${values.map(literal).join(', ')}]::Array(${type})`;
  return {
    limits: (rule) => limitsLiteral(limits.filter((l) => l.rule === rule.name)),
    holidays: list(holidays, 'Date'),
    expected(rule) {
      const own = expected.filter((e) => e.rule === rule.name).map((e) => e.subject);
      return `(SELECT arrayJoin(${list(own, 'String')}) AS subject)`;
    },
    muted(rule) {
      const at = mutes.filter((m) => ['', rule.name].includes(m.rule) && m.sinceMs <= atMs && m.untilMs > atMs);
      return list(
        at.map((m) => m.subject),
        'String',
      );
    },
  };
}

/** How far the rollups were at a moment in the past: to where they are now, but not further than a moment. */
export function completenessAt({ complete }: KnownSettings, mostMs: number): Pick<RuleWorld, 'until' | 'completeness'> {
  const instant = (ms: number) => `fromUnixTimestamp64Milli(${ms}, 'UTC')`;
  const rows = complete.map(({ rollup, role, untilMs }) => ({ rollup, role, ms: Math.min(untilMs, mostMs) }));
  const tuples = rows.map(({ rollup, role, ms }) => `(${literal(rollup)}, ${literal(role)}, ${ms})`).join(', ');
  return {
    until(rollups) {
      const all = rollups.map((name) => rows.find((row) => row.rollup === name)?.ms ?? 0);
      return instant(Math.min(...all));
    },
    completeness: `(SELECT r.1 AS rollup, r.2 AS role, fromUnixTimestamp64Milli(r.3, 'UTC') AS until, '' AS pipeline FROM (SELECT arrayJoin([${tuples}]::Array(Tuple(String, String, Int64))) AS r))`,
  };
}
