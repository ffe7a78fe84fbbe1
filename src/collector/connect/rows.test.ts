import { absentRow, causesOf, seenRow } from './rows';
import type { ConnectorFacts } from './rest';

const subject = { pipeline: 'shop', cluster: 'main', connector: 'shop' };
const facts = (state: string, tasks: ConnectorFacts['status']['tasks'], trace?: string): ConnectorFacts => ({
  status: { connector: { state, ...(trace !== undefined && { trace }), version: '3.3.1.Final' }, tasks },
  info: { config: { 'topic.prefix': 'shop' } },
});
const row = (of: ConnectorFacts, gauges = {}) => seenRow(subject, { facts: of, position: {}, gauges }, 0);
const running = { id: 0, state: 'RUNNING' };

test('a connector with a running task is up, and what is not known is NULL', () => {
  expect(row(facts('RUNNING', [running]))).toMatchObject({
    down: 0,
    detail: '',
    lsn: null,
    source_at: null,
    connected: null,
  });
});

test.each([
  ['no task at all', facts('RUNNING', []), /RUNNING without any task/],
  [
    'a failed task',
    facts('RUNNING', [running, { id: 1, state: 'FAILED', trace: 'a.B: x\n\tat y\nCaused by: c.D: no slot.' }]),
    /^Task 1 of shop is FAILED: c\.D: no slot\. When the cause is gone: POST/,
  ],
  [
    'a task that waits for a worker',
    facts('RUNNING', [{ id: 0, state: 'UNASSIGNED' }]),
    /^Task 0 of shop is UNASSIGNED\./,
  ],
  [
    'a connector paused by hand',
    facts('PAUSED', [{ id: 0, state: 'PAUSED' }]),
    /paused by hand; PUT \/connectors\/shop\/resume/,
  ],
  ['a failed connector', facts('FAILED', [], 'x.Y: bad url'), /^Connector shop is FAILED: x\.Y: bad url\./],
])('%s is down, with what to do', (_, of, detail) => {
  const { down, detail: said } = row(of);
  expect(down).toBe(1);
  expect(said).toMatch(detail);
});

test('Debezium that is not connected is down, unless it takes a snapshot', () => {
  expect(row(facts('RUNNING', [running]), { connected: false }).down).toBe(1);
  expect(row(facts('RUNNING', [running]), { connected: false, snapshotRunning: true }).down).toBe(0);
});

test('a position gives the lag of the source', () => {
  const seen = { facts: facts('RUNNING', [running]), position: { lsn: 77, at: 1_000 }, gauges: {} };
  expect(seenRow(subject, seen, 3_500)).toMatchObject({
    lsn: 77,
    source_at: '1970-01-01 00:00:01.000',
    source_lag_s: 2.5,
  });
});

test('a worker that does not answer is down', () => {
  expect(absentRow(subject, 'unreachable', 'Nobody answers.')).toMatchObject({
    down: 1,
    state: 'unreachable',
    tasks: 0,
  });
});

test('of a trace the causes are kept, without frames and without secrets', () => {
  const trace =
    'a.B: failed\n\tat x.y(Z.java:1)\nCaused by: c.D: not initialized for ConnectorContext[config={database.password=pa55, ' +
    'column.mask.hash.v2.SHA-256.with.salt.pepper=public.customers.email, database.user=cdc, ssl.keystore.password = "two words"}]\n\t... 7 more';
  expect(causesOf(trace)).toBe(
    'a.B: failed\nCaused by: c.D: not initialized for ConnectorContext[config={database.password=…, ' +
      'column.mask.hash.v2.SHA-256.with.salt.…=public.customers.email, database.user=cdc, ssl.keystore.password = …}]',
  );
});
