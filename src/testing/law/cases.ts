import type { LawCase, LawOptions, LawSubject } from './run';

/** Histories per combination; `TIDEMARK_HISTORIES=2000 npx jest src/schema/law` soaks. */
export const lawOptions: LawOptions = {
  histories: Number(process.env['TIDEMARK_HISTORIES'] ?? 60),
  steps: Number(process.env['TIDEMARK_LAW_STEPS'] ?? 6),
  seed: Number(process.env['TIDEMARK_SEED'] ?? 1),
};

type Calendar = Pick<LawCase, 'timezone' | 'zones' | 'startMs' | 'lateSteps' | 'tiers'>;

/**
 * Four calendars, each with a further zone. In the middle of the steps the day changes in all of them, and the clock does in
 * Berlin and on Lord Howe (by half an hour); Kathmandu lies 5:45 h off UTC.
 */
export const calendars: readonly Calendar[] = [
  { timezone: 'UTC', zones: ['Asia/Kathmandu'], startMs: Date.UTC(2026, 3, 1, 14), lateSteps: 0 },
  { timezone: 'Europe/Berlin', zones: [], startMs: Date.UTC(2026, 2, 28, 15), lateSteps: 2 },
  {
    timezone: 'Australia/Lord_Howe',
    zones: [],
    startMs: Date.UTC(2026, 3, 4, 6),
    lateSteps: 1,
    // Both finer tiers end among the days of the rows.
    tiers: { minuteDays: 5, quarterDays: 12 },
  },
  {
    timezone: 'Asia/Kathmandu',
    zones: ['America/New_York'],
    startMs: Date.UTC(2026, 2, 7, 12),
    lateSteps: 0,
    tiers: { minuteDays: 6, quarterDays: 30 },
  },
];

/** A subject with all that is optional. */
export const subject = (
  role: LawSubject['role'],
  sourceClass: LawSubject['rows'],
  engine: LawSubject['engine'],
): LawSubject => ({ role, sourceClass, rows: sourceClass, engine, wide: true });
