import type { DbtElementaryConfig } from '../../../config/collectConfig';
import type { Db } from '../../../core/db';
import { ident, literal } from '../../../core/sql/quote';
import type { HealthTable } from '../../../packs/health';
import { healthDbtRun } from '../../../packs/pipeline/health/dbtRun';
import { healthDbtSource } from '../../../packs/pipeline/health/dbtSource';
import { fail } from '../../errors';
import { rowsOf } from '../../source';
import type { Collected, TableRows } from '../../source';
import type { Manifest } from '../artifacts';
import { failingNodes, runTables } from '../health';
import { removedRows, runRows, sourceRows } from '../rows';
import { checkOf, judgedNodes, manifestOf, namedBy, runOf } from './artifacts';
import { nodeTables } from './layout';
import {
  checksOf,
  countResults,
  mostResults,
  newChecks,
  newInvocations,
  nodesOf,
  resultsOf,
  sourcesOf,
} from './questions';
import type { InvocationRow, Known, NodeRow } from './questions';
import { TableLook } from './tables';
import type { Columns, Tables } from './tables';

/** An invocation without results is waited for as long as it is younger, in ms: old versions of Elementary write its row first. */
const writingMs = 60_000;

/** Invocations without results that are remembered, at most. */
const mostSilent = 500;

/** What a look gives to the reader. */
interface ReaderWorld {
  readonly db: Db;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Rows, and the invocations that they are of. */
interface Brought {
  readonly rows: readonly TableRows[];
  readonly ids: readonly string[];
}

/** The same of invocations that ran nodes, and when the newest one ended, in ms since 1970. */
interface Runs extends Brought {
  readonly newestMs?: number;
}

const noRuns: Runs = { rows: [], ids: [] };

/** The project as the tables say it is, and how its nodes are called in ClickHouse. */
interface Project {
  readonly manifest: Manifest;
  readonly relations: ReadonlyMap<string, string>;
}

/**
 * Reads Elementary's tables again and again; each invocation of the last 30 days is brought once, also after a restart: the health
 * tables say which are known. The newest come first, so that what is told of a node is right while older ones follow.
 */
export class ElementaryReader {
  private readonly project: DbtElementaryConfig;
  private readonly database: string;
  private readonly tables: TableLook;
  /** Brought by this process and not yet seen in the health table. */
  private readonly brought = new Map<string, Set<string>>();
  private readonly silent = new Set<string>();
  private newestMs: number | undefined;

  /** `database` is that of the health tables, `user` who asks, for messages. */
  constructor(project: DbtElementaryConfig, database: string, user: string) {
    this.project = project;
    this.database = database;
    this.tables = new TableLook(project, user);
  }

  /** Throws what ClickHouse answers; what of Elementary's tables is missing is in the parts. */
  async read(world: ReaderWorld): Promise<Collected> {
    const tables = await this.tables.look(world.db, world.now);
    const { of } = tables;
    const about = once(() => this.about(world, tables));
    const runs =
      of.dbt_invocations && of.dbt_run_results
        ? await this.runs(world, of.dbt_invocations, of.dbt_run_results, about)
        : noRuns;
    world.signal.throwIfAborted();
    const checks = of.dbt_source_freshness_results
      ? await this.checks(world, of.dbt_source_freshness_results, of.dbt_invocations, about)
      : { rows: [], ids: [] };
    world.signal.throwIfAborted();
    this.remember(healthDbtRun, runs.ids);
    this.remember(healthDbtSource, checks.ids);
    this.newestMs = runs.newestMs ?? this.newestMs;
    return { rows: [...runs.rows, ...checks.rows], parts: this.partsOf(tables) };
  }

  private async runs(
    world: ReaderWorld,
    invocations: Columns,
    results: Columns,
    about: () => Promise<Project>,
  ): Promise<Runs> {
    const { db } = world;
    const known = await this.known(healthDbtRun, world);
    const found = await newInvocations(db, invocations, { ...known, read: [...known.read, ...this.silent] });
    const counts = found.length === 0 ? new Map<string, number>() : await countResults(db, results, idsOf(found));
    for (const { id, age } of found) if (!counts.has(id) && Number(age) > writingMs) this.silence(id);
    const taken = takenOf(found, counts);
    const [last] = taken;
    if (!last) return noRuns;
    const { manifest, relations } = await about();
    const its = byInvocation(await resultsOf(db, results, idsOf(taken)));
    const made = taken.map((row) => {
      const own = its.get(row.id) ?? [];
      const run = runOf(row, own, relations, this.project);
      return runRows(this.project, run, namedBy(own, manifest), { via: 'collect' });
    });
    const newestMs = Math.max(Number(last.ended), (await this.newest(world)) ?? -Infinity);
    // Only what ran last says what the project is now.
    const isNewest = newestMs === Number(last.ended);
    const failing = isNewest ? await failingNodes(db, this.database, this.project.name) : [];
    const judged = judgedNodes(failing, last, its.get(last.id) ?? [], manifest);
    const removed = made[0] ? removedRows(made[0].run, judged, manifest) : [];
    return { rows: runTables(made, removed), ids: idsOf(taken), newestMs };
  }

