import { insertAt } from '../sql/edit';
import { knownFilters } from './predicate';
import { oneStatement } from './statement';
import { Placement } from './placement';
import { refusal } from './refusal';
import { tokenize } from '../sql/lexer';
import type { AdhocFilter } from './filter';
import type { ColumnsOf } from './columns';
import type { Notice } from '../notice';

/** A statement with filters in it, and a notice for each filter that is not. */
export interface Filtered {
  readonly sql: string;
  readonly notices: readonly Notice[];
}

/**
 * Puts ad hoc filters into a statement: into the WHERE of the outermost SELECTs that read from a table (through
 * sub-queries and common table expressions in FROM, and in each part of a UNION). Everything else of the statement
 * stays letter by letter, comments included. A filter that could not be applied gives a notice that says why; the
 * statement then runs without it. Never throws.
 *
 * With `columnsOf`, a filter goes only where the tables have its column, lists, JSON and maps are asked by their type, and
 * of joined sub-queries the one that has the column is found; without, every table is taken to have every column.
 * @example applyAdhocFilters('SELECT 1 FROM t', [{ key: 'a', operator: '=', value: 'x' }]).sql // SELECT 1 FROM t WHERE `a` = 'x'
 */
export function applyAdhocFilters(sql: string, filters: readonly AdhocFilter[], columnsOf?: ColumnsOf): Filtered {
  const { known, notices } = knownFilters(filters);
  if (known.length === 0) return { sql, notices };
  const tokens = tokenize(sql);
  const placement = new Placement(tokens, columnsOf);
  const statement = oneStatement(tokens);
  if (typeof statement === 'string') placement.refuse(statement, known);
  else placement.query(statement, new Map(), known);
  const refused = placement.refusals.map(({ filter, reason }) =>
    refusal(filter.key, reason, placement.placed.has(filter)),
  );
  return { sql: insertAt(sql, placement.edits()), notices: [...notices, ...refused] };
}
