import { clauseBody } from '../sql/edit';
import { trimTrivia } from '../sql/brackets';
import type { ClauseName } from '../sql/clauses';
import type { Edit } from '../sql/edit';
import type { Rewrite } from './macro';
import type { Select } from '../sql/selects';
import type { Token } from '../sql/tokens';

/** Clauses of the innermost query; what comes after belongs to the outermost. */
const inner: readonly ClauseName[] = ['FROM', 'SELECT', 'PREWHERE', 'WHERE', 'GROUP', 'HAVING'];

/**
 * The edits that make of a SELECT with a statement macro what the macro says. Nothing of the user's is moved but the
 * macro's own arguments; texts go in right behind the last word of a clause, so that a comment after it hides none.
 */
export function rewriteEdits(
  tokens: readonly Token[],
  { clauses }: Select,
  call: { readonly at: number; readonly last: number },
  { select, where, groupBy, layers, orderBy }: Rewrite,
): readonly Edit[] {
  const find = (name: ClauseName) => clauses.find((clause) => clause.name === name);
  const endOf = (names: readonly ClauseName[]) => {
    const clause = clauses.filter(({ name }) => names.includes(name)).at(-1)!;
    return tokens[trimTrivia(tokens, clause).to - 1]!.end;
  };
  const edits: Edit[] = [];
  const put = (at: number, text: string) => edits.push({ at, text });

  const first = clauses.find(({ name }) => name === 'FROM' || name === 'SELECT')!;
  put(
    tokens[first.from]!.start,
    [...layers]
      .reverse()
      .map(({ head }) => `${head} FROM (`)
      .join(''),
  );
  edits.push({ at: tokens[call.at]!.start, to: tokens[call.last]!.end, text: select });

  const own = find('WHERE');
  if (own) {
    const body = clauseBody(tokens, own);
    put(body.start, `${where} AND (`);
    put(body.end, ')');
  } else put(endOf(['FROM', 'SELECT', 'PREWHERE']), ` WHERE ${where}`);
  if (groupBy) put(endOf(inner.slice(0, 4)), ` GROUP BY ${groupBy}`);

  const window = find('WINDOW');
  layers.forEach((layer, i) => {
    put(endOf(inner), `)${layer.groupBy ? ` GROUP BY ${layer.groupBy}` : ''}`);
    if (!layer.window) return;
    const outermost = i === layers.length - 1;
    // The user's own windows follow ours in the one clause.
    if (outermost && window) put(clauseBody(tokens, window).start, `${layer.window}, `);
    else put(endOf(inner), ` WINDOW ${layer.window}`);
  });
  if (!find('ORDER')) put(endOf([...inner, 'WINDOW', 'QUALIFY']), ` ORDER BY ${orderBy}`);
  return edits;
}
