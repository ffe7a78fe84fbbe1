import { clauseBody } from '../sql/edit';
import { trimTrivia } from '../sql/brackets';
import { isWord } from '../sql/tokens';
import type { ClauseName } from '../sql/clauses';
import type { Edit } from '../sql/edit';
import type { Select } from '../sql/selects';
import type { Layer, Rewrite } from './macro';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

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

  // A window function of the user's may not be taken of ours in one query.
  const windows = find('WINDOW') !== undefined || speaksOfOver(tokens, find('QUALIFY'));
  const around: readonly Layer[] = windows && layers.at(-1)?.window ? [...layers, { head: 'SELECT *' }] : layers;

  const first = clauses.find(({ name }) => name === 'FROM' || name === 'SELECT')!;
  const heads = around.map(({ head }) => `${head} FROM (`).reverse();
  put(tokens[first.from]!.start, heads.join(''));
  edits.push({ at: tokens[call.at]!.start, to: tokens[call.last]!.end, text: select });

  const own = find('WHERE');
  if (own) {
    const body = clauseBody(tokens, own);
    put(body.start, `${where} AND (`);
    put(body.end, ')');
  } else put(endOf(['FROM', 'SELECT', 'PREWHERE']), ` WHERE ${where}`);
  if (groupBy) put(endOf(inner.slice(0, 4)), ` GROUP BY ${groupBy}`);

  for (const layer of around)
    put(
      endOf(inner),
      `)${layer.groupBy ? ` GROUP BY ${layer.groupBy}` : ''}${layer.window ? ` WINDOW ${layer.window}` : ''}`,
    );
  if (!find('ORDER')) put(endOf([...inner, 'WINDOW', 'QUALIFY']), ` ORDER BY ${orderBy}`);
  return edits;
}

function speaksOfOver(tokens: readonly Token[], clause: TokenRange | undefined): boolean {
  return clause !== undefined && tokens.slice(clause.from, clause.to).some((token) => isWord(token, 'OVER'));
}
