import { tokenize } from '../core/sql/lexer';
import { isTrivia, isWord } from '../core/sql/tokens';
import { refusal } from './engineError';

import type { Token } from '../core/sql/tokens';

/** An INSERT with data behind it. All offsets are in bytes. */
export interface InsertHead {
  /** Where `FROM INFILE …` has to stand: before SETTINGS, FORMAT or VALUES. */
  readonly sourceAt: number;
  /** Where the words of the statement end that are to be kept: before VALUES, after the name behind FORMAT. */
  readonly headEnd: number;
  /** First byte of the data. */
  readonly dataAt: number;
  /** The data's format; `Values` for VALUES. */
  readonly format: string;
  /** Whether the head ends with VALUES, and names no format. */
  readonly byKeyword: boolean;
  /** Whether the data goes through `input(…)`. */
  readonly throughInput: boolean;
}

/** `incomplete`: more bytes are needed to tell; `undefined`: no INSERT with data behind it. */
export type HeadFound = InsertHead | 'incomplete' | undefined;

/** The longest head, in bytes: ClickHouse's default `max_query_size`. */
export const maxHeadBytes = 262_144;

/**
 * Finds where the data of an INSERT begins, from the first bytes of a query; `ended` says that no more follow. The bytes
 * behind the head may be anything. Throws UNKNOWN_TYPE_OF_QUERY for FROM INFILE: that is for clients with files.
 * @example findInsertHead(Buffer.from('INSERT INTO t FORMAT CSV\n1,2'), true) // { …, dataAt: 25, format: 'CSV' }
 */
export function findInsertHead(bytes: Buffer, ended: boolean): HeadFound {
  for (let length = 2_048; ; length *= 4) {
    const whole = length >= bytes.length;
    // One character per byte, so that offsets are bytes; what is not ASCII only occurs in names, strings and comments.
    const found = headIn(bytes.toString('latin1', 0, length), whole && ended);
    if (found !== 'incomplete' || whole) return found;
  }
}

function headIn(text: string, ended: boolean): HeadFound {
  const tokens = tokenize(text).filter((token) => !isTrivia(token));
  const first = tokens[0];
  if (!first || tokens.length < 2) return ended ? undefined : 'incomplete';
  if (!isWord(first, 'INSERT')) return undefined;
  let depth = 0;
  let settings: Token | undefined;
  let input = false;
  let selects = false;
  for (let i = 1; i < tokens.length; i++) {
    const token = tokens[i]!;
    const next = tokens[i + 1];
    if (token.kind === 'open') depth++;
    if (token.kind === 'close') depth--;
    if (isWord(token, 'INPUT') && next?.text === '(' && selects) input = true;
    if (depth > 0 || token.kind !== 'word' || tokens[i - 1]!.kind === 'dot') continue;
    if (isWord(token, 'INFILE') && isWord(tokens[i - 1], 'FROM'))
      throw refusal('UNKNOWN_TYPE_OF_QUERY', 'Query has INFILE and was sent directly to the server');
    if (isWord(token, 'SELECT') || isWord(token, 'WITH') || isWord(token, 'WATCH')) selects = true;
    if (isWord(token, 'SETTINGS') && !selects) settings ??= token;
    if (isWord(token, 'VALUES') && !selects && i > 2) {
      if (token.end === text.length && !ended) return 'incomplete';
      const at = (settings ?? token).start;
      const [headEnd, dataAt] = [token.start, token.end];
      return { sourceAt: at, headEnd, dataAt, format: 'Values', byKeyword: true, throughInput: false };
    }
    if (isWord(token, 'FORMAT') && next?.kind === 'word' && i > 2 && (!selects || input)) {
      // The last word may go on in the next bytes.
      if (next.end === text.length && !ended) return 'incomplete';
      const gap = /^[ \t\f]*(\r?\n)?/.exec(text.slice(next.end))![0];
      if (next.end + gap.length === text.length && !ended && !gap.endsWith('\n')) return 'incomplete';
      return {
        sourceAt: (settings ?? token).start,
        headEnd: next.end,
        dataAt: next.end + gap.length,
        format: next.text,
        byKeyword: false,
        throughInput: input,
      };
    }
  }
  return ended || text.length >= maxHeadBytes ? undefined : 'incomplete';
}
