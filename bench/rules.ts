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

interface RuleTime {
  readonly rule: string;
  readonly subjects: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly rowsRead: number;
  /** CPU of the engine for one question, in ms. */
  readonly cpuMs: number;
}

/** Every alert view, asked as an executor asks it: the whole row, read to its end. */
export async function runRules(options: RulesOptions): Promise<void> {
  const { rows, days, runs, data, results } = options;
  const folder = data === undefined ? undefined : `${data}-${rows}`;
  await withDataset({ rows, days, sources: knownSources(), folder }, async (dataset) => {
    await installOver(dataset);
    await settled();
    const { engine } = dataset;
    // CPU is the process's: nothing else may run in it meanwhile.
    await engine.command('SYSTEM STOP VIEWS');
    const times = await measureRules(dataset, runs);
    await engine.command('SYSTEM START VIEWS');
    const perMinuteMs = times.reduce((sum, t) => sum + t.cpuMs, 0);
    const share = perMinuteMs / 60_000;
    const head = ['rule', 'subjects', 'p50 ms', 'p95 ms', 'rows read', 'CPU ms'];
    const cells = times.map((t) => [
      t.rule,
      grouped(t.subjects),
      short(t.p50Ms),
      short(t.p95Ms),
      grouped(t.rowsRead),
      short(t.cpuMs),
    ]);
    const slow = times.filter((t) => t.p95Ms > goals.p95Ms);
    const verdict = [
      `All ${times.length} rules once a minute: ${short(perMinuteMs)} ms of CPU, ${percent(share)} of one core (goal ${percent(goals.share)}: ${share <= goals.share ? 'kept' : 'missed'}).`,
      slow.length === 0
        ? `Every view answers within ${goals.p95Ms} ms at p95.`
        : `Above ${goals.p95Ms} ms at p95: ${slow.map((t) => `${t.rule} (${short(t.p95Ms)} ms)`).join(', ')}.`,
    ];
    console.log(`\n${textTable([head, ...cells])}\n\n${verdict.join('\n')}`);
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    const markdown = `# What the alert rules cost over ${grouped(rows)} events

Every view \`alert_<rule>\`, whole, FORMAT Native over HTTP, ${runs} runs each; CPU of the engine's process with all views stopped. Grafana asks each view three times
an evaluation (\`firing\`, \`value\`, \`threshold\`), \`tidemark alerts run\` and the watching views once.

${circumstancesText(facts, 'rules')}

${table([head, ...cells])}

${verdict.join('\n')}
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
    await post(engine.url, sql, { default_format: 'Native' });
    const before = cpuSeconds(engine.pid);
    const ms: number[] = [];
    for (let i = 0; i < runs; i++) ms.push((await post(engine.url, sql, { default_format: 'Native' })).ms);
    const cpuMs = ((cpuSeconds(engine.pid) - before) * 1000) / runs;
    const time = { rule, subjects: answer.rows, p50Ms: median(ms), p95Ms: quantile(ms, 0.95), cpuMs };
    times.push({ ...time, rowsRead: answer.statistics.rows_read });
    console.log(`${rule}: ${short(time.p50Ms)} ms, ${short(cpuMs)} ms of CPU`);
  }
  return times;
}
