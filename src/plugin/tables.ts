import { tokenize } from '../core/sql/lexer';
import { unquote } from '../core/sql/names';
import { isTrivia, isWord } from '../core/sql/tokens';
import type { Token } from '../core/sql/tokens';
import type { TableRef } from './tags';

/**
 * The tables that a statement names behind FROM or JOIN, each once. Table functions are left out; names of common table
 * expressions come along (no system table knows them). Never throws.
 * @example tablesOf('SELECT 1 FROM a JOIN `d`.b') // [{ table: 'a' }, { database: 'd', table: 'b' }]
 */
export function tablesOf(sql: string): TableRef[] {
  const tokens = tokenize(sql).filter((token) => !isTrivia(token));
  const found = new Map<string, TableRef>();
  tokens.forEach((token, at) => {
    if (!isWord(token, 'FROM') && !isWord(token, 'JOIN')) return;
    const [first, dot, second] = tokens.slice(at + 1);
    if (!isName(first)) return;
    const qualified = dot?.kind === 'dot' && isName(second);
    if (tokens[at + (qualified ? 4 : 2)]?.kind === 'open') return;
    const ref = qualified
      ? { database: unquote(first.text), table: unquote(second.text) }
      : { table: unquote(first.text) };
    found.set(JSON.stringify(ref), ref);
  });
  return [...found.values()];
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quotedIdentifier';
}
