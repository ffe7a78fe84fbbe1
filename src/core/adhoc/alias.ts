import { isTrivia, isWord } from '../sql/tokens';
import { unquote } from '../sql/names';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

// After these a name is a column, not an alias.
const beforeColumn = new Set(
  'SELECT DISTINCT ALL BY WHERE PREWHERE HAVING QUALIFY ON USING AND OR NOT IN LIKE ILIKE BETWEEN CASE WHEN THEN ELSE INTERVAL FROM JOIN'.split(
    ' ',
  ),
);

/**
 * Whether an alias within the SELECT hides the column: ClickHouse lets WHERE see aliases first, so
 * `SELECT upper(country) AS country … WHERE country = 'DE'` asks the alias. Takes a doubtful case for an alias: the
 * column is then qualified, which is right either way.
 */
export function isHidden(tokens: readonly Token[], { from, to }: TokenRange, column: string): boolean {
  let previous: Token | undefined;
  for (let i = from; i < to; i++) {
    const token = tokens[i]!;
    if (isTrivia(token)) continue;
    if ((token.kind === 'word' || token.kind === 'quotedIdentifier') && unquote(token.text) === column) {
      if (isWord(previous, 'AS')) return true;
      if (previous?.kind === 'word' && !beforeColumn.has(previous.text.toUpperCase())) return true;
      if (['close', 'string', 'number', 'quotedIdentifier'].includes(previous?.kind ?? '')) return true;
    }
    previous = token;
  }
  return false;
}