  private async checks(
    world: ReaderWorld,
    freshness: Columns,
    invocations: Columns | undefined,
    about: () => Promise<Project>,
  ): Promise<Brought> {
    const { db } = world;
    const ids = await newChecks(db, freshness, invocations, await this.known(healthDbtSource, world));
    if (ids.length === 0) return { rows: [], ids };
    const { manifest } = await about();
    const found = byInvocation(await checksOf(db, freshness, ids));
    const rows = [...found].flatMap(([id, own]) =>
      sourceRows(this.project, checkOf(id, own, manifest.sources), manifest),
    );
    return { rows: [rowsOf(healthDbtSource, rows)], ids };
  }

  /** Large, so it is read only where something is new. */
  private async about({ db }: ReaderWorld, { of }: Tables): Promise<Project> {
    const nodes: NodeRow[] = [];
    for (const name of nodeTables) {
      const table = of[name];
      if (table) nodes.push(...(await nodesOf(db, table)));
    }
    const sources = of.dbt_sources ? await sourcesOf(db, of.dbt_sources) : [];
    const relations = nodes.flatMap(({ id, relation }) => (relation === '' ? [] : [[id, relation] as const]));
    return { manifest: manifestOf({ nodes, sources }), relations: new Map(relations) };
  }

  /** What a health table has of the project, and what this process brought and it has not yet. */
  private async known(table: HealthTable, { db }: ReaderWorld): Promise<Known> {
    const written = `SELECT invocation_id FROM ${this.from(table)} WHERE project = ${literal(this.project.name)}`;
    const brought = this.brought.get(table.name) ?? new Set<string>();
    if (brought.size > 0) {
      const there = await db.query<{ invocation_id: string }>(
        `${written} AND invocation_id IN (${[...brought].map(literal).join(', ')})`,
      );
      for (const { invocation_id } of there) brought.delete(invocation_id);
    }
    return { written, read: [...brought] };
  }

  /** When the newest invocation that is known ended, in ms since 1970. */
  private async newest({ db }: ReaderWorld): Promise<number | undefined> {
    if (this.newestMs !== undefined) return this.newestMs;
    const [row] = await db.query<{ n: number | string; ended: number | string }>(
      `SELECT count() AS n, toUnixTimestamp64Milli(max(ended_at)) AS ended FROM ${this.from(healthDbtRun)} WHERE project = ${literal(this.project.name)}`,
    );
    return Number(row?.n ?? 0) > 0 ? Number(row?.ended) : undefined;
  }

  private from({ name }: HealthTable): string {
    return `${ident(this.database)}.${ident(name)}`;
  }

  private remember({ name }: HealthTable, ids: readonly string[]): void {
    this.brought.set(name, new Set([...(this.brought.get(name) ?? []), ...ids]));
  }

  private silence(id: string): void {
    this.silent.add(id);
    for (const oldest of this.silent) if (this.silent.size > mostSilent) this.silent.delete(oldest);
  }

  private partsOf({ parts }: Tables): Collected['parts'] {
    const { size } = this.silent;
    return parts.map((own) => {
      if (own.part !== 'dbt_run_results' || size === 0 || own.failure || own.note) return own;
      const facts = { ...this.tables.facts(own.part), invocations: size };
      return { ...own, note: fail('dbt_elementary_no_results', facts) };
    });
  }
}

/** Those with results, as many as have no more results than a look takes, one at least. */
function takenOf(found: readonly InvocationRow[], counts: ReadonlyMap<string, number>): readonly InvocationRow[] {
  let sum = 0;
  const withResults = found.filter(({ id }) => counts.has(id));
  return withResults.filter(({ id }, i) => (sum += counts.get(id) ?? 0) <= mostResults || i === 0);
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

function byInvocation<T extends { readonly invocation: string }>(
  rows: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const by = new Map<string, T[]>();
  for (const row of rows) {
    const own = by.get(row.invocation);
    if (own) own.push(row);
    else by.set(row.invocation, [row]);
  }
  return by;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
