import { alertStatement } from '../src/alerts/grafana/query';
import { knownSources } from './lib/config';
import { withDataset } from './lib/dataset';
import type { Dataset } from './lib/dataset';
import { post } from './lib/http';
import { installOver, settled } from './lib/install';
import { grouped, median, percent, quantile, short } from './lib/numbers';
import { textTable } from './lib/print';
import { cpuSeconds } from './lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from './lib/report';

export interface RulesOptions {
  readonly rows: number;
  readonly days: number;
  readonly runs: number;
  readonly data?: string;
  readonly results?: string;
}

/** What every alert view promises: ms at p95, and all of them together once a minute, as a share of one core. */
const goals = { p95Ms: 50, share: 0.02 } as const;

interface Times {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

interface RuleTime extends Times {
  readonly rule: string;
  readonly subjects: number;
  /** Of one of Grafana's three questions: subject and one number, without the text. */
  readonly grafana: Times;
  readonly rowsRead: number;
  /** CPU of the engine for the whole view once, in ms. */
  readonly cpuMs: number;
}

/** Every alert view, asked as an executor asks it: the whole row, read to its end. */
export async function runRules(options: RulesOptions): Promise<void> {
  const { rows, days, runs, data, results } = options;
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  await withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    await installOver(dataset);
    await settled(dataset.engine);
    const { engine } = dataset;
    // CPU is the process's: nothing else may run in it meanwhile.
    await engine.command('SYSTEM STOP VIEWS');
    const times = await measureRules(dataset, runs);
    await engine.command('SYSTEM START VIEWS');
    const perMinuteMs = times.reduce((sum, t) => sum + t.cpuMs, 0);
    const share = perMinuteMs / 60_000;
    const head = ['rule', 'subjects', 'p50 ms', 'p95 ms', 'Grafana p50 ms', 'Grafana p95 ms', 'rows read', 'CPU ms'];
    const cells = times.map((t) => [
      t.rule,
      grouped(t.subjects),
      short(t.p50Ms),
      short(t.p95Ms),
      short(t.grafana.p50Ms),
      short(t.grafana.p95Ms),
      grouped(t.rowsRead),
      short(t.cpuMs),
    ]);
    const slow = (what: string, of: (time: RuleTime) => number) => {
      const above = times.filter((t) => of(t) > goals.p95Ms);
      const names = above.map((t) => `${t.rule} (${short(of(t))} ms)`).join(', ');
      return `${what}: ${times.length - above.length} of ${times.length} within ${goals.p95Ms} ms${names === '' ? '' : `; above it ${names}`}.`;
    };
    const verdict = [
      `All ${times.length} rules once a minute: ${short(perMinuteMs)} ms of CPU, ${percent(share)} of one core (goal ${percent(goals.share)}: ${share <= goals.share ? 'kept' : 'missed'}).`,
      slow('The whole view at p95', (t) => t.p95Ms),
      slow('The whole view at p50', (t) => t.p50Ms),
      slow('What Grafana asks at p95', (t) => t.grafana.p95Ms),
      slow('What Grafana asks at p50', (t) => t.grafana.p50Ms),
    ];
    console.log(`\n${textTable([head, ...cells])}\n\n${verdict.join('\n')}`);
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    const markdown = `# What the alert rules cost over ${grouped(rows)} events

Every view \`alert_<rule>\`, whole, FORMAT Native over HTTP, ${runs} runs each; CPU of the engine's process with all views stopped. Grafana asks each view three times
an evaluation (\`firing\`, \`value\`, \`threshold\`; subject and number, without the text: the columns *Grafana*), \`tidemark alerts run\` and the watching
views once, whole.

${circumstancesText(facts, 'rules')}

${table([head, ...cells])}

${verdict.map((line) => `- ${line}`).join('\n')}
`;
    writeReport('rules', { ...facts, goals, options, times, share }, markdown, results);
  });
}

async function measureRules({ engine }: Dataset, runs: number): Promise<RuleTime[]> {
  const rules = await engine.query<{ rule: string; view: string }>(
    'SELECT rule, view FROM tidemark.catalog_rules ORDER BY pack, rule',
  );
  const times: RuleTime[] = [];
  for (const { rule, view } of rules) {
    const sql = `SELECT * FROM tidemark.${view}`;
    const first = await post(engine.url, sql, { default_format: 'JSON', wait_end_of_query: '1' });
    const answer = JSON.parse(first.body.toString()) as { rows: number; statistics: { rows_read: number } };
    const before = cpuSeconds(engine.pid);
    const whole = await timesOf(engine.url, sql, runs);
    const cpuMs = ((cpuSeconds(engine.pid) - before) * 1000) / (runs + 1);
    const grafana = await timesOf(engine.url, alertStatement('tidemark', { name: rule }, 'firing'), runs);
    times.push({ rule, subjects: answer.rows, ...whole, grafana, cpuMs, rowsRead: answer.statistics.rows_read });
    console.log(
      `${rule}: ${short(whole.p50Ms)} ms, ${short(grafana.p50Ms)} ms as Grafana asks, ${short(cpuMs)} ms of CPU`,
    );
  }
  return times;
}

/** The first of them warms up. */
async function timesOf(url: string, sql: string, runs: number): Promise<Times> {
  await post(url, sql, { default_format: 'Native' });
  const ms: number[] = [];
  for (let i = 0; i < runs; i++) ms.push((await post(url, sql, { default_format: 'Native' })).ms);
  return { p50Ms: median(ms), p95Ms: quantile(ms, 0.95) };
}
