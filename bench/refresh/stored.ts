import { setTimeout as sleep } from 'node:timers/promises';

import { rareSeconds } from '../../src/packs/periods';
import { arrive } from '../lib/data/generate';
import { rowsPerEvent } from '../lib/data/tables';
import { watchCpu } from '../lib/process';
import { knownSources } from '../lib/config';
import { withDataset } from '../lib/dataset';
import { installOver, rareViews, refreshRare, settled } from '../lib/install';
import { grouped, median, short } from '../lib/numbers';
import { textTable } from '../lib/print';
import { circumstances, circumstancesText, commandLine, table, writeReport } from '../lib/report';
import { allFresh, holdViews, quietMerges } from '../lib/views';
import type { ViewWork } from './runs';
import { watchRuns } from './runs';

export interface StoredOptions {
  readonly rows: number;
  readonly days: number;
  /** The smaller data set has a tenth of the rows over a tenth of the days: the same rows each day. */
  readonly data?: string;
  readonly arriving: number;
  readonly rounds: number;
  readonly results?: string;
}

interface Stored {
  readonly engine: string;
  readonly rows: number;
  readonly days: number;
  /** Per round: longest run of each view, first of what runs at least once a minute, then of what runs seldom. */
  readonly rounds: readonly (readonly ViewWork[])[];
  /** Views that run seldom. */
  readonly rare: readonly string[];
  /** Runs that found nothing. */
  readonly idle: readonly ViewWork[];
  /** Seconds of CPU of the whole engine while it was looked at: nothing arriving, and each round. */
  readonly idleCpuSeconds: number;
  readonly cpuSeconds: readonly number[];
}

/** Length of a look, in seconds: what does not run seldom runs once a minute. */
const windowSeconds = 65;

/** Views that recount old days or keep records: they run whether rows arrive or not. */
const besides = /(sweep(_days)?|drift|refresh_log|catalog_answers)_v$/;

/** What a refresh costs when the same rows arrive over little and over ten times as much history. */
export async function runStored(options: StoredOptions): Promise<void> {
  const { rows, days, arriving, results } = options;
  const small = await measure(options, rows / 10, days / 10);
  const large = await measure(options, rows, days);
  const of = (stored: Stored, view: string) =>
    median(stored.rounds.flatMap((round) => round.filter((v) => v.view === view).map((v) => v.mostMs)));
  const idleOf = (stored: Stored, view: string) => stored.idle.find((v) => v.view === view)?.medianMs ?? NaN;
  const all = [...new Set([...large.rounds, ...small.rounds].flat().map((v) => v.view))].sort();
  // Only views that were seen in both count in the sums.
  const both = all.filter((view) => of(small, view) >= 0 && of(large, view) >= 0);
  const seldom = both.filter((view) => large.rare.includes(view));
  const views = both.filter((view) => !large.rare.includes(view));
  const sum = (stored: Stored, ms: typeof of, some = views) =>
    some.reduce((total, view) => total + (ms(stored, view) || 0), 0);
  const row = (name: string, before: number, after: number) => [
    name,
    short(before),
    short(after),
    before > 0 ? `${short(after / before)} ×` : '–',
  ];
  const cpuMs = (stored: Stored) => 1000 * (median(stored.cpuSeconds) - stored.idleCpuSeconds);
  const ratio = sum(large, of) / sum(small, of);
  const lines = [
    ['view', `${grouped(small.rows)} stored, ms`, `${grouped(large.rows)} stored, ms`, 'ratio'],
    ...views.map((view) => row(view, of(small, view), of(large, view))),
    row('all of these', sum(small, of), sum(large, of)),
    row('all of these, nothing arriving', sum(small, idleOf), sum(large, idleOf)),
    row('CPU of the engine for these, ms', cpuMs(small), cpuMs(large)),
    ...seldom.map((view) => row(view, of(small, view), of(large, view))),
    row(`all each ${rareSeconds} s`, sum(small, of, seldom), sum(large, of, seldom)),
  ];
  console.log(`\n${textTable(lines)}`);
  const facts = circumstances(commandLine(), { clickhouse: large.engine });
  const markdown = `# A refresh over ${grouped(small.rows)} and over ${grouped(large.rows)} stored events

${grouped(arriving)} events of the last hour (and requests and orders in proportion) arrive at once, over ${grouped(small.days)} and over ${grouped(large.days)} days of history with the same rows a day. Per view the run that
had the work (the longest of the ${windowSeconds} s after), from \`system.view_refreshes\`; median of ${options.rounds} rounds. The sweep is left out. What runs each ${rareSeconds} s
stands still meanwhile, and runs after each round, twice; the longer run is told.
CPU: of the engine's process over those seconds, less as many in which nothing arrived.

${circumstancesText(facts, 'refresh-stored')}

${table(lines)}
`;
  writeReport('refresh-stored', { ...facts, options, ratio, small, large }, markdown, results);
}

async function measure(options: StoredOptions, rows: number, days: number): Promise<Stored> {
  const { data, arriving, rounds: count } = options;
  const folder = data === undefined ? undefined : `${data}-${rows}-${days}`;
  return withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    const { engine, contents } = dataset;
    await installOver(dataset);
    await settled(engine);
    const rare = await rareViews(engine);
    const watch = async (end: Promise<unknown>) =>
      (await watchRuns(engine, 'tidemark', end)).filter(({ view }) => !besides.test(view));
    const watchOften = async () => {
      const end = watchCpu(engine.pid);
      const work = await watch(sleep(windowSeconds * 1000));
      return { work, cpuSeconds: end().cpuSeconds };
    };
    const watchRare = async () => {
      for (const view of rare) await engine.command(`SYSTEM START VIEW ${view}`);
      return (await watch(refreshRare(engine))).filter(({ view }) => rare.includes(view));
    };
    await holdViews(engine, rare);
    const idle = await watchOften();
    const cpuSeconds: number[] = [];
    const rounds: ViewWork[][] = [];
    for (let i = 0; i < count; i++) {
      await holdViews(engine, rare);
      const nowMs = Date.now();
      const times = { fromMs: nowMs - 3_600_000, toMs: nowMs };
      for (const source of contents.sources) {
        await arrive(engine, source, Math.round(arriving * rowsPerEvent[source]), times);
      }
      const often = await watchOften();
      cpuSeconds.push(often.cpuSeconds);
      rounds.push([...often.work, ...(await watchRare())]);
      await allFresh(engine, 600);
      await quietMerges(engine);
      await sleep(1_000);
    }
    console.log(`${grouped(rows)} stored: ${count} rounds of ${grouped(arriving)} rows`);
    return {
      engine: engine.version,
      rows,
      days,
      rounds,
      rare,
      idle: idle.work,
      idleCpuSeconds: idle.cpuSeconds,
      cpuSeconds,
    };
  });
}
