import { fail } from './errors';
import { onlyReads, retryAfterMs } from './retry';

test.each([
  ['SELECT 1', true],
  ['/* tidemark panel=A */\nWITH 1 AS a SELECT a', true],
  ['(SELECT 1) UNION ALL (SELECT 2)', true],
  ['# note\nshow tables', true],
  ['INSERT INTO t SELECT 1', false],
  ['-- SELECT\nDROP TABLE t', false],
  ['SYSTEM FLUSH LOGS', false],
  ['', false],
])('%j only reads: %s', (sql, expected) => expect(onlyReads(sql)).toBe(expected));

const tooMany = fail('server_error', { serverCode: 202, type: 'TOO_MANY_SIMULTANEOUS_QUERIES', text: 'x' });

test.each([
  ['no answer at all', fail('unreachable', { detail: '' }), true],
  ['429', fail('too_many_requests', { status: 429 }), true],
  ['502', fail('bad_gateway', { status: 502, detail: '' }), true],
  ['too many queries on the server', tooMany, true],
  ['504: the server may be at work still', fail('gateway_timeout', { status: 504 }), false],
  ['a broken answer', fail('answer_cut', { bytes: 5, detail: '' }), false],
  ['an error of the statement', fail('server_error', { serverCode: 62, type: 'SYNTAX_ERROR', text: 'x' }), false],
  ['a cancellation', fail('cancelled', { queryId: '' }), false],
  ['something unknown', new Error('x'), false],
])('%s: sent once more %s', (_, error, again) => {
  expect(retryAfterMs(error, 'SELECT 1', 0) !== undefined).toBe(again);
  expect(retryAfterMs(error, 'SELECT 1', 1)).toBeUndefined();
  expect(retryAfterMs(error, 'INSERT INTO t VALUES (1)', 0)).toBeUndefined();
});
