import { setTimeout as sleep } from 'node:timers/promises';

import { startLoad } from './ingest/load';
import type { LoadResult } from './ingest/load';
import { knownSources, ordinaryEvery } from './lib/config';
import { withDataset } from './lib/dataset';
import type { Dataset } from './lib/dataset';
import { numberOf } from './lib/engine';
import { installOver, settled } from './lib/install';
import { grouped, percent, short } from './lib/numbers';
import { probe } from './lib/probes';
import { textTable } from './lib/print';
import { residentMiB, watchCpu } from './lib/process';
import type { CpuWindow } from './lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from './lib/report';
import { allFresh, countedUpTo, holdViews, now, readViews } from './lib/views';
import { viewLines, watchViews } from './lib/watchViews';

export interface IngestOptions {
  readonly rows: number;
  readonly days: number;
  readonly rate: number;
  readonly minutes: number;
  /** `refresh.everySeconds` of the installation. */
  readonly every: number;
  readonly data?: string;
  readonly results?: string;
}

/** Minutes for which the load without views is looked at, at most, before the stretch with views and after it. */
const baseMinutes = 3;

/** A stretch of load and what the engine took for it. */
interface Phase {
  readonly cpu: CpuWindow;
  readonly load: LoadResult;
  readonly residentMiB: number;
  /** Time of background merges ÷ the stretch. */
  readonly merging: number;
}

/**
 * Rows flowing in for some minutes: CPU with views stopped, then with views running, then with views stopped again (for the merges
 * of the sources grow with what has arrived), then the latency of single events (apart, because looking for them costs CPU), and
 * whether every row was counted in the end.
 */
export async function runIngest(options: IngestOptions): Promise<void> {
  const { rows, days, rate, minutes, every, data, results } = options;
  const sources = knownSources();
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  await withDataset({ rows, days, sources, folder }, async (dataset) => {
    const { engine } = dataset;
    await installOver(dataset, { everySeconds: every });
    await settled(engine);
    const views = (await readViews(engine)).length;
    console.log(
      `${views} views; ${grouped(rate)} events/s and the other sources in proportion, ${minutes} minutes with views:`,
    );

    const stopped = async () => {
      await holdViews(engine, 'all');
      const phase = await loadPhase(dataset, rate, Math.min(minutes, baseMinutes) * 60);
      console.log(`views stopped: ${percent(phase.cpu.share)} of a core`);
      await engine.command('SYSTEM START VIEWS');
      await allFresh(engine, 600);
      return phase;
    };
    const before = await stopped();

    const watched = watchViews(engine);
    const withViews = await loadPhase(dataset, rate, minutes * 60);
    const perView = await watched.stop();
    console.log(`views running: ${percent(withViews.cpu.share)} of a core`);
    const after = await stopped();
    const share = withViews.cpu.share - (before.cpu.share + after.cpu.share) / 2;
    console.log(`refreshes: ${percent(share)} of a core`);

    const load = startLoad(engine, sources, rate);
    const latency = await probe(engine, { seconds: Math.max(60, minutes * 18) });
    const memory = residentMiB(engine.pid);
    await load.stop();
    const counted = await countedRows(dataset);

    const lines = [
      ['', 'value', 'goal'],
      ['refreshes, share of one core', percent(share), '15 %'],
      [
        'inserts alone (views stopped), before and after',
        `${percent(before.cpu.share)}, ${percent(after.cpu.share)}`,
        '',
      ],
      ['inserts and refreshes', percent(withViews.cpu.share), ''],
      [
        'background merges, time ÷ stretch: before, with views, after',
        [before, withViews, after].map((phase) => percent(phase.merging)).join(', '),
        '',
      ],
      ['events/s taken', grouped(withViews.load.eventsPerSecond), grouped(rate)],
      ['batches begun late', String(withViews.load.lateBatches), '0'],
      [
        'insert of a batch, p50 / p95 ms',
        `${short(withViews.load.insertP50Ms)} / ${short(withViews.load.insertP95Ms)}`,
        '',
      ],
      [`event → number in ${latency.rollup}, p50 s`, short(latency.p50Seconds), ''],
      ['event → number, p95 s', short(latency.p95Seconds), '10'],
      ['event → number, most s', short(latency.mostSeconds), ''],
      ['probes sent, lost', `${latency.probes}, ${latency.lost}`, '0 lost'],
      ['resident memory, MiB (most ever)', `${memory.now} (${memory.most})`, ''],
      ['events counted of events stored', `${grouped(counted.rollup)} of ${grouped(counted.raw)}`, 'all'],
    ];
    console.log(`\n${textTable(lines)}`);
    const dearest = viewLines(perView);
    console.log(`\n${textTable(dearest)}`);
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    // Another period does not replace the ordinary one's report.
    const name = every === ordinaryEvery ? 'ingest' : `ingest-${every}s`;
    const markdown = `# Refreshes under ${grouped(rate)} events/s

On top of ${grouped(rows)} stored events (${sources.join(', ')}), ${views} refreshable views each ${every} s and slower (\`refresh.everySeconds: ${every}\`), rows over HTTP as JSONEachRow in batches of 200 ms,
stamped by the server, 0.5 % of the events up to six hours late. CPU of the engine's process: ${Math.min(minutes, baseMinutes)} minutes with \`SYSTEM STOP VIEWS\`, ${minutes} with
views, ${Math.min(minutes, baseMinutes)} without again; what the refreshes take is the difference to the mean of the first and the last. Latency: begin of a single event's insert to the first answer that counts it, looked for each 200 ms
in a stretch of its own of the same load.

${circumstancesText(facts, name)}

${table(lines)}

The dearest views in that stretch, by the time of their runs (\`system.view_refreshes\`, looked at each second):

${table(dearest)}
`;
    writeReport(
      name,
      { ...facts, options, views, share, before, withViews, after, perView, latency, memory, counted },
      markdown,
      results,
    );
  });
}

async function loadPhase({ engine, contents }: Dataset, rate: number, seconds: number): Promise<Phase> {
  const load = startLoad(engine, contents.sources, rate);
  // The first seconds fill caches and pools.
  await sleep(Math.min(10, seconds / 4) * 1000);
  const end = watchCpu(engine.pid);
  const mergedMs = await mergeMs(engine);
  await sleep(seconds * 1000);
  const merging = ((await mergeMs(engine)) - mergedMs) / (seconds * 1000);
  const cpu = end();
  const memory = residentMiB(engine.pid);
  return { cpu, load: await load.stop(), residentMiB: memory.now, merging };
}

/** Milliseconds that background merges took since the engine began. */
const mergeMs = (engine: Dataset['engine']): Promise<number> =>
  numberOf(engine, "SELECT sum(value) FROM system.events WHERE event = 'MergeTotalMilliseconds'");

/** After the load: what the day rollup counts, and how many distinct events the source holds. */
async function countedRows({ engine }: Dataset): Promise<{ rollup: number; raw: number }> {
  await countedUpTo(engine, await now(engine), 600);
  const rollup = await numberOf(engine, 'SELECT sum(n) FROM tidemark.event_day FINAL');
  const raw = await numberOf(engine, 'SELECT count() FROM bench.events FINAL');
  return { rollup, raw };
}
