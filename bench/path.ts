import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { startEngine } from './lib/engine';
import type { Answers } from './lib/formats';
import { fetchFormats } from './lib/formats';
import { panelRows, panelStatements } from './lib/panelRows';
import { short } from './lib/numbers';
import { textTable } from './lib/print';
import { circumstances, circumstancesText, commandLine, table, writeReport } from './lib/report';
import type { PageRun, PathWindow, Way } from './path/contest';
import { formatOf, ways } from './path/contest';
import { startServer } from './path/server';

export interface PathOptions {
  readonly rounds: number;
  readonly results?: string;
}

interface Round extends PageRun {
  readonly way: Way;
  /** Peak resident memory of the page's process less what it held before, in MiB. */
  readonly peakMiB: number;
}

/** Where an answer comes from: from memory, so that only the way is measured, or from the engine as it makes it. */
const sources = ['recorded', 'live'] as const;

/** One way to ask: every way is asked for each, in turn. */
const settings = panelStatements.flatMap(({ name, sql }, n) => sources.map((source) => ({ name, sql, n, source })));

/**
 * From HTTP to data frames in real Chromium, 1 M rows × 4 columns: the plugin's path (Native, drawn as it comes) against FORMAT
 * JSON and Arrow (fetched whole, as other plugins do). Every run has a browser of its own, so that no run sees another's memory.
 */
export async function runPath({ rounds, results }: PathOptions): Promise<void> {
  const script = await bundle();
  const recorded: Answers[] = [];
  for (const { sql } of panelStatements) recorded.push(await fetchFormats(sql, Object.values(formatOf)));
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-path-'));
  const engine = await startEngine(folder);
  const statements = panelStatements.map(({ sql }) => sql);
  const answers = recorded.map(({ byFormat }) => byFormat);
  const server = await startServer({ script, recorded: answers, statements, engineUrl: engine.url });
  const all: Round[][] = settings.map(() => []);
  let browserVersion = '';
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [s, { source, n }] of settings.entries()) {
        for (const way of ways) {
          const { version, ...measured } = await runOnce(way, server.url, `${source}/${n}`);
          browserVersion = version;
          // The first round warms the machine's caches and does not count.
          if (round > 0) all[s]!.push({ way, ...measured });
        }
      }
      console.log(`round ${round} of ${rounds}`);
    }
  } finally {
    await server.close();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const parts = settings.map(({ name, source, n }, s) => ({
    title: `Label as ${name}, ${source === 'live' ? 'the engine at work' : 'from memory'}`,
    lines: linesOf(all[s]!, answers[n]!),
  }));
  for (const { title, lines } of parts) console.log(`\n${title}\n${textTable(lines)}`);
  const arrow = JSON.parse(readFileSync('node_modules/apache-arrow/package.json', 'utf8')) as { version: string };
  const versions = { clickhouse: engine.version, chromium: browserVersion, 'apache-arrow': arrow.version };
  const facts = circumstances(commandLine(), versions);
  const markdown = `# From HTTP to data frames: ${panelRows.toLocaleString('en')} rows × 4 columns in Chromium

DateTime, a label of 20 values, UInt64, Float64. *From memory*: the engine's answers were recorded and served in pieces of 64 KiB, so only the way counts. *The engine at work*:
\`tidemark serve\` makes the answer while it is read. Native by the plugin's own path (places, client, decoder, frames, partial drawing), JSON by \`response.json()\` and arrays from
its rows, Arrow by apache-arrow and plain arrays. Median of ${rounds} runs in turn, each in a browser of its own (nothing compiled before). Time: from the request until the whole
answer was painted. First drawn: until the first rows were painted. Memory: peak resident memory of the page's process less that before (code, heap and buffers). Ratios: to JSON of
the same run.

${circumstancesText(facts, 'path')}

${parts.map(({ title, lines }) => `## ${title}\n\n${table(lines)}`).join('\n\n')}
`;
  writeReport(
    'path',
    { ...facts, rounds, settings: settings.map(({ name, source }) => ({ name, source })), runs: all },
    markdown,
    results,
  );
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname ?? __dirname, 'path', 'page.ts')],
    ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2022', platform: 'browser' },
  });
  return outputFiles![0]!.text;
}

async function runOnce(
  way: Way,
  url: string,
  answer: string,
): Promise<Omit<Round, 'way'> & { readonly version: string }> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(() => (globalThis as unknown as { gc(): void }).gc());
    // Which of the browser's renderers has the page is not said: it is the one that grows most.
    const before = new Map((await rendererPids(browser)).map((pid) => [pid, residentMiB(pid, 'VmRSS')] as const));
    // Forgets the peak so far.
    for (const pid of before.keys()) writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const run = await page.evaluate(
      ([chosen, address]) => (globalThis as unknown as PathWindow).runWay(chosen as Way, address!),
      [way, `${url}/${answer}`] as const,
    );
    const growth = [...before].map(([pid, held]) => residentMiB(pid, 'VmHWM') - held);
    return { ...run, peakMiB: Math.max(...growth), version: browser.version() };
  } finally {
    await browser.close();
  }
}

async function rendererPids(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

function residentMiB(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}

function linesOf(rounds: readonly Round[], bytes: ReadonlyMap<string, Uint8Array>): string[][] {
  const checks = new Set(rounds.map(({ rows, check }) => `${rows}: ${check}`));
  if (checks.size !== 1) throw new Error(`The ways do not give the same values: ${[...checks].join(' | ')}`);
  const of = (way: Way, what: 'totalMs' | 'firstDrawnMs' | 'peakMiB' | 'drawings') =>
    median(rounds.filter((round) => round.way === way).map((round) => round[what]));
  const ratio = (way: Way, what: 'totalMs' | 'peakMiB') => `1/${short(of('json', what) / of(way, what))}`;
  return [
    [
      '',
      'answer, MB',
      'time, ms',
      'of JSON’s',
      'first drawn, ms',
      'of its total',
      'drawings',
      'peak, MiB',
      'of JSON’s',
    ],
    ...ways.map((way) => [
      { tidemark: 'Tidemark (Native)', json: 'FORMAT JSON', arrow: 'Arrow' }[way],
      short((bytes.get(formatOf[way])?.length ?? 0) / 1e6),
      short(of(way, 'totalMs')),
      ratio(way, 'totalMs'),
      short(of(way, 'firstDrawnMs')),
      `1/${short(of(way, 'totalMs') / of(way, 'firstDrawnMs'))}`,
      short(of(way, 'drawings')),
      short(of(way, 'peakMiB')),
      ratio(way, 'peakMiB'),
    ]),
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
