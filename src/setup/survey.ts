import type { Db } from '../core/db';
import { TidemarkError, messageOf } from '../core/errors';
import type { LookedTable } from './look';
import { lookAt } from './look';
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
      looked.push(lookAt(table, await sampleOf(db, table)));
    } catch (thrown) {
      if (thrown instanceof TidemarkError && lost.includes(thrown.code)) throw thrown;
      skipped.push({ table: table.name, why: `it cannot be read: ${short(messageOf(thrown))}` });
    }
  }
  return { looked, skipped };
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
