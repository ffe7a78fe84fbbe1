import type { Db } from '../core/db';
import { TidemarkError, messageOf } from '../core/errors';
import type { LookedTable } from './look';
import { ident, qualified } from '../core/sql/quote';
import { lookAt } from './look';
import { proposalFor } from './propose';
import { sampleOf } from './sample';
import type { FoundTable, Skipped } from './tables';
import { findTables, unreadable } from './tables';

/** What was found in a ClickHouse. */
export interface Survey {
  readonly looked: readonly LookedTable[];
  readonly skipped: readonly Skipped[];
}

/** What to look at. */
export interface SurveyOptions {
  /** Databases; all but the system's where it is empty. */
  readonly lookIn: readonly string[];
  /** Hears of each table before it is looked at. */
  readonly onTable?: (name: string, done: number, of: number) => void;
}

/** Tables of which rows are looked at; of more only the definitions are. */
const mostTables = 300;

/**
 * Looks at every table and view of a ClickHouse: definitions, and of those that have a time also some rows, a few seconds and
 * a few million read rows each at most. What cannot be read is skipped with a sentence. Changes nothing. Throws the server's
 * error where not even the list of tables can be read.
 */
export async function survey(db: Db, { lookIn, onTable }: SurveyOptions): Promise<Survey> {
  const found = await findTables(db, lookIn);
  const skipped: Skipped[] = [];
  const readable = found.filter((table) => {
    const reason = unreadable(table);
    if (reason) skipped.push(reason);
    return !reason;
  });
  const timed = readable.filter(hasTime);
  for (const { name } of timed.slice(mostTables))
    skipped.push({ table: name, why: `only ${mostTables} tables are looked into; name its database with --look-in.` });
  const looked: LookedTable[] = [];
  const toLook = timed.slice(0, mostTables);
  for (const [i, table] of toLook.entries()) {
    onTable?.(table.name, i, toLook.length);
    try {
      looked.push(await withEvents(db, lookAt(table, await sampleOf(db, table))));
    } catch (thrown) {
      if (thrown instanceof TidemarkError && lost.includes(thrown.code)) throw thrown;
      skipped.push({ table: table.name, why: `it cannot be read: ${short(messageOf(thrown))}` });
    }
  }
  return { looked, skipped };
}

/**
 * Of a table of events the names are counted in up to 20 M rows instead of in the sample alone: a table is often ordered by
 * them, and rare ones (features) are not met. The sample's counts stay where that fails.
 */
async function withEvents(db: Db, table: LookedTable): Promise<LookedTable> {
  const event = proposalFor('events', table)?.columns.find(({ logical }) => logical === 'event');
  if (table.whole || !event?.look || event.look.personal) return table;
  const column = ident(event.column);
  try {
    const rows = await db.query<{ v: string; n: number }>(
      `SELECT toString(${column}) AS v, toFloat64(count()) AS n FROM ${qualified(table.name)} WHERE notEmpty(ifNull(toString(${column}), ''))
GROUP BY v ORDER BY n DESC, v LIMIT 2000 SETTINGS max_rows_to_read = 20000000, read_overflow_mode = 'break', max_execution_time = 10, timeout_overflow_mode = 'break', max_threads = 2`,
    );
    const filled = rows.reduce((sum, { n }) => sum + n, 0);
    const look = {
      ...event.look,
      rows: filled,
      filled,
      distinct: rows.length,
      counts: rows.map(({ v, n }) => [v, n] as const),
    };
    return rows.length === 0 ? table : { ...table, looks: new Map([...table.looks, [event.column, look]]) };
  } catch {
    return table;
  }
}

/** Errors after which no further table is worth trying. */
const lost = ['unreachable', 'not_clickhouse', 'wrong_password'];

/** Without a time no role can be played. */
const hasTime = ({ columns }: FoundTable): boolean =>
  columns.some(({ type }) => /^(LowCardinality\(|Nullable\()*Date/.test(type));

function short(text: string): string {
  const first = (text.split('\n', 1)[0] ?? '')
    .replace(/^ClickHouse refused a statement \(code \d+\): /, '')
    .replace(/\s*\(version [^)]*\)?.*$/, '')
    .replace(/:? while (executing|processing) .*$/i, '');
  const cut = first.length > 200 ? `${first.slice(0, 200)}…` : first;
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`;
}
