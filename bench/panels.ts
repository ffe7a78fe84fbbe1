import { readFileSync } from 'node:fs';

import { knownSources } from './lib/config';
import { readDashboard } from './lib/dashboards';
import { withDataset } from './lib/dataset';
import type { Installed } from './lib/install';
import { installOver, settled } from './lib/install';
import { grouped, megabytes, short } from './lib/numbers';
import { textTable } from './lib/print';
import { circumstances, circumstancesText, commandLine, table, writeReport } from './lib/report';
import type { Generated } from './lib/data/generate';
import { measureFloor, measurePanels } from './panels/measure';
import type { PanelTime } from './panels/measure';
import { goals, judge, missLines, panelCells, panelHead } from './panels/report';

export interface PanelsOptions {
  readonly rows: number;
  readonly days: number;
  /** Rows of the smaller data set, over the same days, that growth is told from; 0 for none. */
  readonly small: number;
  readonly runs: number;
  readonly data?: string;
  readonly results?: string;
  /** A panels.json whose raw times are taken over where the raw questions are the same, instead of asking them again. */
  readonly rawFrom?: string;
  /** Whether the views stand still while panels are measured: their first runs over a large data set take long. */
  readonly still?: boolean;
}

interface Measured {
  readonly engine: string;
  readonly times: PanelTime[];
  /** Median ms of `SELECT 1`. */
  readonly floorMs: number;
  readonly installed: Installed;
  readonly generated: readonly Generated[];
}

const dashboardNames = [
  'home',
  'operations',
  'active-users',
  'funnels',
  'retention',
  'feature-adoption',
  'finance',
  'subscriptions',
  'rollups',
  'alerts',
];

/** Every panel of every dashboard over four ranges, against the same questions asked of raw rows. */
export async function runPanels(options: PanelsOptions): Promise<void> {
  const { rows, days, small, results } = options;
  const smaller = small > 0 && small < rows ? await measure(options, small, false) : undefined;
  const former = options.rawFrom === undefined ? undefined : readFormer(options.rawFrom);
  const larger = await measure(options, rows, former === undefined);
  const judged = judge(former ? withRaw(larger.times, former.larger.times) : larger.times, smaller?.times ?? []);
  const misses = missLines(judged);
  console.log(`\n${textTable([panelHead, ...panelCells(judged)])}\n\n${misses.join('\n')}`);
  const facts = circumstances(commandLine(), { clickhouse: larger.engine });
  writeReport('panels', { ...facts, goals, options, smaller, larger: { ...larger, times: judged } }, text(), results);

  function text(): string {
    const grown = smaller ? `; growth: medians over ${grouped(rows)} ÷ over ${grouped(small)} events, same days` : '';
    return `# Panels over ${grouped(rows)} events and their requests and orders, ${days} days

Every query of every dashboard, expanded as the plugin does, FORMAT Native over HTTP, answer read to
its end; ${options.runs} runs each, ${options.still ? 'the views stopped' : 'views refreshing beside them'}. "raw" is the same question of the source with FINAL (the same
number), "no FINAL" counts redelivered copies twice. Ratios are of medians${grown}. Goals: p95 ≤ ${goals.p95Ms} ms, ≥ ${goals.ratio} × for ranges of ${goals.ratioFromDays} days and
more, growth ≤ ${goals.growth} ×. \`SELECT 1\` takes ${short(larger.floorMs)} ms on the same way.${former ? ` Raw times are those of ${former.date}.` : ''}

${circumstancesText(facts, 'panels')}

${table([panelHead, ...panelCells(judged)])}

${misses.join('\n')}

## Stored

${table([['source', 'rows', 'generated, rows/s', 'on disk'], ...larger.generated.map((g) => [g.source, grouped(g.rows), grouped(g.rowsPerSecond), megabytes(g.bytesOnDisk)])])}

${table([['rollup', 'rows', 'on disk'], ...larger.installed.tables.map((t) => [t.table, grouped(t.rows), megabytes(t.bytes)])])}
`;
  }
}

interface Former {
  readonly date: string;
  readonly larger: { readonly times: readonly PanelTime[] };
}

/** @throws Error where the file is no report of this benchmark. */
function readFormer(file: string): Former {
  const read = JSON.parse(readFileSync(file, 'utf8')) as Former;
  if (!Array.isArray(read.larger?.times)) throw new Error(`${file} is no panels.json of this benchmark.`);
  return read;
}

function withRaw(times: readonly PanelTime[], former: readonly PanelTime[]): PanelTime[] {
  return times.map((time) => {
    const { dashboard, panel, range } = time;
    const raw = former.find((f) => f.dashboard === dashboard && f.panel === panel && f.range === range)?.raw;
    return raw ? { ...time, raw } : time;
  });
}

async function measure({ days, runs, data, still }: PanelsOptions, rows: number, raw: boolean): Promise<Measured> {
  const dashboards = dashboardNames.flatMap((name) => {
    const dashboard = readDashboard(name);
    if (!dashboard) console.log(`dashboards/${name}.json is not there: its panels are left out.`);
    return dashboard ? [dashboard] : [];
  });
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  return withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    const installed = await installOver(dataset, { isStill: still ?? false });
    if (!still) await settled(dataset.engine);
    const times = await measurePanels(dataset, dashboards, { runs, raw });
    const floorMs = await measureFloor(dataset);
    return { engine: dataset.engine.version, times, floorMs, installed, generated: dataset.generated };
  });
}
