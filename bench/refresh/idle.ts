import { setTimeout as sleep } from 'node:timers/promises';

import { rareSeconds } from '../../src/packs/periods';
import { knownSources } from '../lib/config';
import type { BenchRole } from '../lib/config';
import { withDataset } from '../lib/dataset';
import type { Dataset } from '../lib/dataset';
import { installOver, settled } from '../lib/install';
import { percent, short } from '../lib/numbers';
import { residentMiB, watchCpu } from '../lib/process';
import type { CpuWindow } from '../lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from '../lib/report';
import { textTable } from '../lib/print';
import { viewLines, watchViews } from '../lib/watchViews';
import { readViews, viewPeriods } from '../lib/views';
import type { ViewRun } from '../lib/views';

export interface IdleOptions {
  readonly rows: number;
  readonly days: number;
  /** Views at 5 s that have to be there: the same rollups are installed in further databases until there are as many. */
  readonly views: number;
  readonly seconds: number;
  readonly data?: string;
  readonly results?: string;
}

/** CPU of views that find nothing to do: of one installation as it is, and of so many views each 5 s and no others. */
export async function runIdle(options: IdleOptions): Promise<void> {
  const { rows, days, views, seconds, data, results } = options;
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  await withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    const { engine } = dataset;
    await installUntil(dataset, 1);
    await settled(engine);
    const whole = await measured(dataset, seconds, Math.max(seconds, rareSeconds));
    const watched = watchViews(engine);
    await sleep(rareSeconds * 1000);
    const perView = await watched.stop();
    const databases = await installUntil(dataset, views);
    await settled(engine);
    const slow = (await viewPeriods(engine)).filter((v) => v.seconds > fastSeconds);
    for (const { name } of slow) await engine.command(`SYSTEM STOP VIEW ${name}`);
    const fast = await measured(dataset, seconds);
    const lines = [
      ['', 'views', 'of them each 5 s', 'share of one core', 'engine with them', 'engine without'],
      ['one installation, all packs', ...cells(whole)],
      [`only views each 5 s, of ${databases} databases`, ...cells({ ...fast, views: fast.fast })],
    ];
    const dearest = viewLines(perView);
    console.log(`\n${textTable(lines)}\n\n${textTable(dearest)}`);
    for (const view of fast.failing) console.log(`${view.view}: ${view.exception.slice(0, 300)}`);
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    const markdown = `# What idle refreshes cost

Refreshable views over ${rows.toLocaleString('en')} events (and requests, orders, subscriptions) of ${days} days, all counted, nothing arriving. CPU of the engine's process
over ${short(seconds)} s (of a whole installation over ${short(Math.max(seconds, rareSeconds))} s, in which each view runs), less the same with \`SYSTEM STOP VIEWS\` over ${short(seconds)} s. An installation at \`everySeconds: 5\` refreshes each 5 s what is watched by the second, the rest each 30,
60 and 300 s. ${fast.failing.length} views failed. Resident memory: ${fast.residentMiB} MiB.

${circumstancesText(facts, 'refresh-idle')}

${table(lines)}

The dearest views of the one installation, in ${short(rareSeconds)} s more (\`system.view_refreshes\`, looked at each second):

${table(dearest)}
`;
    writeReport('refresh-idle', { ...facts, options, whole, fast, databases, perView }, markdown, results);
  });
}

interface Idle {
  readonly views: number;
  readonly fast: number;
  readonly share: number;
  readonly running: CpuWindow;
  readonly stopped: CpuWindow;
  readonly failing: readonly ViewRun[];
  readonly residentMiB: number;
}

/** CPU with the views that are not stopped, less that with none. Stops all, and starts those that were not stopped before. */
async function measured(dataset: Dataset, seconds: number, runningSeconds: number = seconds): Promise<Idle> {
  const { engine } = dataset;
  const periods = await viewPeriods(engine);
  const running = await stretch(engine.pid, runningSeconds);
  const failing = (await readViews(engine)).filter((v) => v.exception !== '');
  await engine.command('SYSTEM STOP VIEWS');
  await sleep(5_000);
  const stopped = await stretch(engine.pid, seconds);
  await engine.command('SYSTEM START VIEWS');
  const fast = periods.filter((v) => v.seconds <= fastSeconds).length;
  const share = running.share - stopped.share;
  const { now } = residentMiB(engine.pid);
  return { views: periods.length, fast, share, running, stopped, failing, residentMiB: now };
}

const cells = ({ views, fast, share, running, stopped }: Idle): string[] => [
  String(views),
  String(fast),
  percent(share),
  percent(running.share),
  percent(stopped.share),
];

async function stretch(pid: number, seconds: number) {
  const end = watchCpu(pid);
  await sleep(seconds * 1000);
  return end();
}

async function installUntil(dataset: Dataset, views: number): Promise<number> {
  const { engine } = dataset;
  const roles = dataset.contents.sources as BenchRole[];
  for (let n = 1; ; n++) {
    await installOver(dataset, { database: n === 1 ? 'tidemark' : `tidemark_${n}`, roles });
    const periods = await viewPeriods(engine);
    const fast = periods.filter((v) => v.seconds <= fastSeconds).length;
    if (fast >= views) return n;
    if (fast === 0) throw new Error('No view runs each 5 s: nothing can be measured.');
  }
}

/** Longest period, in seconds, of a view that counts as one at 5 s. */
const fastSeconds = 5;
