import { grouped, percent, some, wording } from '../finding';

/** Views or tables whose refresh fails for one cause. */
export interface Failure {
  readonly rollups: readonly string[];
  readonly cause: string;
  readonly memoryMb: number;
}

/** What is said of the refreshes and of what they wrote. */
export const progressWords = {
  not_migrated: wording(
    'problem',
    (f: { database: string }) =>
      `Database ${f.database} holds nothing of Tidemark, or tidemark migrate did not come to its end.`,
    () => 'Run tidemark migrate.',
  ),
  migrate_pending: wording(
    'warning',
    (f: { objects: readonly string[] }) => `Installed is not what tidemark.yaml asks for: ${some(f.objects)}.`,
    () => 'Run tidemark migrate (--dry-run shows what it would do).',
  ),
  view_missing: wording(
    'problem',
    (f: { views: readonly string[] }) => `Refreshable views are gone: ${some(f.views)}. What they keep stands still.`,
    () => 'Run tidemark migrate: it makes what was dropped again.',
  ),
  view_disabled: wording(
    'problem',
    (f: { views: readonly string[]; status: string }) => `Refreshes do not run (${f.status}): ${some(f.views)}.`,
    () => 'SYSTEM START VIEW database.view for each, or SYSTEM START VIEWS for all.',
  ),
  refresh_memory: wording(
    'problem',
    (f: Failure) =>
      `Refreshes of ${some(f.rollups)} ran out of memory (refresh.memoryMb: ${f.memoryMb}). Old numbers stay. ${f.cause}`,
    () => 'Raise refresh.memoryMb, or lower refresh.freshDays and lateDaysPerRun; then run tidemark migrate.',
  ),
  group_limit: wording(
    'problem',
    (f: Failure) =>
      `Refreshes of ${some(f.rollups)} stop at the limit of groups: a dimension exploded. Old numbers stay. ${f.cause}`,
    () =>
      'The findings of check dimensions name it: cap it (top), map a coarser column or take it out, then run tidemark migrate.',
  ),
  refresh_source_broken: wording(
    'problem',
    (f: Failure) => `Refreshes of ${some(f.rollups)} cannot read their source any more. Old numbers stay. ${f.cause}`,
    () => 'Repair the source (the findings of check source name it). The refreshes go on by themselves.',
  ),
  refresh_failing: wording(
    'problem',
    (f: Failure) => `Refreshes of ${some(f.rollups)} fail. Old numbers stay. ${f.cause}`,
    () => 'Remove the cause that ClickHouse names; the refreshes go on by themselves.',
  ),
  refresh_stale: wording(
    'problem',
    (f: { rollups: readonly string[]; seconds: number }) =>
      `The watermarks of ${some(f.rollups)} stand still since ${grouped(f.seconds)} s, without an error.`,
    () => 'Look at system.view_refreshes: a run that never ends, a stopped server, or refreshes that are switched off.',
  ),
  filling: wording(
    'note',
    (f: { rollups: readonly string[] }) => `${some(f.rollups)} are filled for the first time.`,
    () => 'Wait, and watch tidemark status.',
  ),
  never_filled: wording(
    'problem',
    (f: { rollups: readonly string[]; minutes: number }) =>
      `${some(f.rollups)} were made ${grouped(f.minutes)} minutes ago and never had a good run.`,
    () => 'Look at system.view_refreshes, or run tidemark refresh, which tells the error.',
  ),
  clock_back: wording(
    'problem',
    (f: { seconds: number }) =>
      `A watermark stands ${grouped(f.seconds)} s ahead of the server's clock: the clock was set back. Numbers are kept; a rollup's lag cannot be told until the clock is there again.`,
    () =>
      'Set the clock right (NTP). If it is right now, run tidemark verify --all --heal once to see that nothing was missed.',
  ),
  refresh_slow: wording(
    'warning',
    (f: { view: string; runMs: number; everySeconds: number; ratio: number }) =>
      `${f.view} runs ${grouped(f.runMs)} ms (p90 of 6 h) of its ${f.everySeconds} s: ${percent(f.ratio)} of the time.`,
    () =>
      "Raise refresh.everySeconds, lower refresh.freshDays, or mend what check key says of the source's sorting key.",
  ),
  catching_up: wording(
    'note',
    (f: { days: number; oldest: string; minutes: number }) =>
      `${grouped(f.days)} days are queued to be recounted, the oldest ${f.oldest}; done in about ${grouped(f.minutes)} min if nothing comes.`,
    () => 'Wait, or work them off at once: tidemark refresh.',
  ),
  queue_stuck: wording(
    'warning',
    (f: { days: number; oldest: string; minutes: number }) =>
      `${grouped(f.days)} days are queued to be recounted, the oldest ${f.oldest}, and none was taken for ${grouped(f.minutes)} min.`,
    () => 'Look for failing views of this role (check refreshes), then run tidemark refresh.',
  ),
  drift: wording(
    'warning',
    (f: { rows: number; days: number; first: string; last: string }) =>
      `The sweep found and mended ${grouped(f.rows)} wrong rows on ${grouped(f.days)} days (${f.first} to ${f.last}) in the last 24 h.`,
    () =>
      'Mutations and dropped partitions explain it; without them the source class or the arrival column is declared wrongly.',
  ),
  mutations_pending: wording(
    'warning',
    (f: { mutations: number; since: string; command: string; cause: string }) =>
      `${grouped(f.mutations)} mutations are not done, the oldest since ${f.since}: ${f.command}${f.cause ? ` It fails: ${f.cause}` : ''}`,
    () => 'Wait for them, or KILL MUTATION. No watermark sees what they change: the sweep mends it afterwards.',
  ),
  mutations_done: wording(
    'note',
    (f: { mutations: number; last: string }) =>
      `${grouped(f.mutations)} mutations of the last 24 h changed rows that no watermark sees, the last at ${f.last}.`,
    () => 'The sweep mends one day of history a minute; at once: tidemark verify --all --heal.',
  ),
  too_many_parts: wording(
    'warning',
    (f: { parts: number; most: number; partition: string }) =>
      `${grouped(f.parts)} parts, ${grouped(f.most)} of them in partition ${f.partition}: merges do not keep up, reads with FINAL get slow.`,
    () => 'Raise refresh.everySeconds, or background_pool_size of the server.',
  ),
  tombstone_share: wording(
    'note',
    (f: { rows: number; share: number }) =>
      `${percent(f.share)} of ${grouped(f.rows)} rows mark places that lost all their rows (del = 1). Reads skip them, the disk holds them.`,
    () => 'Nothing needs to be done; they go with their partition.',
  ),
} as const;
