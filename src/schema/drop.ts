import type { Db } from '../core/db';
import { ident, literal, qualified } from '../core/sql/quote';
import type { Placed } from './cluster';
import { allShards, onCluster } from './cluster';
import { fail } from './errors';
import { feedName } from './insert/feed';
import { stageName } from './insert/stage';
import { recountViewName } from './refresh/recounts';
import { viewName } from './ddl/views';

/** What is dropped: everything, or one rollup (a table, or a family with all its tiers and zones). */
export type DropWhat = { readonly all: true } | { readonly rollup: string };

/** One object that would go. */
export interface Drop {
  readonly object: string;
  readonly kind: 'view' | 'table' | 'database';
  /** Why it goes where it was not named itself: it reads what goes. */
  readonly because?: string;
  readonly statement: string;
}

/** What a drop would do. */
export interface DropPlan {
  readonly database: string;
  readonly drops: readonly Drop[];
  /** Objects of the database that Tidemark did not make, or that a role reads: they stay, and so does the database. */
  readonly foreign: readonly string[];
  /** Statements that make what was remembered of them forgotten; run after the drops. */
  readonly forget: readonly string[];
}

interface Standing {
  readonly name: string;
  readonly engine: string;
  readonly ddl: string;
}

/** All that one table of a rollup may have beside it: its views, what it is filled through, the table over all shards. */
const beside = (name: string): readonly string[] => [
  ...[viewName, recountViewName, feedName, stageName].map((of) => of({ name })),
  `${name}__next`,
  allShards(name),
];

/**
 * Plans a drop. Changes nothing. Asks only the database of Tidemark, so that it works where the sources are gone.
 * @param sources `database.table` of the mapped sources: never dropped, whatever is remembered.
 * @throws TidemarkError not_migrated, unknown_rollup
 */
export async function planDrop(
  { database, cluster }: Placed,
  db: Db,
  what: DropWhat,
  sources: readonly string[] = [],
): Promise<DropPlan> {
  const place: Placed = { database, ...(cluster !== undefined && { cluster }) };
  const standing = await db.query<Standing>(
    'SELECT name, engine, create_table_query AS ddl FROM system.tables WHERE database = {database:String} ORDER BY name',
    { database },
  );
  if (!standing.some((t) => t.name === 'schema_objects')) throw fail('not_migrated', { database });
  const remembered = await db.query<{ name: string }>(
    `SELECT name FROM ${qualified(`${database}.schema_objects`)} FINAL ORDER BY name`,
  );
  const kept = new Set(sources.filter((s) => s.startsWith(`${database}.`)).map((s) => s.slice(database.length + 1)));
  const own = new Set(['schema_objects', ...remembered.flatMap(({ name }) => [name, ...beside(name)])]);
  const ours = standing.filter((t) => own.has(t.name) && !kept.has(t.name));
  if ('rollup' in what) return planRollup(place, db, what.rollup, ours);
  const foreign = standing.filter((t) => !ours.includes(t)).map((t) => t.name);
  // What remembers the others goes last, so that a drop that was killed can be run again.
  const last = (t: Standing) => (isView(t) ? 0 : t.name === 'schema_objects' ? 2 : 1);
  const drops = [...ours].sort((a, b) => last(a) - last(b)).map((t) => dropOf(place, t));
  const statement = `DROP DATABASE IF EXISTS ${ident(database)}${onCluster(place)} SYNC`;
  const whole: Drop = { object: database, kind: 'database', statement };
  return { database, drops: foreign.length === 0 ? [...drops, whole] : drops, foreign, forget: [] };
}

async function planRollup(place: Placed, db: Db, rollup: string, ours: readonly Standing[]): Promise<DropPlan> {
  const { database } = place;
  const names = await tablesOf(database, db, rollup);
  const all = new Set(names.flatMap((n) => [n, ...beside(n)]));
  const drops = ours.filter((t) => all.has(t.name)).map((t) => dropOf(place, t));
  // A view that reads a table which goes would fail from then on.
  for (const view of ours.filter((t) => isView(t) && !all.has(t.name))) {
    const read = names.find((n) => mentions(view.ddl, database, n));
    if (read !== undefined) drops.push({ ...dropOf(place, view), because: `reads ${read}` });
  }
  const order = { view: 0, table: 1, database: 2 } as const;
  drops.sort((a, b) => order[a.kind] - order[b.kind]);
  const list = (of: Iterable<string>) => [...new Set(of)].map((n) => literal(n)).join(', ');
  const forgotten = (table: string, condition: string) =>
    `ALTER TABLE ${qualified(`${database}.${table}`)}${onCluster(place)} DELETE WHERE ${condition} SETTINGS mutations_sync = 1`;
  const forget = [
    forgotten('done', `view IN (${list(names)})`),
    forgotten('backfills', `target IN (${list(all)})`),
    forgotten('schema_objects', `name IN (${list([...all, ...drops.map((d) => d.object)])})`),
  ];
  return { database, drops, foreign: [], forget };
}

/** Whether a statement, as ClickHouse prints it, names the table. */
function mentions(ddl: string, database: string, table: string): boolean {
  const word = (name: string) => `\`?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\`?`;
  return new RegExp(`(^|[^\\w.])${word(database)}\\.${word(table)}(?!\\w)`).test(ddl);
}

/** Tables of a rollup by the name of the table or of the family; retired ones (no longer in the catalogue) by their table. */
async function tablesOf(database: string, db: Db, rollup: string): Promise<readonly string[]> {
  const kinds = await db.query<{ name: string }>(
    `SELECT name FROM ${qualified(`${database}.schema_objects`)} FINAL WHERE kind IN ('rollup', 'ledger') ORDER BY name`,
  );
  const known = kinds.map((k) => k.name);
  if (known.includes(rollup)) return [rollup];
  const family = await db
    .query<{ name: string }>(
      `SELECT name FROM ${qualified(`${database}.catalog_rollups`)} WHERE family = {family:String} ORDER BY name`,
      { family: rollup },
    )
    .then((rows) => rows.map((r) => r.name).filter((n) => known.includes(n)));
  if (family.length === 0) throw fail('unknown_rollup', { rollup, known });
  return family;
}

const isView = ({ engine }: Standing): boolean => engine.endsWith('View');

function dropOf(place: Placed, table: Standing): Drop {
  const kind = isView(table) ? 'view' : 'table';
  const name = `${ident(place.database)}.${ident(table.name)}${onCluster(place)}`;
  return { object: table.name, kind, statement: `DROP ${kind.toUpperCase()} IF EXISTS ${name} SYNC` };
}

/**
 * Runs a plan. A killed run is completed by planning and running again.
 * @throws the server's error of the statement that failed; what was dropped before it stays dropped.
 */
export async function applyDrop(plan: DropPlan, db: Db, onDrop: (drop: Drop) => void = () => undefined): Promise<void> {
  for (const drop of plan.drops) {
    onDrop(drop);
    await db.command(drop.statement);
  }
  for (const statement of plan.forget) await db.command(statement);
}
