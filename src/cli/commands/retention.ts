import { Option } from 'commander';
import type { Command } from 'commander';

import { localDay, dayText } from '../../core/metrics/calendar';
import { TidemarkError } from '../../core/errors';
import type { RetentionSpec } from '../../core/retention';
import { mostPeriods, retentionIntervals } from '../../core/retention';
import { checkZone } from '../../core/time/zone';
import type { Config } from '../../config/config';
import { nearest } from '../../config/nearest';
import type { RetentionQuestion } from '../../schema';
import { dataEndSql, inspect, planRetention, readStatus, requireMigrated } from '../../schema';
import { fail } from '../errors';
import { countRetention, costOf, coverOf, tellRetention } from '../retention';
import { configOption, defineCommand, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';
import { instantOf } from '../instants';

interface RetentionFlags extends ConfigOptions {
  readonly start?: string;
  readonly back?: string;
  readonly mode?: string;
  readonly interval?: string;
  readonly rolling?: boolean;
  readonly by?: string;
  readonly breakdown?: string;
  readonly periods?: string;
  readonly from?: string;
  readonly to?: string;
  readonly tz?: string;
  readonly after?: boolean;
  readonly sql?: boolean;
}

const modes = ['first-time', 'recurring'] as const;

/** `tidemark retention`: who comes back, of a saved retention or of one that is asked for just now. */
export function retentionCommand(): Command {
  return defineCommand({
    name: 'retention',
    summary: 'Show who comes back: a saved retention, or any start and return, cohort by cohort',
    examples: [
      'tidemark retention',
      'tidemark retention weekly --from 90d',
      'tidemark retention --start sign_up --back purchase --interval week',
      'tidemark retention --start sign_up --interval day --rolling --periods 7 --from 14d',
      'tidemark retention --mode recurring --interval month --from 2026-01-01 --after',
      'tidemark retention --start sign_up --breakdown country --sql',
    ],
  })
    .argument('[name]', 'name of a retention saved in tidemark.yaml; without one, the options say what is asked')
    .option('--start <event>', 'event that puts a user into a cohort (default: any)')
    .option('--back <event>', 'event that counts as coming back (default: any)')
    .option('--mode <mode>', 'first-time: the cohort of the first start ever; recurring: of every start')
    .option('--interval <interval>', 'day, week or month (default: week)')
    .option('--rolling', 'windows of 24 hours (weeks: 7 × 24) from each start on, instead of calendar days')
    .option('--by <dimension>', 'who is followed: user, or a dimension such as account (default: user)')
    .option('--breakdown <dimension>', 'tell cohorts apart by its value at the start')
    .option('--periods <n>', 'intervals after the first (default: 12)')
    .option('--from <time>', 'first cohort: a day, or 90d, 12w back (default: as far back as the periods)')
    .option('--to <time>', 'last cohort: a day (default: now)')
    .option('--tz <zone>', 'time zone of the days (default: reporting.timezone)')
    .addOption(new Option('--after', 'who came in an interval or in a later one, instead of in it'))
    .addOption(new Option('--sql', 'print the statement and its cost, and do not run it'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(retention);
}

async function retention(name: string | undefined, flags: RetentionFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    if (!config.roles.events) throw fail('usage_no_events', { file: config.file });
    const question = questionOf(name, flags, config, Date.now());
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const plan = asUsage(() => planRetention(installation, question));
    const cover = coverOf(await readStatus(installation, db), plan.tables, dataEndSql(installation));
    const sql = `${plan.sql(cover.sql)}\nORDER BY cohort, grp, k`;
    const cost = await costOf(db, sql);
    const told = { question, tables: plan.tables, cost, coveredTo: cover.hi };
    tellRetention.cost(out, told);
    if (cover.warning !== undefined) out.note(cover.warning);
    if (flags.sql) {
      out.data({ ...told, sql });
      out.say(sql);
      return;
    }
    const cells = await countRetention(db, sql);
    tellRetention.grid(out, { ...told, cells, after: flags.after === true });
  });
}

/** What the core refuses is the command line's fault: exit code 2. */
function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    throw new TidemarkError(`usage_${thrown.code}`, thrown.message, thrown.facts);
  }
}

const intervalDays = { day: 1, week: 7, month: 31 } as const;

/** Reads the options. Throws usage_unknown_retention, usage_saved_retention, usage_bad_choice, usage_bad_number, usage_bad_time, bad_zone. */
export function questionOf(
  name: string | undefined,
  flags: RetentionFlags,
  config: Pick<Config, 'file' | 'reporting' | 'retentions'>,
  nowMs: number,
): RetentionQuestion {
  const spec = name === undefined ? askedSpec(flags) : savedSpec(name, flags, config);
  const timezone = checkZone(flags.tz ?? config.reporting.timezone);
  const toMs = flags.to === undefined ? nowMs : instantOf('--to', flags.to, timezone, nowMs);
  const back = `${spec.periods * intervalDays[spec.interval]}d`;
  const fromMs = instantOf('--from', flags.from ?? back, timezone, toMs);
  const [from, to] = [fromMs, toMs].map((ms) => dayText(localDay(ms, timezone))) as [string, string];
  if (from > to) throw fail('usage_range_backwards', { from, to });
  return { spec, saved: name !== undefined, timezone, from, to };
}

function savedSpec(
  given: string,
  flags: RetentionFlags,
  { file, retentions }: Pick<Config, 'file' | 'retentions'>,
): RetentionSpec {
  const saved = retentions.map((r) => r.name);
  const found = retentions.find((r) => r.name === given);
  if (!found) {
    const near = nearest(given, saved);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    throw fail('usage_unknown_retention', { given, meant, saved, file });
  }
  for (const option of ['start', 'back', 'mode', 'interval', 'rolling', 'by', 'breakdown', 'periods'] as const)
    if (flags[option] !== undefined) throw fail('usage_saved_retention', { retention: given, option: `--${option}` });
  return found;
}

function askedSpec(flags: RetentionFlags): RetentionSpec {
  const { start, back, breakdown, by = 'user' } = flags;
  const mode = choice('--mode', flags.mode ?? 'first-time', modes);
  const interval = choice('--interval', flags.interval ?? 'week', retentionIntervals);
  const periods = Number(flags.periods ?? 12);
  if (!Number.isInteger(periods) || periods < 1 || periods > mostPeriods)
    throw fail('usage_bad_choice', {
      option: '--periods',
      given: flags.periods ?? '',
      accepted: [`the whole numbers from 1 to ${mostPeriods}`],
    });
  return {
    name: 'asked',
    title: `${start ?? 'any event'}, then ${back ?? 'any event'}`,
    ...(start !== undefined && { start: { event: start } }),
    ...(back !== undefined && { back: { event: back } }),
    ...(breakdown !== undefined && { breakdown }),
    mode,
    interval,
    windows: flags.rolling ? 'rolling' : 'calendar',
    by,
    periods,
  };
}

function choice<T extends string>(option: string, given: string, accepted: readonly T[]): T {
  const found = accepted.find((value) => value === given);
  if (found === undefined) throw fail('usage_bad_choice', { option, given, accepted });
  return found;
}
