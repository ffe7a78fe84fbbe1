import { setTimeout as sleep } from 'node:timers/promises';

import { knownSources } from '../lib/config';
import type { BenchRole } from '../lib/config';
import { withDataset } from '../lib/dataset';
import type { Dataset } from '../lib/dataset';
import { installOver } from '../lib/install';
import { percent, short } from '../lib/numbers';
import { residentMiB, watchCpu } from '../lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from '../lib/report';
import { textTable } from '../lib/print';
import { readViews } from '../lib/views';

export interface IdleOptions {
  readonly rows: number;
  readonly days: number;
  /** Views at 5 s that have to be there: the same rollups are installed in further databases until there are as many. */
  readonly views: number;
  readonly seconds: number;
  readonly data?: string;
  readonly results?: string;
}

/** CPU of views that find nothing to do. */
export async function runIdle(options: IdleOptions): Promise<void> {
  const { rows, days, views, seconds, data, results } = options;
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  await withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    const { engine } = dataset;
    const databases = await installUntil(dataset, views);
    const periods = await viewPeriods(dataset);
    const fast = periods.filter((s) => s <= 5).length;
    // The first runs after a filling may still find what was filled.
    await sleep(30_000);
    const running = await stretch(engine.pid, seconds);
    const failing = (await readViews(engine)).filter((v) => v.exception !== '');
    await engine.command('SYSTEM STOP VIEWS');
    await sleep(5_000);
    const stopped = await stretch(engine.pid, seconds);
    await engine.command('SYSTEM START VIEWS');
    const share = running.share - stopped.share;
    const lines = [
      ['', 'value'],
      [`idle views, share of one core`, percent(share)],
      ['the same for 40 views at 5 s', percent((share * 40) / fast)],
      ['engine with views', percent(running.share)],
      ['engine with views stopped', percent(stopped.share)],
      ['views each 5 s / slower', `${fast} / ${periods.length - fast}`],
      ['databases side by side', String(databases)],
      ['resident memory, MiB', String(residentMiB(engine.pid).now)],
      ['failing views', String(failing.length)],
    ];
    console.log(`\n${textTable(lines)}`);
    for (const view of failing) console.log(`${view.view}: ${view.exception.slice(0, 300)}`);
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    const markdown = `# What idle refreshes cost

${fast} refreshable views each 5 s (and ${periods.length - fast} slower ones), the rollups of all packs installed in ${databases} databases over the same sources (${rows.toLocaleString('en')} events over ${days}
days, all counted), nothing arriving. CPU of the engine's process over ${short(seconds)} s, less the same with \`SYSTEM STOP VIEWS\`.

${circumstancesText(facts, 'refresh-idle')}

${table(lines)}
`;
    writeReport(
      'refresh-idle',
      { ...facts, options, running, stopped, share, fast, periods, failing },
      markdown,
      results,
    );
  });
}

async function stretch(pid: number, seconds: number) {
  const end = watchCpu(pid);
  await sleep(seconds * 1000);
  return end();
}

async function installUntil(dataset: Dataset, views: number): Promise<number> {
  const roles = dataset.contents.sources as BenchRole[];
  for (let n = 1; ; n++) {
    await installOver(dataset, { database: n === 1 ? 'tidemark' : `tidemark_${n}`, roles });
    const periods = await viewPeriods(dataset);
    const fast = periods.filter((s) => s <= 5).length;
    if (fast >= views) return n;
    if (fast === 0) throw new Error('No view runs each 5 s: nothing can be measured.');
  }
}

const unitSeconds: Readonly<Record<string, number>> = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 };

/** Periods of all refreshable views in seconds, from their definitions. */
async function viewPeriods({ engine }: Dataset): Promise<number[]> {
  const rows = await engine.query<{ query: string }>(
    `SELECT create_table_query AS query FROM system.tables WHERE (database, name) IN (SELECT database, view FROM system.view_refreshes)`,
  );
  return rows.map(({ query }) => {
    const [, count, unit] = /REFRESH (?:EVERY|AFTER) (\d+) (\w+)/.exec(query) ?? [];
    return Number(count) * (unitSeconds[unit?.replace(/S$/, '') ?? ''] ?? NaN);
  });
}
