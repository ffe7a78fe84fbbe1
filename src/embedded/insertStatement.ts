import { literal } from '../core/sql/quote';
import { tokenize } from '../core/sql/lexer';
import { isTrivia, isWord } from '../core/sql/tokens';
import { refusal } from './engineError';

import type { InsertHead } from './insertHead';

/**
 * The INSERT that reads its data from a file of the spool; `text` is the head, one character per byte. Throws
 * NOT_IMPLEMENTED for `input()` without a structure.
 * @example insertFrom('/s/1', 'INSERT INTO t VALUES', head) // "INSERT INTO t  FROM INFILE '/s/1' FORMAT Values"
 */
export function insertFrom(path: string, text: string, head: InsertHead): string {
  const utf8 = (from: number, to: number) => Buffer.from(text.slice(from, to), 'latin1').toString('utf8');
  if (head.throughInput) return throughFile(path, utf8(0, head.headEnd), head.format);
  const source = ` FROM INFILE ${literal(path)} `;
  const format = head.byKeyword ? `FORMAT ${head.format}` : '';
  return utf8(0, head.sourceAt) + source + utf8(head.sourceAt, head.headEnd) + format;
}

/** `… FROM input('structure') FORMAT F` becomes `… FROM file('path', 'F', 'structure')`. */
function throughFile(path: string, sql: string, format: string): string {
  const tokens = tokenize(sql).filter((token) => !isTrivia(token));
  const at = tokens.findIndex((token, i) => isWord(token, 'INPUT') && tokens[i + 1]?.text === '(');
  const open = tokens[at + 1]!;
  if (tokens[at + 2]?.text === ')')
    throw refusal('NOT_IMPLEMENTED', 'input() without a structure is not supported here, name the columns');
  const clause = tokens.filter((token) => isWord(token, 'FORMAT')).at(-1)!;
  const before = sql.slice(0, tokens[at]!.start);
  return `${before}file(${literal(path)}, ${literal(format)}, ${sql.slice(open.end, clause.start)}`;
}
