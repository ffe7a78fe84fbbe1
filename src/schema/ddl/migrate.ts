import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import { inOnePlace } from '../cluster';
import { fail } from '../errors';
import { settledUntil } from '../insert/stand';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import type { Action, Desired, ObjectKind } from './action';
import { baseHash, databaseStatement, desiredObjects } from './desired';
import type { FillProgress } from './fill';
import { largeSources } from './marks';
import { dropView } from './views';

export type { Action, ActionKind } from './action';

/** What the database has already. */
interface Present {
  /** Objects that were made and stand. */
  readonly known: ReadonlyMap<string, { readonly kind: ObjectKind; readonly hash: string }>;
  /** Objects that were made and that somebody dropped by hand. */
  readonly lost: ReadonlySet<string>;
  /** All tables and views, with their comments. */
  readonly comments: ReadonlyMap<string, string>;
}

/** What a migration is asked for beside what tidemark.yaml says. */
export interface MigrationOptions {
  /** Tables to be filled anew whatever their definition: what was lost or counted twice is put right. */
  readonly rebuild?: readonly string[];
  /** Rows of a source that one statement counts at most while a table is filled anew. */
  readonly chunkRows?: number;
}

/**
 * Compares what is installed with what tidemark.yaml asks for. Changes nothing: this is `--dry-run`. On a cluster it asks
 * only the server that it is connected to, and the cluster need not be there.
 * Order of the actions is the order in which they must run.
 * @throws TidemarkError cluster_switched, unknown_rollup, rebuild_on_cluster
 */
export async function planMigration(
  installation: Installation,
  db: Db,
  version: string,
  { rebuild = [], chunkRows }: MigrationOptions = {},
): Promise<readonly Action[]> {
  if (rebuild.length > 0 && installation.cluster !== undefined) throw fail('rebuild_on_cluster', undefined);
  const present = await whatIsPresent(installation, db);
  const actions: Action[] = [];
  if (!present) {
    const statements = [databaseStatement(installation)];
    actions.push({ object: installation.database, kind: 'database', action: 'create', statements });
  }
  const { known, lost, comments }: Present = present ?? { known: new Map(), lost: new Set(), comments: new Map() };
  const desired = desiredObjects(installation, version, {
    large: await largeSources(installation, db),
    comments,
    onePlace: await inOnePlace(installation, db),
    settled: await settledUntil(installation, db),
    ...(chunkRows !== undefined && { chunkRows }),
  });
  checkNames(rebuild, desired);
  // What keeps an object current goes; tables with rows stay and stay remembered, so that a role taken out by mistake and
  // put back goes on from where it stopped.
  const gone = [...known].filter(([name, { kind }]) => removable(kind) && !desired.some((d) => d.object === name));
  for (const [object, { kind }] of gone.reverse()) {
    actions.push({ object, kind, action: 'drop', statements: [dropView(installation, object)] });
  }
  const made = new Set<string>();
  for (const wanted of desired) {
    const { object, kind, hash, follows } = wanted;
    const before = known.get(object);
    const same = before?.hash === hash && !rebuild.includes(object) && !(wanted.fedBy && !comments.has(wanted.fedBy));
    if (same && ![follows ?? []].flat().some((name) => made.has(name))) {
      actions.push({ object, kind, action: 'unchanged', statements: [], hash });
      continue;
    }
    const isTable = kind === 'rollup' || kind === 'ledger';
    if (!before) {
      actions.push({ object, kind, action: 'create', ...wanted.create(lost.has(object)), hash });
    } else {
      actions.push({ object, kind, action: isTable ? 'rebuild' : 'replace', ...wanted.replace(), hash });
    }
    if (before || lost.has(object) || wanted.fedBy !== undefined) made.add(object);
  }
  return actions;
}

function checkNames(rebuild: readonly string[], desired: readonly Desired[]): void {
  const known = desired.filter((d) => d.kind === 'rollup' || d.kind === 'ledger').map((d) => d.object);
  const unknown = rebuild.find((name) => !known.includes(name));
  if (unknown !== undefined) throw fail('unknown_rollup', { rollup: unknown, known });
}

/** What migrate tells while it works. */
export interface MigrationListener {
  /** Is waited for. */
  onFill?(progress: FillProgress): void | Promise<void>;
}

/**
 * Runs a plan, object by object; each is remembered as soon as it stands, so that a killed migrate goes on where it was.
 * @throws the server's error of the statement that failed; what was done before it stays and is remembered.
 */
export async function applyMigration(
  installation: Installation,
  db: Db,
  actions: readonly Action[],
  version: string,
  listener: MigrationListener = {},
): Promise<void> {
  for (const action of actions) {
    if (action.action === 'unchanged') continue;
    for (const statement of action.statements) await db.command(statement);
    await action.then?.run(db, (progress) => listener.onFill?.(progress));
    if (action.object === 'schema_objects' || action.kind === 'database') continue;
    await remember(installation, db, action, version);
  }
}

async function remember(installation: Installation, db: Db, action: Action, version: string): Promise<void> {
  const { object: name, kind, hash = '', statements, then } = action;
  const objects = `${installation.database}.schema_objects`;
  if (action.action === 'drop') {
    const table = tableOf(installation, 'schema_objects');
    await db.command(`ALTER TABLE ${table} DELETE WHERE name = ${literal(name)} SETTINGS mutations_sync = 1`);
  } else {
    const ddl = [...statements, ...(then?.shows ?? [])].join(';\n');
    await db.insert(objects, [{ name, kind, hash, ddl, version }]);
  }
}

async function whatIsPresent(installation: Installation, db: Db): Promise<Present | undefined> {
  const { database, cluster } = installation;
  const tables = await db.query<{ name: string; comment: string; engine: string }>(
    'SELECT name, comment, engine FROM system.tables WHERE database = {database:String}',
    { database },
  );
  const present = new Map(tables.map((t) => [t.name, t.comment] as const));
  const objects = tables.find((t) => t.name === 'schema_objects');
  if (!objects) return undefined;
  if (objects.engine.startsWith('Replicated') !== (cluster !== undefined))
    throw fail('cluster_switched', { database, cluster: cluster ?? '' });
  const rows = await db.query<{ name: string; kind: ObjectKind; hash: string }>(
    `SELECT name, kind, hash FROM ${tableOf(installation, 'schema_objects')} FINAL ORDER BY applied_at, name`,
  );
  const standing = rows.filter((r) => present.has(r.name));
  return {
    known: new Map<string, { kind: ObjectKind; hash: string }>([
      ['schema_objects', { kind: 'table', hash: baseHash }],
      ...standing.map((r) => [r.name, r] as const),
    ]),
    lost: new Set(rows.filter((r) => !present.has(r.name)).map((r) => r.name)),
    comments: present,
  };
}

const removable = (kind: ObjectKind): boolean => kind === 'refresh' || kind === 'view';
