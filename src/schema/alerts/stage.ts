import type { Db } from '../../core/db';
import { ident, literal, qualified } from '../../core/sql/quote';
import type { AlertRule } from '../../packs/rule';
import { planMigration } from '../ddl/migrate';
import type { Installation } from '../installation';
import type { RuleWorld } from './kit';
import type { Said, SaidRow } from './said';
import { saidOf } from './said';
import { settingsOfViews } from './settingsSql';
import { ruleStatement } from './statement';
import { alertView } from './names';

export type { Said } from './said';
export { saidOf } from './said';

/**
 * An installation without refreshes, in which everything that rules read is a table to be filled at will: rollups as migrate makes
 * them, plain views (`rollup_status`, `thresholds`, `completeness`, `funnels`, …) and the named system tables as tables of the same
 * columns. The clock is handed in with each question. For `tidemark alerts test` and for simulations, on the real engine.
 */
export interface Stage {
  readonly installation: Installation;
  /** Unquoted `database.table` of a table of Tidemark's, or of the one that stands for `system.<name>`. */
  nameOf(table: string): string;
  /** What a rule says at a moment (milliseconds since 1970); as if the reporting zone were another, where one is given. */
  ask(rule: AlertRule, nowMs: number, timezone?: string): Promise<readonly Said[]>;
  /** Removes its database. */
  drop(): Promise<void>;
}

/** Rows of a clock that is handed in must not go by the server's. */
const ttl = /\s+TTL (m|toDateTime\(\w+\)) \+ INTERVAL \d+ DAY.*/g;

const systemName = (name: string): string => `system_${name}`;

/** Makes a stage in the installation's database, which must not exist. @throws the server's error of a statement that fails. */
export async function makeStage(
  db: Db,
  installation: Installation,
  version: string,
  systemTables: readonly string[] = [],
): Promise<Stage> {
  const { database } = installation;
  const full = (name: string) => qualified(`${database}.${name}`);
  const plan = await planMigration(installation, db, version);
  for (const { kind, object, statements } of plan) {
    if (kind === 'refresh' || object.startsWith(alertView({ name: '' }))) continue;
    for (const statement of statements) await db.command(statement.replace(ttl, ''));
    if (kind === 'view') await becomeTable(db, database, object);
  }
  // Said one after the other, without taking back: what was said last counts.
  await db.command(`ALTER TABLE ${full('completeness')} ADD COLUMN said DateTime64(9) DEFAULT nowInBlock64(9)`);
  for (const name of systemTables) {
    const columns = await columnsOf(db, 'system', name);
    await db.command(`CREATE TABLE ${full(systemName(name))} (${columns}) ENGINE = MergeTree ORDER BY tuple()`);
  }
  const world = (nowMs: number): RuleWorld => {
    const now = `fromUnixTimestamp64Milli(${Math.trunc(nowMs)}, 'UTC')`;
    // Nothing is complete further than the clock: what a test calls complete for ever is so up to each moment that it asks at.
    const completeness = `(SELECT rollup, role, least(argMax(until, said), ${now}) AS until, argMax(pipeline, said) AS pipeline FROM ${full('completeness')} GROUP BY \`rollup\`, role)`;
    const settings = settingsOfViews(installation, now);
    return { now, system: (name) => full(systemName(name)), completeness, settings };
  };
  return {
    installation,
    nameOf: (table) => `${database}.${table.startsWith('system.') ? systemName(table.slice('system.'.length)) : table}`,
    async ask(rule, nowMs, timezone = installation.timezone) {
      const rows = await db.query<SaidRow>(ruleStatement(rule, { ...installation, timezone }, world(nowMs)));
      return rows.map(saidOf);
    },
    drop: () => db.command(`DROP DATABASE IF EXISTS ${ident(database)} SYNC`),
  };
}

/** Puts a table of the same columns in a view's place. */
async function becomeTable(db: Db, database: string, view: string): Promise<void> {
  const full = qualified(`${database}.${view}`);
  const columns = await columnsOf(db, database, view);
  await db.command(`DROP VIEW ${full}`);
  await db.command(`CREATE TABLE ${full} (${columns}) ENGINE = MergeTree ORDER BY tuple()`);
}

async function columnsOf(db: Db, database: string, table: string): Promise<string> {
  const rows = await db.query<{ name: string; type: string }>(
    'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String} ORDER BY position',
    { database, table },
  );
  return rows.map(({ name, type }) => `${ident(name)} ${type}`).join(', ');
}

/**
 * Fills `thresholds` and `completeness` of a stage with what holds unless a test says otherwise: the rules' own limits, all complete
 * up to a moment. Without one, up to whenever a rule is asked.
 */
export async function fillDefaults(
  db: Db,
  { installation }: Pick<Stage, 'installation'>,
  completeUntilMs: number = forEverMs,
): Promise<void> {
  const full = (name: string) => qualified(`${installation.database}.${name}`);
  await db.command(`TRUNCATE TABLE ${full('thresholds')}`);
  await db.command(`TRUNCATE TABLE ${full('completeness')}`);
  await db.command(
    `INSERT INTO ${full('thresholds')} (rule, subject, name, value) SELECT rule, subject, name, value FROM ${full('catalog_thresholds')}`,
  );
  await completeUntil(db, installation, completeUntilMs);
}

/** Later than any test. */
const forEverMs = Date.UTC(2200, 0);

/** Says up to which moment every rollup is complete from now on, or those named; never further than the clock of a question. */
export async function completeUntil(
  db: Db,
  installation: Installation,
  untilMs: number,
  rollups?: readonly string[],
): Promise<void> {
  const full = (name: string) => qualified(`${installation.database}.${name}`);
  const until = `fromUnixTimestamp64Milli(${Math.trunc(untilMs)}, 'UTC')`;
  const only = rollups ? `WHERE name IN (${rollups.map(literal).join(', ')})` : '';
  await db.command(
    `INSERT INTO ${full('completeness')} (rollup, role, until) SELECT name, role, ${until} FROM ${full('catalog_rollups')} ${only}`,
  );
}
