import type { TestEngine } from '../engine';
import { startEngine } from '../engine';
import { calendars, lawOptions, subject } from './cases';
import { runLaw } from './run';
import type { LawSubject } from './run';

type Kind = readonly [LawSubject['rows'], LawSubject['engine']];

/** Tests of the law over one role: the n-th kind of source in the n-th calendar. One engine for the file. */
export function lawTests(role: LawSubject['role'], kinds: readonly [Kind, Kind, Kind, Kind]): void {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  }, 60_000);
  afterAll(async () => engine.stop());

  const cases = kinds.map(([sourceClass, kind], i) => ({ sourceClass, kind, calendar: calendars[i]! }));
  test.each(cases)(
    `after a refresh every table kept from ${role} equals its aggregate over deduplicated rows: $sourceClass, $kind, $calendar.timezone`,
    async ({ sourceClass, kind, calendar }) => {
      const name = `law_${role}_${calendar.timezone.replace(/\W/g, '_').toLowerCase()}`;
      const lawCase = { ...calendar, subjects: [subject(role, sourceClass, kind)] };
      const { histories, steps, seed } = lawOptions;
      const found = await runLaw(engine.db, name, lawCase, { histories, steps, seed });
      told(`${histories} histories of ${role} (${sourceClass}, ${kind}, ${calendar.timezone})`, found);
      expect(found).toMatchObject({ wrong: 0, sample: [] });
      expect(found.cells).toBeGreaterThan(10 * histories);
    },
    120_000 + lawOptions.histories * 1000,
  );
}

/** Says in a soak how much was compared. */
export function told(
  what: string,
  found: { readonly cells: number; readonly wrong: number; readonly tables: number },
): void {
  if (process.env['TIDEMARK_HISTORIES'] === undefined) return;
  process.stdout.write(`${what}: ${found.cells} cells in ${found.tables} tables compared, ${found.wrong} wrong\n`);
}
