import type { Db } from '../core/db';
import { ident, literal, qualified } from '../core/sql/quote';
import { catalogueTables } from './catalogue';
import { hashText } from './hash';
import type { Installation } from './installation';
import type { Step } from './steps';
import { provenSpan, refreshSteps, stepInsert } from './steps';
import { baseTables, stepTable } from './tables';
import { doneView, dropView, statusView, stepView, sweepViewName, sweepViews, tickView, viewName } from './views';

/** What has to happen to one object. `rebuild`: a new table is filled beside the old one and takes its name atomically. */
export type ActionKind = 'create' | 'replace' | 'rebuild' | 'drop' | 'unchanged';

/** One object of the database and what migrate does about it; `statements` run in order. */
export interface Action {
  readonly object: string;
  readonly kind: 'database' | 'table' | 'rollup' | 'ledger' | 'refresh' | 'view' | 'catalogue';
  readonly action: ActionKind;
  readonly statements: readonly string[];
  /** What is remembered of the object once the statements have run; absent for drops and the database. */
  readonly hash?: string;
}

interface Desired {
  readonly object: string;
  readonly kind: Action['kind'];
  readonly hash: string;
  create(): readonly string[];
  replace(): readonly string[];
}

/**
 * Compares what is installed with what tidemark.yaml asks for. Changes nothing: this is `--dry-run`.
 * Order of the actions is the order in which they must run.
 */
export async function planMigration(installation: Installation, db: Db, version: string): Promise<readonly Action[]> {
  const recorded = await recordedHashes(installation, db);
  const actions: Action[] = [];
  if (!recorded) {
    const statement = `CREATE DATABASE IF NOT EXISTS ${ident(installation.database)}`;
    actions.push({ object: installation.database, kind: 'database', action: 'create', statements: [statement] });
  }
  const known = recorded ?? new Map<string, { kind: Action['kind']; hash: string }>();
  const desired = desiredObjects(installation, version);
  // What keeps an object current goes; tables with rows stay and stay remembered, so that a role taken out by mistake and
  // put back goes on from where it stopped.
  const gone = [...known].filter(([name, { kind }]) => removable(kind) && !desired.some((d) => d.object === name));
  for (const [object, { kind }] of gone.reverse()) {
    actions.push({ object, kind, action: 'drop', statements: [dropView(installation, object)] });
  }
  // A view names the columns and the content of its table: when a table is rebuilt, its view is made anew after it.
  const rebuilt = new Set<string>();
  for (const wanted of desired) {
    const before = known.get(wanted.object);
    const { object, kind, hash } = wanted;
    const follows = kind === 'refresh' && rebuilt.has(object.replace(/(_sweep)?_v$/, ''));
    if (before?.hash === hash && !follows) {
      actions.push({ object, kind, action: 'unchanged', statements: [], hash });
    } else if (!before) {
      actions.push({ object, kind, action: 'create', statements: wanted.create(), hash });
    } else {
      const rebuild = kind === 'rollup' || kind === 'ledger';
      if (rebuild) rebuilt.add(object);
      actions.push({ object, kind, action: rebuild ? 'rebuild' : 'replace', statements: wanted.replace(), hash });
    }
  }
  return actions;
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
  onAction: (action: Action) => void = () => undefined,
): Promise<void> {
  for (const action of actions) {
    if (action.action === 'unchanged') continue;
    onAction(action);
    for (const statement of action.statements) await db.command(statement);
    if (action.object === 'schema_objects' || action.kind === 'database') continue;
    const objects = `${installation.database}.schema_objects`;
    if (action.action === 'drop') {
      await db.command(
        `ALTER TABLE ${qualified(objects)} DELETE WHERE name = ${literal(action.object)} SETTINGS mutations_sync = 1`,
      );
    } else {
      const row = {
        name: action.object,
        kind: action.kind,
        hash: action.hash ?? '',
        ddl: action.statements.join(';\n'),
        version,
      };
      await db.insert(objects, [row]);
    }
  }
}

async function recordedHashes(
  installation: Installation,
  db: Db,
): Promise<Map<string, { kind: Action['kind']; hash: string }> | undefined> {
  const tables = await db.query<{ name: string }>('SELECT name FROM system.tables WHERE database = {database:String}', {
    database: installation.database,
  });
  const present = new Set(tables.map((t) => t.name));
  if (!present.has('schema_objects')) return undefined;
  const rows = await db.query<{ name: string; kind: Action['kind']; hash: string }>(
    `SELECT name, kind, hash FROM ${qualified(`${installation.database}.schema_objects`)} FINAL ORDER BY applied_at, name`,
  );
  // Somebody may have dropped an object by hand: what is not there is made again.
  const standing = rows.filter((r) => present.has(r.name));
  return new Map<string, { kind: Action['kind']; hash: string }>([
    ['schema_objects', { kind: 'table', hash: BASE }],
    ...standing.map((r) => [r.name, r] as const),
  ]);
}

/** Base tables are only ever created; a change of one is a numbered step of its own, added here when there is a first. */
const BASE = 'base';

function desiredObjects(installation: Installation, version: string): readonly Desired[] {
  const steps = refreshSteps(installation);
  const same = (
    object: string,
    kind: Action['kind'],
    ddl: string,
    replace: readonly string[],
    hash = hashText(ddl),
  ): Desired => ({
    object,
    kind,
    hash,
    create: () => [ddl],
    replace: () => replace,
  });
  const view = (object: string, ddl: string) => same(object, 'refresh', ddl, [dropView(installation, object), ddl]);
  return [
    ...baseTables(installation).map(({ name, ddl }) => same(name, 'table', ddl, [], BASE)),
    ...steps.map((step) => stepObject(installation, step)),
    ...catalogueTables(installation, version).map(({ name, ddl }) => same(name, 'catalogue', ddl, [ddl])),
    view('tick_v', tickView(installation)),
    ...steps.map((step) => view(viewName(step), stepView(installation, step))),
    view('done_v', doneView(installation, steps)),
    ...sweepViews(installation, steps).map(({ name, ddl }) => view(name, ddl)),
    same('rollup_status', 'view', statusView(installation, steps), [statusView(installation, steps)]),
  ];
}

/** A step's table. Its hash covers the definition of its content too, but not the timing of its refreshes. */
function stepObject(installation: Installation, step: Step): Desired {
  const ddl = stepTable(installation, step);
  const definition = step.select({ lo: 'lo', hi: 'hi' }, step.name);
  const next = `${step.name}__next`;
  const full = (name: string) => qualified(`${installation.database}.${name}`);
  const everything = { lo: "toDateTime64('1970-01-01 00:00:00', 3)", hi: provenSpan(installation, step).hi };
  return {
    object: step.name,
    kind: step.of.kind,
    hash: hashText(`${ddl}\n${definition}`),
    create: () => [ddl],
    replace: () => [
      `DROP TABLE IF EXISTS ${full(next)} SYNC`,
      stepTable(installation, step, next),
      `${stepInsert(installation, step, everything, next)}\nSETTINGS max_partitions_per_insert_block = 0`,
      // The old views must not write old definitions into the new table.
      dropView(installation, viewName(step)),
      dropView(installation, sweepViewName(step)),
      `EXCHANGE TABLES ${full(step.name)} AND ${full(next)}`,
      `DROP TABLE IF EXISTS ${full(next)} SYNC`,
    ],
  };
}

const removable = (kind: Action['kind']): boolean => kind === 'refresh' || kind === 'view';
