import type { Command } from 'commander';

import { alertMessage } from '../../alerts/message';
import { formatValue } from '../../alerts/numbers';
import { limitExamples, limitValue } from '../../config/limitValue';
import { nearest } from '../../config/nearest';
import { durationMs } from '../../core/time/duration';
import { alertRules } from '../../packs/rules';
import type { Change, Episode, Installation, Replayed, SaidChange, TriedLimit } from '../../schema';
import { episodesOf, inspect, keepReplayed, replayRules, requireMigrated } from '../../schema';
import { fail } from '../errors';
import { instantOf } from '../instants';
import type { Output } from '../output';
import { grouped } from '../output';
import { configOption, defineCommand, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface ReplayFlags extends ConfigOptions {
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly rule?: readonly string[];
  readonly limit?: readonly string[];
  readonly list?: boolean;
  readonly keep?: boolean;
}

const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `tidemark alerts replay`: what the rules would have said over their own past. */
export function replayCommand(): Command {
  return defineCommand({
    name: 'replay',
    summary: 'Ask the rules what they would have said over the last 90 days: how often, of what, for how long',
    examples: [
      'tidemark alerts replay                                      # all rules, 90 days',
      'tidemark alerts replay --rule error_rate --from 7d --list   # each alert with its message',
      'tidemark alerts replay --rule error_rate --limit error_rate.rate=5%   # try another limit',
      'tidemark alerts replay --from 21d --keep                    # also fill the history on the dashboard Alerts',
    ],
  })
    .addOption(configOption())
    .option('--from <time>', 'begin: a day, an instant, or back from now (90d, 12h)', '90d')
    .option('--to <time>', 'end', 'now')
    .option('--step <length>', 'between two looks of rules about minutes (rules about days: once a day)', '15m')
    .option('--rule <name>', 'only this rule; may be given several times', many)
    .option('--limit <rule.name=value>', 'try this limit instead of the one in force; may be given several times', many)
    .option('--list', 'each alert by itself, with the message as it would have been sent')
    .option('--keep', 'write them to the history of the alerts, for times when nobody looked')
    .addOption(jsonOption())
    .action(replay);
}

async function replay(flags: ReplayFlags): Promise<void> {
  const limits = (flags.limit ?? []).map(limitOf);
  if (flags.keep && limits.length > 0) throw fail('usage_keep_tried', undefined);
  const stepMs = durationMs(flags.step) ?? 0;
  if (stepMs < 60_000 || stepMs % 60_000 !== 0) throw fail('usage_replay_step', { given: flags.step });
  await withConfig(flags, async ({ config, db, out }) => {
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const nowMs = Date.now();
    const [fromMs, toMs] = (['from', 'to'] as const).map((name) =>
      instantOf(`--${name}`, flags[name], installation.timezone, nowMs),
    ) as [number, number];
    if (fromMs >= toMs) throw fail('usage_range_backwards', { from: flags.from, to: flags.to });
    let bar: ReturnType<Output['progress']> | undefined;
    const onLook = (done: number, of: number) => (bar ??= out.progress('replay', of, 'looks')).update(done);
    const range = { fromMs, toMs: Math.min(toMs, nowMs) };
    const asked = { ...range, stepMs, limits, onLook, ...(flags.rule && { rules: flags.rule }) };
    const replayed = await replayRules(installation, db, asked).finally(() => bar?.stop());
    report(out, installation, replayed, { ...range, list: flags.list ?? false });
    if (!flags.keep) return;
    const kept = await keepReplayed(installation, db, replayed, range.toMs);
    const changes = kept.reduce((sum, k) => sum + k.changes, 0);
    out.say(
      changes === 0
        ? 'Nothing was written: the history of these times is what was seen then.'
        : `Wrote ${grouped(changes)} changes to the history, for times when nobody looked. The dashboard Alerts shows them.`,
    );
  });
}

/** Reads `error_rate.rate=5%`. @throws TidemarkError usage_tried_limit */
function limitOf(written: string): TriedLimit {
  const [, ruleName = '', name = '', text = ''] = /^(\w+)\.(\w+)=(.+)$/.exec(written) ?? [];
  const rule = alertRules.find((r) => r.name === ruleName);
  const limit = rule?.limits.find((l) => l.name === name);
  const value = limit && limitValue(/^[\d.]+$/.test(text) ? Number(text) : text, limit.unit);
  if (rule && limit && value !== undefined) return { rule: rule.name, name, value };
  const known = rule ? rule.limits.map((l) => `${rule.name}.${l.name}`) : alertRules.map((r) => r.name);
  const example = limit ? `${ruleName}.${name}=${limitExamples[limit.unit]}` : nearest(`${ruleName}.${name}`, known);
  throw fail('usage_tried_limit', { given: written, known, ...(example !== undefined && { example }) });
}

/** A firing of a subject with what was said at its begin. */
interface Told extends Episode {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly detail: string;
}

function report(
  out: Output,
  installation: Installation,
  replayed: readonly Replayed[],
  { fromMs, toMs, list }: { readonly fromMs: number; readonly toMs: number; readonly list: boolean },
): void {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: installation.timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const rows = replayed.map((one) => ({ ...one, all: firingsOf(one, toMs) }));
  const asked = rows.filter(({ skipped }) => skipped === undefined);
  const tolds = asked.flatMap(({ rule, all }) => all.filter((e) => e.toldMs !== null).map((e) => ({ rule, ...e })));
  for (const { rule, fromMs: from, looks, skipped, all } of rows)
    out.data({ rule: rule.name, fromMs: from, toMs, looks, skipped: skipped ?? null, firings: all });
  out.table(
    ['rule', 'asked from', 'looks', 'alerts', 'a week', 'too brief', 'median', 'longest'],
    asked.map(({ rule, fromMs: from, looks, all }) => {
      const told = all.filter((e) => e.toldMs !== null);
      const lasted = told.map((e) => (e.endedMs ?? toMs) - e.beganMs).sort((a, b) => a - b);
      const weeks = (toMs - from) / (7 * 86_400_000);
      return [
        rule.name,
        clock.format(from),
        looks,
        told.length,
        (told.length / weeks).toFixed(1),
        all.length - told.length,
        spoken(lasted[Math.floor((lasted.length - 1) / 2)]),
        spoken(lasted.at(-1)),
      ];
    }),
  );
  if (list)
    out.table(
      ['began', 'lasted', 'rule', 'message'],
      [...tolds]
        .sort((a, b) => a.beganMs - b.beganMs)
        .map((e) => [
          clock.format(e.beganMs),
          e.endedMs === null ? 'goes on' : spoken(e.endedMs - e.beganMs),
          e.rule.name,
          alertMessage(e.rule, e),
        ]),
    );
  for (const { rule, skipped } of rows) if (skipped !== undefined) out.note(`Not asked: ${rule.name} (${skipped}).`);
  const short = asked.filter(({ fromMs: from }) => from > fromMs + 60_000).map(({ rule }) => rule.name);
  if (short.length > 0)
    out.note(
      `Asked about less than the whole time, because what they read is not kept that long (tiers): ${short.join(', ')}.`,
    );
  const alerts = tolds.length === 1 ? 'one alert' : `${tolds.length} alerts`;
  out.say(
    `From ${clock.format(fromMs)} to ${clock.format(toMs)} (${installation.timezone}) these rules would have made ${alerts}.`,
  );
}

/** The firings of all subjects of a rule. */
function firingsOf({ rule, changes }: Replayed, toMs: number): readonly Told[] {
  const bySubject = new Map<string, SaidChange[]>();
  for (const change of changes)
    bySubject.set(change.said.subject, [...(bySubject.get(change.said.subject) ?? []), change]);
  return [...bySubject].flatMap(([subject, of]) => {
    const plain = of.map(({ atMs, said }): Change => ({ atMs, firing: said.firing }));
    return episodesOf(plain, rule, toMs).map((episode) => {
      const { value = 0, threshold = 0, detail = '' } = of.find((c) => c.atMs === episode.beganMs)?.said ?? {};
      return { ...episode, subject, value, threshold, detail };
    });
  });
}

const spoken = (ms: number | undefined): string => (ms === undefined ? '' : formatValue(ms / 1000, 'seconds'));
