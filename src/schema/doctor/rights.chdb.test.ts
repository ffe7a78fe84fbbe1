import { runWithUsers } from '../../testing/rights';
import type { Needed } from './rights';
import { isGranted, readGrant } from './rights';

const grants = [
  'GRANT INSERT, SYSTEM VIEWS ON tidemark.*',
  'GRANT SELECT(id, `odd, name`), SHOW COLUMNS ON app.events',
  'GRANT CREATE, DROP ON `ti.de`.*',
  'GRANT SELECT ON `ti.de`.alert_*',
  'GRANT SELECT ON shop.*',
  'REVOKE SELECT ON shop.secret',
];
const all = ['GRANT ALL ON *.*', 'REVOKE ALTER ON tidemark.*'];
const user = (name: string, queries: readonly string[]) =>
  `<${name}><password></password><profile>default</profile><quota>default</quota><grants>${queries.map((q) => `<query>${q}</query>`).join('')}</grants></${name}>`;

/** What a real engine says of two users. */
const outcomes = runWithUsers(
  [`<clickhouse><users>${user('few', grants)}${user('most', all)}</users></clickhouse>`],
  ['SHOW GRANTS FOR few FINAL', 'SHOW GRANTS FOR most FINAL'],
);
const [few = [], most = []] = outcomes.map((o) => {
  if ('error' in o) throw new Error(o.error);
  return o.rows.flatMap((line) => readGrant(line) ?? []);
});
const need = (privilege: string, database: string, table: string, columns: readonly string[] = []): Needed => ({
  privilege,
  database,
  table,
  columns,
});

test.each([
  [need('INSERT', 'tidemark', '*'), true],
  [need('SYSTEM VIEWS', 'tidemark', '*'), true],
  [need('SELECT', 'tidemark', '*'), false],
  [need('INSERT', 'app', '*'), false],
  [need('SELECT', 'app', 'events', ['id', 'odd, name']), true],
  [need('SELECT', 'app', 'events', ['id', 'other']), false],
  [need('SELECT', 'app', 'events'), false],
  [need('CREATE VIEW', 'ti.de', '*'), true],
  [need('DROP TABLE', 'ti.de', '*'), true],
  [need('SELECT', 'ti.de', 'alert_x'), true],
  [need('SELECT', 'ti.de', 'event_day'), false],
  [need('SELECT', 'ti.de', '*'), false],
  [need('SELECT', 'shop', 'orders', ['id']), true],
  [need('SELECT', 'shop', 'secret', ['id']), false],
  [need('SELECT', 'shop', '*'), false],
])('%j: %p', (needed, granted) => {
  expect(isGranted(few, needed)).toBe(granted);
});

test('a user with all rights but one lacks that one', () => {
  expect(
    ['ALTER', 'INSERT', 'CREATE VIEW', 'OPTIMIZE', 'SYSTEM VIEWS'].map((p) =>
      isGranted(most, need(p, 'tidemark', '*')),
    ),
  ).toEqual([false, true, true, true, true]);
});

test.each(['GRANT role TO ana', 'GRANT TABLE ENGINE ON * TO ana', 'GRANT SET DEFINER ON * TO default', ''])(
  '"%s" says nothing of tables',
  (line) => {
    expect(readGrant(line)).toBeUndefined();
  },
);
