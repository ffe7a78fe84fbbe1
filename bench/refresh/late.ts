import { arrive } from '../lib/data/generate';
import { knownSources } from '../lib/config';
import { withDataset } from '../lib/dataset';
import { numberOf } from '../lib/engine';
import { installOver, settled } from '../lib/install';
import { grouped, percent, short } from '../lib/numbers';
import { probe } from '../lib/probes';
import { textTable } from '../lib/print';
import { watchCpu } from '../lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from '../lib/report';
import { hasColumn, until } from '../lib/views';

export interface LateOptions {
  readonly rows: number;
  readonly days: number;
  /** Late events, spread evenly over all days. */
  readonly late: number;
  readonly data?: string;
  readonly results?: string;
}

/** Longest wait until late rows are worked off, in seconds. */
const patienceSeconds = 3600;

/** Late rows strewn over the whole history: how long until all are counted, and how fresh new ones are meanwhile. */
export async function runLate(options: LateOptions): Promise<void> {
  const { rows, days, late, data, results } = options;
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  await withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    const { engine, contents } = dataset;
    await installOver(dataset);
    await settled(engine);
    const calm = await probe(engine, { seconds: 40 });
    const counted = 'SELECT sum(n) FROM tidemark.event_day FINAL';
    const base = await numberOf(engine, `${counted} WHERE event != 'bench_probe'`);
    const endMs = contents.untilMs - 2 * 86_400_000;
    const oldestMs = contents.untilMs - days * 86_400_000;
    const startMs = performance.now();
    const endCpu = watchCpu(engine.pid);
    await arrive(engine, 'events', late, { fromMs: oldestMs, toMs: endMs });
    let done = false;
    let mostQueued = 0;
    const queue = (await hasColumn(engine, 'tidemark', 'rollup_status', 'queued_days'))
      ? 'SELECT max(queued_days) FROM tidemark.rollup_status'
      : undefined;
    const work = until(
      'late rows to be counted',
      patienceSeconds,
      async () => {
        if (queue) mostQueued = Math.max(mostQueued, await numberOf(engine, queue));
        return (await numberOf(engine, `${counted} WHERE event != 'bench_probe'`)) >= base + late;
      },
      500,
    ).finally(() => (done = true));
    const [, during] = await Promise.all([work, probe(engine, { seconds: patienceSeconds, until: () => done })]);
    const workedOffSeconds = await work;
    const queueSeconds = queue
      ? workedOffSeconds + (await until('an empty queue', 600, async () => (await numberOf(engine, queue)) === 0))
      : undefined;
    const cpu = endCpu();
    const lines = [
      ['', 'value'],
      ['late events', grouped(late)],
      ['days that they touch', String(days - 2)],
      ['all counted after, s', short(workedOffSeconds)],
      ['queue empty after, s', short(queueSeconds)],
      ['most days queued', queue ? String(mostQueued) : 'no queue in this Tidemark'],
      ['new events meanwhile, p50 / p95 s', `${short(during.p50Seconds)} / ${short(during.p95Seconds)}`],
      ['new events before, p50 / p95 s', `${short(calm.p50Seconds)} / ${short(calm.p95Seconds)}`],
      ['engine meanwhile, share of one core', percent(cpu.share)],
    ];
    console.log(`\n${textTable(lines)}`);
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    const markdown = `# Late rows over the whole history

${grouped(late)} events arrive at once, spread evenly over all but the newest two of ${days} days (${grouped(rows)} events stored). Counted when \`event_day\` holds them all; meanwhile single
new events are sent and looked for (${during.rollup}).

${circumstancesText(facts, 'refresh-late')}

${table(lines)}
`;
    const seconds = (performance.now() - startMs) / 1000;
    const json = { ...facts, options, workedOffSeconds, queueSeconds, mostQueued, calm, during, cpu, seconds };
    writeReport('refresh-late', json, markdown, results);
  });
}
