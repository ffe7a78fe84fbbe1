import type { Db } from '../../core/db';
import type { WeekStart } from '../../core/model';
import type { RetentionSpec } from '../../core/retention/spec';
import { ident } from '../../core/sql/quote';
import { stepTable } from '../../schema/ddl/tables';
import { runStep } from '../../schema/refresh/refresh';
import type { Step } from '../../schema/refresh/steps';
import { tableOf } from '../../schema/rollups/context';
import type { Finished } from '../../schema/rollups/installed';
import type { Version } from '../law/history';
import type { Expected } from '../law/expected';
import { install } from '../law/installed';
import type { Installed } from '../law/installed';
import { subjectRow } from '../law/tables';
import type { Subject } from '../law/tables';
import { Histories } from './histories';
import type { EraOptions } from './histories';

/** A world of the tests of what is kept from events: its calendar and how its rows may change. */
export interface ProductWorld extends EraOptions {
  readonly name: string;
  readonly zones: readonly [string, ...string[]];
  readonly weekStart: WeekStart;
  /** Makes step rows carry the dimensions that they ask for. */
  readonly retentions?: readonly RetentionSpec[];
}

/** Eras in an installation whose refreshes run when the test says so. */
export interface Eras {
  readonly installed: Installed;
  readonly histories: Histories;
  /** Tables of finished numbers kept by one of these methods, in all zones. */
  finished(...methods: readonly Finished['method'][]): readonly (Step & { readonly rollup: Finished })[];
  /** Rows of a round arrive, and the tables that finished numbers are kept from are refreshed, these last. */
  arrive(round: number): Promise<void>;
  /** What a table holds: keys → numbers; rows of nothing but zeros are left out, for a table forgets no key. */
  held(table: string): Promise<Expected>;
}

/** A century of events, of which every day is kept current at once. */
const freshDays = 13_300;
/** Methods that have a row for every day of it, and tests of their own. */
const slow: readonly Finished['method'][] = ['activeDays', 'cohortMonths', 'mrrDays'];
const startMs = Date.UTC(2026, 0, 1);
const roundMs = 60_000;

/** Makes the world. Tables of (d, user, …) have no partitions in it: a century would make thousands. */
export async function productWorld(db: Db, world: ProductWorld): Promise<Eras> {
  const { name, zones, weekStart, sourceClass, retentions = [] } = world;
  const subject: Subject = { role: 'events', sourceClass, engine: 'replacing', wide: true };
  const [timezone, ...others] = zones;
  const installed = await install(db, name, [subject], {
    timezone,
    zones: others,
    weekStart,
    retentions,
    refresh: { freshDays },
  });
  const { installation, steps } = installed;
  const kept = steps.filter(
    ({ of }) =>
      of.kind === 'ledger' ||
      (of.kind === 'places' && ['user_day', 'step_day'].includes(of.rollup.family)) ||
      (of.kind === 'finished' && !slow.includes(of.rollup.method)),
  );
  for (const step of kept.filter((s) => s.of.kind === 'places')) {
    await db.command(`DROP TABLE ${tableOf(installation, step.table)} SYNC`);
    await db.command((stepTable(installation, step) ?? '').replace('PARTITION BY toYYYYMM(d) ', ''));
  }
  const histories = new Histories(world);
  return {
    installed,
    histories,
    finished: (...methods) =>
      kept.flatMap((step) =>
        step.of.kind === 'finished' && methods.includes(step.of.rollup.method)
          ? [{ ...step, rollup: step.of.rollup }]
          : [],
      ),
    async arrive(round) {
      const rows: readonly Version[] = histories.round(round, startMs + round * roundMs);
      const delivered = rows.map((row) => subjectRow(subject, row));
      if (delivered.length > 0) await db.insert(`${name}.events`, delivered);
      await installed.tick(startMs + (round + 1) * roundMs - 1);
      for (const step of kept) await runStep(installation, db, step);
    },
    async held(table) {
      const step = kept.find((s) => s.table === table);
      if (step?.of.kind !== 'finished') throw new Error(`${table} is no table of finished numbers.`);
      const keys = ['d', ...step.of.rollup.keys.map((k) => ident(k.column))].map((k) => `toString(${k})`);
      const columns = step.of.rollup.columns.map((c) => `toInt64(${ident(c.column)})`);
      const rows = await db.query<{ k: string; v: (string | number)[] }>(
        `SELECT concatWithSeparator('|', ${keys.join(', ')}) AS k, [${columns.join(', ')}]::Array(Int64) AS v FROM ${tableOf(installation, table)} FINAL`,
      );
      const held = rows.map((r) => [r.k, r.v.map(Number)] as const);
      return new Map(held.filter(([, v]) => v.length === 0 || v.some((n) => n !== 0)));
    },
  };
}

/** Sentences about the first few places that differ; empty where two tables are equal. */
export function differences(actual: Expected, expected: Expected): readonly string[] {
  const wrong = [...new Set([...actual.keys(), ...expected.keys()])].filter(
    (k) => JSON.stringify(actual.get(k)) !== JSON.stringify(expected.get(k)),
  );
  return wrong
    .sort()
    .slice(0, 5)
    .map((k) => `${k}: is ${actual.get(k)?.join(', ')}, expected ${expected.get(k)?.join(', ')}`);
}
