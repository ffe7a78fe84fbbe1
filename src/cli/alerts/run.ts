import { setTimeout as sleep } from 'node:timers/promises';

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { fail } from '../../alerts/errors';
import { builtPanels } from '../../alerts/grafana/panels';
import { groupWaitSeconds } from '../../alerts/settings';
import { alertmanagerAt } from '../../alerts/run/alertmanager';
import { viewSource } from '../../alerts/run/ask';
import type { EvaluatorSettings } from '../../alerts/run/evaluator';
import { makeEvaluator } from '../../alerts/run/evaluator';
import type { LoopClock } from '../../alerts/run/loop';
import { runLoop } from '../../alerts/run/loop';
import { stateStore } from '../../alerts/run/store';
import { jsonLog } from '../../collector/log';
import type { Config } from '../../config/config';
import { loadConfig } from '../../config/load';
import { TidemarkError } from '../../core/errors';
import { durationMs } from '../../core/time/duration';
import { settingsOf } from '../../dashboards/settings';
import { pages } from '../../dashboards/spec';
import { fail as schemaFail } from '../../schema/errors';
import type { OpenConnection } from '../connection';
import { open, versionOf } from '../connection';
import { configOption, configPath, defineCommand, exitCodes, isConnectionError } from '../run';
import type { ConfigOptions } from '../run';

interface RunFlags extends ConfigOptions {
  readonly alertmanager: string;
  readonly interval: string;
  readonly once?: boolean;
  readonly speed: number;
}

/** A rule that takes longer is one that could not be asked; what fires is told again in between (its lease is four intervals). */
const answerMs = (intervalMs: number): number => Math.min(20_000, 2 * intervalMs);

/** `tidemark alerts run`: asks the rules and tells Alertmanager, until SIGTERM. */
export function runCommand(): Command {
  return defineCommand({
    name: 'run',
    summary: "Ask every rule each minute and hand what fires to Prometheus' Alertmanager; log lines are JSON",
    examples: [
      'tidemark alerts run --alertmanager http://127.0.0.1:9093',
      'tidemark alerts run --alertmanager http://127.0.0.1:9093 --interval 30s',
      'tidemark alerts run --alertmanager http://127.0.0.1:9093 --once   # from cron, every minute',
    ],
  })
    .requiredOption('--alertmanager <url>', 'address of the Alertmanager, with login and path prefix if it has them')
    .option('--interval <length>', 'between two evaluations, 1s to 1h', '1m')
    .option('--once', 'one evaluation; exit code 1 where Alertmanager could not be told, 3 where ClickHouse is away')
    .option('--speed <times>', 'for drills: the waiting times of the rules go so many times as fast', speedOf, 1)
    .addOption(configOption())
    .action(run);
}

async function run(flags: RunFlags): Promise<void> {
  const url = addressOf(flags.alertmanager);
  const intervalMs = intervalOf(flags.interval);
  const config = loadConfig(configPath(flags), process.env);
  const { database } = config.connection;
  const settings = settingsFor(config, intervalMs, flags.speed);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const log = jsonLog((line) => process.stdout.write(line), Date.now);
  const db = open(config, answerMs(intervalMs));
  try {
    await firstLook(db, config, flags.once ?? false);
    const evaluator = makeEvaluator(
      {
        source: viewSource(db, database, config.alerts.off),
        store: stateStore(db, database),
        alertmanager: alertmanagerAt(url, fetch),
        log,
        now: Date.now,
        isAway: isConnectionError,
      },
      settings,
    );
    if (flags.once) {
      await evaluator.evaluate(Date.now());
      const delivered = await evaluator.deliver(Date.now());
      if (!evaluator.reached) process.exitCode = exitCodes.connection;
      else if (!delivered) process.exitCode = exitCodes.failure;
      return;
    }
    log('info', 'started', { interval: flags.interval, database });
    await runLoop(evaluator, { intervalMs }, clock, stop.signal);
    log('info', 'stopped');
  } finally {
    await db.close();
  }
}

const clock: LoopClock = {
  now: () => Date.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

function addressOf(given: string): string {
  try {
    if (/^https?:$/.test(new URL(given).protocol)) return given;
  } catch {
    // Told below.
  }
  throw fail('usage_alertmanager_url', { given });
}

function speedOf(given: string): number {
  const speed = Number(given);
  if (!/^\d+$/.test(given) || speed < 1 || speed > 600) throw new InvalidArgumentError('Use a number from 1 to 600.');
  return speed;
}

function intervalOf(given: string): number {
  const ms = durationMs(given);
  if (ms === undefined || ms < 1_000 || ms > 3_600_000) throw fail('usage_interval', { given });
  return ms;
}

/** What cannot get better by waiting is told at once; a ClickHouse that is only away is what *deadman* is for. */
async function firstLook(db: OpenConnection, { connection }: Config, once: boolean): Promise<void> {
  const { url, database } = connection;
  try {
    await versionOf(db, url);
    const [found] = await db.query<{ n: number }>(
      "SELECT count() AS n FROM system.tables WHERE database = {database:String} AND name = 'alerts_state'",
      { database },
    );
    if (!found || Number(found.n) === 0) throw schemaFail('not_migrated', { database });
  } catch (thrown) {
    const isAway = thrown instanceof TidemarkError && ['unreachable', 'timed_out'].includes(thrown.code);
    if (!isAway || once) throw thrown;
  }
}

function settingsFor(config: Config, intervalMs: number, speed: number): EvaluatorSettings {
  const { team, runbooks, grafana, off } = config.alerts;
  const panels = grafana === undefined ? undefined : builtPanels(settingsOf(config));
  return {
    off,
    team,
    runbooks,
    timezone: config.reporting.timezone,
    intervalMs,
    speed,
    holdMs: Math.max(intervalMs, (2_000 * groupWaitSeconds) / speed),
    linkOf(rule) {
      if (grafana === undefined) return undefined;
      const id = panels?.idOf(rule);
      const panel = id === undefined ? '' : `?viewPanel=${id}`;
      return `${grafana}/d/${pages[rule.watches.page].uid}${panel}`;
    },
  };
}
