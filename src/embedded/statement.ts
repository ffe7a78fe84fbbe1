import { tokenize } from '../core/sql/lexer';
import { isTrivia, isWord } from '../core/sql/tokens';
import { refusal } from './engineError';

import type { Token } from '../core/sql/tokens';

/** What the server has to know of a statement before it hands it over. */
export interface Statement {
  /** The statement without what follows its `;`. */
  readonly sql: string;
  /** First word in upper case; empty for one that begins with a bracket. */
  readonly verb: string;
  /** Format named by a FORMAT clause at its end. */
  readonly format: string | undefined;
  /** Offset in `sql` of that clause, or of the end: where an INTO OUTFILE would stand. */
  readonly formatAt: number;
  /** Its answer is rows that nothing else depends on: it may be streamed and cancelled. */
  readonly readsRows: boolean;
  /** Its answer has totals beside the rows. */
  readonly withTotals: boolean;
  readonly tokens: readonly Token[];
}

const rowVerbs = new Set(['SELECT', 'WITH', 'FROM', '']);

/**
 * Reads a statement. Throws SYNTAX_ERROR for an empty text and for more than one statement, INTO_OUTFILE_NOT_ALLOWED for
 * INTO OUTFILE: files of the server are not the client's.
 */
export function parseStatement(text: string): Statement {
  const tokens = tokenize(text);
  const semicolon = tokens.findIndex((token) => token.kind === 'semicolon');
  const ours = semicolon < 0 ? tokens : tokens.slice(0, semicolon);
  const significant = ours.filter((token) => !isTrivia(token));
  if (significant.length === 0) throw refusal('SYNTAX_ERROR', 'Empty query');
  if (semicolon >= 0 && tokens.slice(semicolon).some((token) => token.kind !== 'semicolon' && !isTrivia(token)))
    throw refusal('SYNTAX_ERROR', 'Multi-statements are not allowed');
  if (significant.some((token, i) => isWord(token, 'INTO') && isWord(significant[i + 1], 'OUTFILE')))
    throw refusal('INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');

  const sql = semicolon < 0 ? text : text.slice(0, tokens[semicolon]!.start);
  const first = significant[0]!;
  const verb = first.kind === 'word' ? first.text.toUpperCase() : '';
  const clause = formatClause(significant);
  const inserts = verb === 'WITH' && insertsAfterWith(significant);
  return {
    sql,
    verb: inserts ? 'INSERT' : verb,
    format: clause?.name,
    formatAt: clause?.start ?? significant.at(-1)!.end,
    readsRows: rowVerbs.has(verb) && !inserts,
    withTotals: significant.some((token, i) => isWord(token, 'WITH') && isTotals(significant[i + 1])),
    tokens: ours,
  };
}

function isTotals(token: Token | undefined): boolean {
  return isWord(token, 'TOTALS');
}

/** SYSTEM FLUSH LOGS, of all logs or of the one of queries. */
export function flushesLogs({ verb, tokens }: Statement): boolean {
  if (verb !== 'SYSTEM') return false;
  const [, flush, logs] = tokens.filter((token) => !isTrivia(token));
  return isWord(flush, 'FLUSH') && isWord(logs, 'LOGS');
}

/** `WITH … INSERT INTO …`, as against a CTE of that name. */
function insertsAfterWith(significant: readonly Token[]): boolean {
  return significant.some((token, i) => isWord(token, 'INSERT') && isWord(significant[i + 1], 'INTO'));
}

/** The last `FORMAT name` outside brackets that only a SETTINGS clause follows. */
function formatClause(significant: readonly Token[]): { readonly name: string; readonly start: number } | undefined {
  for (let i = significant.length - 2; i >= 0; i--) {
    const token = significant[i]!;
    if (token.kind === 'close') return undefined;
    if (!isWord(token, 'FORMAT') || i === 0) continue;
    const name = significant[i + 1]!;
    const after = significant[i + 2];
    if (name.kind !== 'word' || (after && !isWord(after, 'SETTINGS'))) continue;
    return { name: name.text, start: token.start };
  }
  return undefined;
}
