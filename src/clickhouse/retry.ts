import { TidemarkError } from '../core/errors';
import { tokenize } from '../core/sql/lexer';
import { isTrivia, isWord } from '../core/sql/tokens';

/** Too many queries at once: the server refused before it began. */
const tooManyQueries = 202;

const waits: Readonly<Record<string, number>> = {
  unreachable: 300,
  too_many_requests: 1_000,
  bad_gateway: 500,
};

const readingVerbs = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS'] as const;

/**
 * How long to wait (ms) before a statement is sent once more; undefined where it must not be: when it may change something,
 * when it was sent twice already, or when the server may be at work on it still (timeouts, broken answers).
 */
export function retryAfterMs(thrown: unknown, sql: string, attempt: number): number | undefined {
  if (attempt > 0 || !(thrown instanceof TidemarkError) || !onlyReads(sql)) return undefined;
  if (thrown.code === 'server_error') return thrown.facts['serverCode'] === tooManyQueries ? 1_000 : undefined;
  return waits[thrown.code];
}

/** Whether a statement begins like one that changes nothing. */
export function onlyReads(sql: string): boolean {
  const first = tokenize(sql).find((token) => !isTrivia(token) && token.kind !== 'open');
  return first !== undefined && readingVerbs.some((verb) => isWord(first, verb));
}
