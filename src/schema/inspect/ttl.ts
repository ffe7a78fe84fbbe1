import { fail } from '../errors';
import { splitTopLevel } from './types';

/** Fewest days that one of the units lasts. Three months in a row may have 89 days, hence two days less than 30 each. */
const daysOf: Readonly<Record<string, (n: number) => number>> = {
  Second: (n) => Math.floor(n / 86_400),
  Minute: (n) => Math.floor(n / 1440),
  Hour: (n) => Math.floor(n / 24),
  Day: (n) => n,
  Week: (n) => 7 * n,
  Month: (n) => Math.max(0, 30 * n - 2),
  Quarter: (n) => 90 * n - 2,
  Year: (n) => 365 * n,
};

/**
 * The terms of a table's TTL clause by which rows vanish, as ClickHouse prints them, without `DELETE`: also those with
 * GROUP BY, which put one row in the place of many, but not those with WHERE, which take out chosen rows.
 */
export function deletingTerms(engineFull: string): readonly string[] {
  const clause = / TTL (.*?)(?: SETTINGS .*)?$/s.exec(engineFull)?.[1];
  return splitTopLevel(clause ?? '')
    .filter((term) => !/ (TO (DISK|VOLUME)|RECOMPRESS|WHERE) /.test(`${term} `))
    .map((term) => term.replace(/ DELETE$/, ''));
}

/**
 * Days that a TTL term leaves to rows, by the named column: of `at + toIntervalDay(90)`, also with the column inside
 * toDate or toDateTime. Undefined for everything else.
 */
export function ttlDays(term: string, column: string): number | undefined {
  const form = /^(?:toDate(?:Time)?(?:32|64)?\()?`?(.+?)`?(?:(?:, [^()]*)?\))? \+ toInterval(\w+)\((\d+)\)$/.exec(term);
  const [, of, unit = '', count] = form ?? [];
  return of === column ? daysOf[unit]?.(Number(count)) : undefined;
}

/** What decides how long a source keeps its rows. */
export interface Keeping {
  readonly role: string;
  readonly table: string;
  /** Column of the table that tells the time. */
  readonly time: string;
  readonly engineFull: string;
  /** As tidemark.yaml says it. */
  readonly keepsDays: number | undefined;
}

/**
 * Days back from today that the source has whole: what tidemark.yaml says, but never more than the TTL leaves whole (the
 * day on which it deletes is not). Null where rows stay for ever.
 * @throws TidemarkError keeps_too_long, ttl_unclear
 */
export function keepsDaysOf({ role, table, time, engineFull, keepsDays }: Keeping): number | null {
  const terms = deletingTerms(engineFull).map((term) => ({ term, days: ttlDays(term, time) }));
  const unclear = terms.find(({ days }) => days === undefined);
  if (unclear && keepsDays === undefined) throw fail('ttl_unclear', { role, table, ttl: unclear.term, time });
  const known = terms.flatMap(({ term, days }) => (days === undefined ? [] : [{ term, days }]));
  const shortest = known.sort((a, b) => a.days - b.days)[0];
  if (!shortest) return keepsDays ?? null;
  if (keepsDays !== undefined && keepsDays > shortest.days) {
    throw fail('keeps_too_long', { role, table, keepsDays, ttl: shortest.term, days: shortest.days });
  }
  const whole = Math.max(0, shortest.days - 1);
  return Math.min(keepsDays ?? whole, whole);
}
