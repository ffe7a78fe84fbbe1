import type { Candidates, Proposal } from '../../setup';
import { createOutput } from '../output';
import { choosing } from './choosing';

const proposal = (role: Proposal['role'], name: string, score: number): Proposal => ({
  role,
  table: {
    name,
    engine: 'MergeTree',
    engineFull: 'MergeTree',
    sortingKey: '',
    rows: 10,
    columns: [],
    sampled: 10,
    whole: true,
    looks: new Map(),
    paths: [],
    sample: { columns: [], rows: [], whole: true },
  },
  columns: [],
  constants: [],
  lacking: [],
  sourceClass: { sourceClass: 'append', why: 'It is.', sure: true, without: [] },
  dimensions: [],
  steps: [],
  features: [],
  score,
});
const [first, second, orders] = [
  proposal('events', 'a.events', 0.9),
  proposal('events', 'b.events', 0.4),
  proposal('orders', 'a.orders', 0.3),
];
const candidates: Candidates = {
  events: [first, second],
  requests: [],
  orders: [orders],
  refunds: [],
  subscriptions: [],
};

/** Plays a dialogue: the answers in their order; what was said and chosen. */
async function played(...answers: readonly string[]) {
  const said: string[] = [];
  const rest = [...answers];
  const out = createOutput({
    json: false,
    stdout: { write: (t) => said.push(t) },
    stderr: { write: () => undefined },
    color: false,
  });
  const asker = {
    ask: (question: string) => (said.push(question), Promise.resolve(rest.shift() ?? '')),
    close: () => undefined,
  };
  const chosen = await choosing(out, asker, candidates, new Map([['events', first]]));
  return { said: said.join('\n'), left: rest, chosen: [...chosen].map(([role, { table }]) => `${role} ${table.name}`) };
}

test('empty answers take what is proposed and nothing else', async () => {
  const { said, chosen } = await played('', '');
  expect(chosen).toEqual(['events a.events']);
  expect(said).toContain('Take a.events as events? [Y]es, [o]ther table, [n]one: ');
  expect(said).toContain('orders: no table is proposed. Could be: a.orders');
});

test.each([
  ['by its number', '2'],
  ['by its name', 'b.events'],
])('another table is chosen %s, shown, and asked about again', async (_, answer) => {
  const { said, chosen, left } = await played('o', answer, 'y', 'o', '1', 'yes');
  expect([chosen, left]).toEqual([['events b.events', 'orders a.orders'], []]);
  expect(said).toContain('events: b.events (MergeTree, 10 rows, all looked at), a guess');
});

test('none leaves a role out, and what is no answer or no table is said', async () => {
  const { said, chosen } = await played('maybe', 'o', '9', 'none', 'n');
  expect(chosen).toEqual([]);
  expect(said).toContain('"maybe" is no answer: y, o or n.');
  expect(said).toContain('There is no "9" in this list.');
});
