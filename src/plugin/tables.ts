import type { TableRef } from '../core/adhoc/columns';
import { closingBracket } from '../core/sql/brackets';
import { tokenize } from '../core/sql/lexer';
import { unquote } from '../core/sql/names';
import { isTrivia, isWord } from '../core/sql/tokens';
import type { Token } from '../core/sql/tokens';

/**
 * The tables that a statement names behind FROM, JOIN, or the comma between tables, each once. Table functions are left
 * out; names of common table expressions come along (no system table knows them). Never throws.
 * @example tablesOf('SELECT 1 FROM a JOIN `d`.b') // [{ table: 'a' }, { database: 'd', table: 'b' }]
 */
export function tablesOf(sql: string): TableRef[] {
  const tokens = tokenize(sql).filter((token) => !isTrivia(token));
  const found = new Map<string, TableRef>();
  tokens.forEach((token, at) => {
    if (!isWord(token, 'FROM') && !isWord(token, 'JOIN')) return;
    for (let start: number | undefined = at + 1; start !== undefined; start = afterComma(tokens, start)) {
      const ref = tableAt(tokens, start);
      if (ref) found.set(JSON.stringify(ref), ref);
    }
  });
  return [...found.values()];
}

function tableAt(tokens: readonly Token[], at: number): TableRef | undefined {
  const [first, dot, second] = tokens.slice(at, at + 3);
  if (!isName(first)) return undefined;
  const qualified = dot?.kind === 'dot' && isName(second);
  if (tokens[at + (qualified ? 3 : 1)]?.kind === 'open') return undefined;
  return qualified ? { database: unquote(first.text), table: unquote(second.text) } : { table: unquote(first.text) };
}

const clauseAfter = ['WHERE', 'PREWHERE', 'JOIN', 'GROUP', 'ORDER', 'ON', 'USING', 'SELECT'];

/** Where the next table begins, behind a table, its alias or brackets, and a comma. */
function afterComma(tokens: readonly Token[], start: number): number | undefined {
  for (let i = start; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'comma') return i + 1;
    if (token.kind === 'open') i = closingBracket(tokens, i) ?? tokens.length;
    else if (token.kind !== 'dot' && !isName(token)) return undefined;
    else if (clauseAfter.some((word) => isWord(token, word))) return undefined;
  }
  return undefined;
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quotedIdentifier';
}
