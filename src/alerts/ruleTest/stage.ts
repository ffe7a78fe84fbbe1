import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { ident, qualified } from '../../core/sql/quote';
import { alertRules } from '../../packs/rules';
import { completeUntil, inspect, makeStage } from '../../schema';
import type { Stage } from '../../schema';
import { fail } from '../errors';
import { sourcesOf, sourceStatements, stageConfig } from './installation';
import type { RuleInput, RuleTest } from './model';
import { cellOf, startSql } from './rows';

/** Where the cases of one time zone run, one after the other. */
export interface TestStage {
  readonly timezone: string;
  readonly stage: Stage;
  /** Makes everything as it is before a case: empty tables, the rule's own limits and those of the case, all complete. */
  reset(test: RuleTest): Promise<void>;
  /** Lets something happen to the data. @throws TidemarkError rule_input naming the place in the file. */
  apply(input: RuleInput, test: RuleTest): Promise<void>;
  /** Removes its databases. */
  drop(): Promise<void>;
}

/**
 * Makes a stage on the real engine: a migrated installation without refreshes, with every role mapped.
 * @throws the server's error of a statement that fails.
 */
export async function makeTestStage(db: Db, database: string, timezone: string, version: string): Promise<TestStage> {
  for (const statement of sourceStatements(database)) await db.command(statement);
  const installation = await inspect(stageConfig(database, timezone), db);
  const systemTables = [...new Set(alertRules.flatMap((rule) => rule.systemTables ?? []))].filter((name) =>
    installation.systemTables.includes(name),
  );
  const stage = await makeStage(db, installation, version, systemTables);
  const limits = await db.query<Limit>(
    `SELECT rule, subject, name, value FROM ${qualified(stage.nameOf('catalog_thresholds'))}`,
  );
  const columns = new Map<string, ReadonlyMap<string, string>>();
  /** Tables that the last case wrote. */
  const written = new Set<string>();

  async function columnsOf(table: string): Promise<ReadonlyMap<string, string>> {
    const known = columns.get(table);
    if (known) return known;
    const [db_, name] = split(stage.nameOf(table));
    const rows = await db.query<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE database = {db:String} AND table = {name:String} ORDER BY position',
      { db: db_, name },
    );
    const found = new Map(rows.map((row) => [row.name, row.type]));
    columns.set(table, found);
    return found;
  }

  async function add(table: string, rows: readonly object[]): Promise<void> {
    written.add(table);
    if (rows.length > 0) await db.insert(stage.nameOf(table), rows);
  }

  async function fill(input: Extract<RuleInput, { kind: 'rows' }>, test: RuleTest): Promise<void> {
    const types = await columnsOf(input.table);
    if (types.size === 0) throw fail('rule_input_table', { place: input.place, table: input.table });
    if (input.replace) await db.command(`TRUNCATE TABLE ${qualified(stage.nameOf(input.table))}`);
    written.add(input.table);
    if (input.select !== undefined) return select(input.table, input.select, test);
    // What a system table tells is of Tidemark's own database unless a row says otherwise.
    const own = input.table.startsWith('system.') && types.has('database') ? { database } : {};
    const rows = input.rows.map((named) => {
      const row = { ...own, ...named };
      const cells = Object.entries(row).map(([column, value]) => {
        const type = types.get(column);
        if (type === undefined)
          throw fail('rule_input_column', { place: input.place, table: input.table, column, has: [...types.keys()] });
        return [column, cellOf(value, type, { startMs: test.startMs, timezone })] as const;
      });
      return Object.fromEntries(cells);
    });
    await add(input.table, rows);
  }

  async function select(table: string, sql: string, test: RuleTest): Promise<void> {
    const filled = sql.replaceAll('{start}', startSql(test.startMs)).replaceAll('{db}', ident(database));
    const described = await db.query<{ name: string }>(`DESCRIBE TABLE (${filled}\n)`);
    const names = described.map(({ name }) => ident(name)).join(', ');
    await db.command(`INSERT INTO ${qualified(stage.nameOf(table))} (${names}) ${filled}`);
  }

  return {
    timezone,
    stage,
    async reset(test) {
      for (const table of written) await db.command(`TRUNCATE TABLE ${qualified(stage.nameOf(table))}`);
      written.clear();
      for (const table of ['thresholds', 'completeness'])
        await db.command(`TRUNCATE TABLE ${qualified(stage.nameOf(table))}`);
      const isOwn = (limit: Limit) =>
        limit.rule === test.rule.name &&
        test.thresholds.some((own) => own.subject === limit.subject && own.name === limit.name);
      const own = test.thresholds.map((limit) => ({ rule: test.rule.name, ...limit }));
      await db.insert(stage.nameOf('thresholds'), [...limits.filter((limit) => !isOwn(limit)), ...own]);
      await completeUntil(db, installation, forEverMs);
      await add(
        'holidays',
        test.holidays.map((day) => ({ day, name: 'holiday' })),
      );
      await add(
        'expected_subjects',
        test.subjects.map((subject) => ({ rule: test.rule.name, subject })),
      );
    },
    async apply(input, test) {
      try {
        if (input.kind === 'rows') await fill(input, test);
        if (input.kind === 'complete')
          await completeUntil(db, installation, test.startMs + input.untilMs, input.rollups);
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('rule_input')) throw cause;
        throw fail('rule_input', { place: input.place, reason: messageOf(cause) }, { cause });
      }
    },
    async drop() {
      await stage.drop();
      await db.command(`DROP DATABASE IF EXISTS ${ident(sourcesOf(database))} SYNC`);
    },
  };
}

interface Limit {
  readonly rule: string;
  readonly subject: string;
  readonly name: string;
  readonly value: number;
}

/** Later than any case: a stage never calls more complete than the clock of a question. */
const forEverMs = Date.UTC(2200, 0);

function split(name: string): readonly [string, string] {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}
