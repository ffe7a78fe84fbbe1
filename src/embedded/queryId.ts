import { isWord } from '../core/sql/tokens';

import type { Statement } from './statement';
import type { Token } from '../core/sql/tokens';

/**
 * The engine gives its queries ids of its own. The client's id goes along as a comment behind the statement (in front
 * of it, it would shift the positions that syntax errors name), and what asks for `query_id` is rewritten to read it.
 * @example tagOf('a b') // '/*query_id:a%20b*\/'
 */
export function tagOf(queryId: string): string {
  return `/*query_id:${encodeURIComponent(queryId).replace(/\*/g, '%2A')}*/`;
}

const tagPattern = '/[*]query_id:([^*]*)[*]/$';
/** The client's id where the row of `system.processes` has one, otherwise the engine's. */
const clientId = `if(match(query, '${tagPattern}'), decodeURLComponent(extract(query, '${tagPattern}')), query_id)`;
const clientQuery = `replaceRegexpOne(query, '\\n${tagPattern}', '')`;
const processes =
  `(SELECT * REPLACE (${clientId} AS query_id, ${clientId} AS initial_query_id, ${clientQuery} AS query)` +
  ` FROM system.processes)`;

/**
 * The statement's text with every `system.processes` replaced by a subquery that shows clients' ids and texts, and, in a
 * KILL QUERY, `query_id` by the same. The answer of KILL QUERY still names the engine's ids.
 */
export function withClientIds({ sql, verb, tokens }: Statement): string {
  return verb === 'KILL' ? killById(sql, tokens) : processesById(sql, tokens);
}

function killById(sql: string, tokens: readonly Token[]): string {
  return spliced(
    sql,
    tokens.filter((token) => isWord(token, 'QUERY_ID') || isQuoted(token, 'query_id')),
    clientId,
  );
}

function processesById(sql: string, tokens: readonly Token[]): string {
  const names = tokens.filter((token) => token.kind !== 'whitespace' && token.kind !== 'comment');
  const found: Token[] = [];
  let qualifies = false;
  names.forEach((token, i) => {
    const [dot, table] = [names[i + 1], names[i + 2]];
    if (isName(token, 'processes') && dot?.kind === 'dot' && names[i - 1]?.kind !== 'dot') qualifies = true;
    if (isName(token, 'system') && dot?.kind === 'dot' && table && isName(table, 'processes'))
      found.push({ ...token, end: table.end });
  });
  return spliced(sql, found, qualifies ? `${processes} AS processes` : processes);
}

function isName(token: Token, name: string): boolean {
  return (token.kind === 'word' && token.text === name) || isQuoted(token, name);
}

function isQuoted(token: Token, name: string): boolean {
  return token.kind === 'quotedIdentifier' && token.text.slice(1, -1) === name;
}

function spliced(sql: string, places: readonly { start: number; end: number }[], text: string): string {
  return places.reduceRight((out, { start, end }) => out.slice(0, start) + text + out.slice(end), sql);
}
