import { closingBracket } from './brackets';
import { tokenize } from './lexer';
import { isTrivia } from './tokens';

const operators = new Set(['CASE', 'NOT', 'INTERVAL', 'SELECT', 'WITH', 'AND', 'OR', 'IN', 'LIKE', 'IS', 'BETWEEN']);

/**
 * Makes an expression safe to stand beside an operator: a name, a literal, a call, an element access or a cast stays as
 * it is (so that a key column is never wrapped), anything else is put in brackets. A comment to the end of its line is
 * closed by a line feed. Never throws.
 * @example operand('t.c') // t.c
 * @example operand('a ? b : c') // (a ? b : c)
 */
export function operand(expression: string): string {
  const all = tokenize(expression);
  const last = all.at(-1);
  if (last?.kind === 'comment') return `(${expression}\n)`;
  const tokens = all.filter((t) => !isTrivia(t));
  let wantsName = true;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'open' && token.text !== '{') {
      const close = closingBracket(tokens, i);
      if (close === undefined) return `(${expression})`;
      i = close;
      wantsName = false;
    } else if (!wantsName && (token.kind === 'dot' || token.text === '::')) wantsName = true;
    else if (wantsName && isName(token.kind) && !operators.has(token.text.toUpperCase())) wantsName = false;
    else return `(${expression})`;
  }
  return wantsName ? `(${expression})` : expression;
}

function isName(kind: string): boolean {
  return ['word', 'quotedIdentifier', 'string', 'heredoc', 'number', 'parameter', 'macro'].includes(kind);
}
