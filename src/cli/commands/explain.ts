import { Option } from 'commander';
import type { Command } from 'commander';

import { dayStart, localDay } from '../../core/metrics/calendar';
import { nearest } from '../../config/nearest';
import type { Filter, PlannerCatalogue, Question } from '../../core/metrics';
import { parseInterval, planQuestion } from '../../core/metrics';
import { TidemarkError } from '../../core/errors';
import { checkZone } from '../../core/time/zone';
import { inspect, readStatus, requireMigrated } from '../../schema';
import { plannerCatalogue, watermarksOf } from '../../schema';
import { fail } from '../errors';
import { tablesOf, tell, tellAnswer, tellMetrics, timed } from '../explained';
import { configOption, defineCommand, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface ExplainFlags extends ConfigOptions {
  readonly from?: string;
  readonly to?: string;
  readonly interval: string;
  readonly by: readonly string[];
  readonly where: readonly string[];
  readonly tz?: string;
  readonly top?: string;
  readonly stale?: boolean;
  readonly run?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `tidemark explain`: from which table a question about a metric is answered, why not from others, and by which SQL. */
export function explainCommand(): Command {
  return defineCommand({
    name: 'explain',
    summary: 'Show from which rollup a question about a metric is answered, why not from others, and the SQL',
    examples: [
      'tidemark explain',
      'tidemark explain dau --from 2026-03-01 --to 2026-04-01',
      'tidemark explain latency_p95 --from 24h --interval hour --by endpoint --run',
      'tidemark explain events --from 7d --interval hour --by event --top 5 --run',
      'tidemark explain gross_revenue --from 2026-01-01 --interval month --where currency=EUR --tz Europe/Berlin',
    ],
  })
    .argument('[metric]', 'name of the metric; without one, all that are installed are listed')
    .option('--from <time>', 'begin of the range: a day or time in the zone, or 30d, 12h back from its end', '30d')
    .option('--to <time>', 'end of the range, itself not in it: a day or time in the zone (default: now)')
    .option('--interval <interval>', 'width of the buckets: all, 15m, hour, day, week, month, …', 'day')
    .option('--by <dimensions>', 'dimensions to group by, separated by commas', split, [])
    .option(
      '--where <filter>',
      'dimension=a,b; != for none of them; =~ and !~ for patterns; may be repeated',
      collect,
      [],
    )
    .option('--tz <zone>', 'time zone of days and weeks (default: reporting.timezone)')
    .option('--top <n>', 'only the N greatest groups, all others as (other)')
    .addOption(new Option('--stale', 'leave out rows that the rollups have not counted yet'))
    .option('--run', 'also run it: rows, milliseconds, rows read')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(explain);
}

const split = (value: string): readonly string[] => value.split(',').map((part) => part.trim());

async function explain(metric: string | undefined, flags: ExplainFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const catalogue = plannerCatalogue(installation, watermarksOf(await readStatus(installation, db)));
    if (metric === undefined) {
      tellMetrics(out, catalogue);
      return;
    }
    const nowMs = Date.now();
    const { question, plan } = usage(catalogue, () => {
      const asked = questionOf(metric, flags, config.reporting.timezone, nowMs);
      return { question: asked, plan: planQuestion(asked, catalogue, nowMs) };
    });
    const answer = flags.run ? await timed(db, plan.sql) : undefined;
    const tables = tablesOf(catalogue, question, plan);
    out.data({ question, ...plan, tables, ...answer });
    tell(out, question, plan, tables);
    if (answer) tellAnswer(out, answer);
  });
}

/** What the planner refuses is the command line's fault: exit code 2, with the word that was probably meant. */
function usage<T>(catalogue: PlannerCatalogue, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || thrown.code === 'no_answer' || thrown.code.startsWith('usage_'))
      throw thrown;
    throw new TidemarkError(`usage_${thrown.code}`, `${thrown.message}${meant(catalogue, thrown)}`, thrown.facts);
  }
}

function meant({ metrics }: PlannerCatalogue, { code, facts }: TidemarkError): string {
  const accepted = metrics.find((m) => m.name === facts['metric'])?.dimensions ?? [];
  const near =
    code === 'unknown_metric'
      ? nearest(
          String(facts['metric']),
          metrics.map((m) => m.name),
        )
      : code === 'unknown_dimension'
        ? nearest(String(facts['dimension']), accepted)
        : undefined;
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

/** Reads the options. Throws usage_bad_time, usage_bad_filter, usage_bad_number, bad_zone, bad_interval. */
export function questionOf(metric: string, flags: ExplainFlags, reportingZone: string, nowMs: number): Question {
  const timezone = checkZone(flags.tz ?? reportingZone);
  const toMs = flags.to === undefined ? nowMs : instantOf('--to', flags.to, timezone, nowMs);
  const top = flags.top === undefined ? undefined : Number(flags.top);
  if (top !== undefined && !Number.isInteger(top))
    throw fail('usage_bad_number', { option: '--top', given: flags.top ?? '' });
  return {
    metric,
    fromMs: instantOf('--from', flags.from ?? '30d', timezone, toMs),
    toMs,
    interval: parseInterval(flags.interval),
    by: flags.by,
    where: flags.where.map(filterOf),
    timezone,
    ...(top !== undefined && { topN: top }),
    ...(flags.stale && { freshness: 'rollup' as const }),
  };
}

const unitMs = { m: 60_000, h: 3_600_000 } as const;

/** `now`, `2026-03-01`, `2026-03-01T12:30` or `2026-03-01 12:30:15` in the zone, the same with Z or an offset, `30d` back. */
export function instantOf(option: string, text: string, zone: string, baseMs: number): number {
  if (text === 'now') return baseMs;
  const back = /^(\d{1,5})([mhdw])$/.exec(text);
  const count = Number(back?.[1]);
  if (back?.[2] === 'm' || back?.[2] === 'h') return baseMs - count * unitMs[back[2]];
  // Whole days back: from the beginning of a day, so that a rollup answers all of it.
  if (back) return dayStart(localDay(baseMs, zone) - count * (back[2] === 'w' ? 7 : 1), zone);
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const [, date = '', hour = '00', minute = '00', second = '00', offset] = match ?? [];
  const utcMs = Date.parse(`${date}T${hour}:${minute}:${second}${offset ?? 'Z'}`);
  if (!match || Number.isNaN(utcMs)) throw fail('usage_bad_time', { option, given: text });
  if (offset) return utcMs;
  const start = dayStart(Math.floor(utcMs / 86_400_000), zone);
  // Clock time within the day: midnight plus what has passed, corrected by a clock change in between.
  const guess = start + (utcMs % 86_400_000);
  const shown = wallMs(guess, zone);
  return guess + (utcMs - shown);
}

function wallMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
    ms,
  );
  return Date.parse(`${parts.replace(' ', 'T')}Z`) + (ms % 1000);
}

const operators = { '!=': '!=', '=~': 'matches', '!~': 'not matches', '=': '=' } as const;

/** `event=a,b`, `event!=a`, `event=~^sign`, `event!~x`; commas separate values, not patterns. Throws usage_bad_filter. */
function filterOf(text: string): Filter {
  const match = /^(\w+)\s*(!=|=~|!~|=)(.*)$/s.exec(text);
  const [, dimension, sign, values = ''] = match ?? [];
  if (dimension === undefined || !(sign && sign in operators)) throw fail('usage_bad_filter', { given: text });
  const operator = operators[sign as keyof typeof operators];
  return { dimension, operator, values: operator.includes('matches') ? [values] : values.split(',') };
}
