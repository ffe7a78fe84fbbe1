import { Option } from 'commander';
import type { Command } from 'commander';

import type { FunnelRow } from '../../core/funnel/table';
import { withAllSteps } from '../../core/funnel/table';
import { funnelOrders } from '../../core/funnel/spec';
import type { FunnelSpec } from '../../core/funnel/spec';
import { dayText, localDay } from '../../core/metrics/calendar';
import { checkZone } from '../../core/time/zone';
import { funnelAnswer, inspect, readStatus, requireMigrated } from '../../schema';
import type { FunnelAnswer, FunnelQuestion, RollupStatus } from '../../schema';
import { fail } from '../errors';
import { rowsRead } from '../explained';
import type { FunnelFlags } from '../funnelOptions';
import { funnelOf } from '../funnelOptions';
import { instantOf } from '../instants';
import { grouped } from '../output';
import type { Cell, Output } from '../output';
import { configOption, defineCommand, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface Flags extends ConfigOptions, FunnelFlags {
  readonly from: string;
  readonly to?: string;
  readonly tz?: string;
  readonly count: 'entries' | 'users';
  readonly sql?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `tidemark funnel`: conversion of a saved funnel, or of steps named on the command line. */
export function funnelCommand(): Command {
  return defineCommand({
    name: 'funnel',
    summary: 'Conversion through a saved funnel, or through any steps, with its cost said before',
    examples: [
      'tidemark funnel signup_to_purchase --from 90d',
      'tidemark funnel --steps sign_up,add_to_cart,purchase --window 14d',
      'tidemark funnel --steps "sign_up,add_to_cart?,purchase[country=DE|FR]" --breakdown platform --attribution last',
      'tidemark funnel --steps add_to_cart,purchase --window 2h --exclude checkout --count users',
      'tidemark funnel --steps view,checkout --order strict --from 2026-03-01 --to 2026-04-01 --sql',
    ],
  })
    .argument('[name]', 'a funnel that is saved in tidemark.yaml (funnels:)')
    .option(
      '--steps <events>',
      'events in order, commas between them: event, event[dimension=a|b], event? may be left out',
    )
    .option('--window <time>', 'time from the first step to the last: 30m, 12h, 14d (default: 14d)')
    .addOption(
      new Option('--order <order>', 'what may come between steps (default: ordered)').choices([...funnelOrders]),
    )
    .option('--exclude <event>', 'event that voids a way, event:1-2 between two steps; may be repeated', collect, [])
    .option('--by <who>', 'who is followed: user, or a dimension such as account (default: user)')
    .option('--breakdown <dimension>', 'dimension by whose values it is told apart')
    .option('--attribution <step>', 'whose value counts: first, last, or the number of a step (default: first)')
    .option('--from <day>', 'first day of entry: a day in the zone, or 30d, 12w back from the end', '30d')
    .option('--to <day>', 'end of the days of entry, itself not in them; ways may end later (default: now)')
    .option('--tz <zone>', 'time zone of the days (default: reporting.timezone)')
    .addOption(
      new Option('--count <what>', 'entries: once per day of entry; users: once altogether, by the best day')
        .choices(['entries', 'users'])
        .default('entries'),
    )
    .option('--sql', 'show the SQL and do not run it')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(name: string | undefined, flags: Flags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const funnel = funnelOf(name, flags, config.funnels);
    const nowMs = Date.now();
    const question = questionOf(funnel, flags, config.reporting.timezone, nowMs);
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const answer = funnelAnswer(installation, question);
    const freshness = answer.isRollup ? stale(answer.from, await readStatus(installation, db)) : undefined;
    const cost = await rowsRead(db, answer.sql);
    const { from } = answer;
    if (flags.sql) {
      out.data({ from, rowsToRead: cost, freshness: freshness ?? null, sql: answer.sql });
      tellHead(out, question, answer, cost, freshness);
      return out.say(`\n${answer.sql}`);
    }
    tellHead(out, question, answer, cost, freshness);
    const startedMs = performance.now();
    const rows = withAllSteps(funnel, await db.query<FunnelRow>(answer.sql));
    const ms = Math.round(performance.now() - startedMs);
    const steps = toldSteps(funnel, rows);
    out.data({ from, rowsToRead: cost, ms, freshness: freshness ?? null, count: flags.count, steps });
    tellSteps(out, funnel, rows, ms);
  });
}

function questionOf(funnel: FunnelSpec, flags: Flags, reportingZone: string, nowMs: number): FunnelQuestion {
  const timezone = checkZone(flags.tz ?? reportingZone);
  const toMs = flags.to === undefined ? nowMs : instantOf('--to', flags.to, timezone, nowMs);
  const fromMs = instantOf('--from', flags.from, timezone, toMs);
  const [firstDay, lastDay] = [localDay(fromMs, timezone), localDay(toMs - 1, timezone)];
  if (lastDay < firstDay || firstDay < 0)
    throw fail('usage_funnel_range', { from: dayText(firstDay), to: dayText(lastDay + 1) });
  return { funnel, firstDay, lastDay, timezone, count: flags.count, nowMs };
}

/** Why a rollup's numbers may be behind; undefined where it is fresh. */
function stale(rollup: string, status: readonly RollupStatus[]): string | undefined {
  const own = status.find((s) => s.rollup === rollup);
  if (!own || own.hi === null)
    return `${rollup} was never filled: the numbers are not there yet. tidemark refresh fills it, tidemark status says how far it is.`;
  if (own.verdict === 'fresh') return undefined;
  return `${rollup} is ${own.verdict}: it counts rows that arrived up to ${own.hi} UTC${own.exception === '' ? '' : `, and its last refresh failed (${own.exception})`}. tidemark doctor says what to do.`;
}

function tellHead(
  out: Output,
  { funnel, firstDay, lastDay, timezone, count }: FunnelQuestion,
  { from }: FunnelAnswer,
  cost: number | null,
  freshness: string | undefined,
): void {
  const days = `entries from ${dayText(firstDay)} to ${dayText(lastDay)} (${timezone})`;
  out.say(`${funnel.title}: ${days}, ${count === 'users' ? 'each once altogether' : 'each once per day'}.`);
  out.say(`Reads ${cost === null ? 'an unknown number of' : `about ${grouped(cost)}`} rows of ${from}.`);
  if (freshness !== undefined) out.say(freshness);
}

/** A step's numbers as they are told. */
interface ToldStep extends FunnelRow {
  readonly title: string;
  /** Share of those who reached the last step before it that nobody may leave out; null at the first and where nobody did. */
  readonly of_step_before: number | null;
  readonly of_entries: number | null;
}

function toldSteps(funnel: FunnelSpec, rows: readonly FunnelRow[]): readonly ToldStep[] {
  return rows.map((row) => {
    const at = (step: number) => rows.find((r) => r.grp === row.grp && r.step === step)?.entries ?? 0;
    let before = row.step - 1;
    while (funnel.steps[before - 1]?.optional) before--;
    const share = (of: number) => (of === 0 ? null : row.entries / of);
    const step = funnel.steps[row.step - 1];
    return {
      ...row,
      title: step?.title ?? step?.event ?? '',
      of_step_before: row.step === 1 ? null : share(at(before)),
      of_entries: share(at(1)),
    };
  });
}

function tellSteps(out: Output, funnel: FunnelSpec, rows: readonly FunnelRow[], ms: number): void {
  const group = funnel.breakdown === undefined ? [] : [funnel.breakdown];
  const percent = (share: number | null): Cell => (share === null ? null : `${(share * 100).toFixed(1)} %`);
  out.table(
    [...group, 'step', 'is', 'entries', 'of step before', 'of entries', 'median time', 'p90 time', 'window open'],
    toldSteps(funnel, rows).map((s) => [
      ...(group.length > 0 ? [s.grp === '' ? '(none)' : s.grp] : []),
      s.step,
      `${s.title}${funnel.steps[s.step - 1]?.optional ? ' (may be left out)' : ''}`,
      s.entries,
      percent(s.of_step_before),
      percent(s.of_entries),
      s.step === 1 ? null : timeText(s.median_ms),
      s.step === 1 ? null : timeText(s.p90_ms),
      s.open,
    ]),
  );
  const reached = new Set(rows.filter((r) => r.entries > 0).map((r) => r.step));
  const never = funnel.steps.findIndex((_, i) => !reached.has(i + 1));
  const event = funnel.steps[never]?.event ?? '';
  if (never === 0 && funnel.order !== 'unordered')
    out.say(`Nobody entered: no row of ${event} on these days. Look at the name and the range.`);
  else if (never >= 0)
    out.say(`Nobody reached step ${never + 1} (${event}). If that surprises, look at the event's name.`);
  out.say(`${grouped(ms)} ms.`);
}

/** A time in its two greatest units: `3 d 4 h`, `12 min 5 s`, `350 ms`. */
export function timeText(ms: number | null): string | null {
  if (ms === null) return null;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  let left = Math.round(ms / 1000);
  const parts = units.flatMap(([unit, seconds]) => {
    const n = Math.floor(left / seconds);
    left -= n * seconds;
    return n === 0 ? [] : [`${n} ${unit}`];
  });
  return parts.slice(0, 2).join(' ');
}
