import type { Columns, TableRef } from '../core/adhoc/columns';
import { closingBracket, splitArguments, trimTrivia } from '../core/sql/brackets';
import { tokenize } from '../core/sql/lexer';
import { unquote } from '../core/sql/names';
import { isTrivia } from '../core/sql/tokens';
import { tablesOf } from './tables';

/** What a table is ordered and parted by, as `system.tables` prints it; empty where it is not. */
export interface TableKeys {
  readonly sorting_key: string;
  readonly partition_key: string;
}

const timeMacros = new Set(['$__timeFilter', '$__timeFilter_ms', '$__dateFilter', '$__dateTimeFilter', '$__dt']);

/**
 * The column by which a probe of the table may be kept to the dashboard's range without costing more than the rows it is
 * cut to: one that a query of the dashboard filters this table by, else a time column that the table's order begins with or
 * its partitions are made of. Undefined where there is none. Never throws.
 */
export function timeColumnOf(
  ref: TableRef,
  columns: Columns,
  keys: TableKeys | undefined,
  statements: readonly string[],
): string | undefined {
  const asked = statements
    .filter((sql) => tablesOf(sql).some((table) => table.table === ref.table))
    .flatMap(filteredBy);
  const [first = ''] = splitKey(keys?.sorting_key ?? '');
  const keyed = [first, keys?.partition_key ?? ''].flatMap(namesIn);
  return [...asked, ...keyed].find((name) => isTime(columns.get(name)));
}

/** Whether the type is a point in time. */
export function isTime(type: string | undefined): boolean {
  return /^(?:Nullable\()?(Date|Date32|DateTime|DateTime64)\b/.test(type ?? '');
}

/** The columns that a statement filters by its range: arguments of the time macros that are plain names. */
function filteredBy(sql: string): string[] {
  const tokens = tokenize(sql);
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'macro' || !timeMacros.has(token.text)) return [];
    const close = tokens[at + 1]?.text === '(' ? closingBracket(tokens, at + 1) : undefined;
    if (close === undefined) return [];
    return splitArguments(tokens, at + 1, close).flatMap((range) => {
      const { from, to } = trimTrivia(tokens, range);
      const parts = tokens.slice(from, to);
      const plain = parts.every(({ kind }) => ['word', 'quotedIdentifier', 'dot'].includes(kind));
      return plain && parts.length > 0 ? [unquote(parts.at(-1)!.text)] : [];
    });
  });
}

/** `a, f(b, c)` → `a`, `f(b, c)`. */
function splitKey(key: string): string[] {
  const tokens = tokenize(`(${key})`);
  const close = closingBracket(tokens, 0);
  if (close === undefined) return [];
  return splitArguments(tokens, 0, close).map(({ from, to }) =>
    tokens
      .slice(from, to)
      .map(({ text }) => text)
      .join(''),
  );
}

function namesIn(expression: string): string[] {
  return tokenize(expression)
    .filter((token) => !isTrivia(token) && (token.kind === 'word' || token.kind === 'quotedIdentifier'))
    .map(({ text }) => unquote(text));
}
