import { randomBytes } from 'node:crypto';

import { Option } from 'commander';
import type { Command } from 'commander';

import { systemClock } from '../../collector/clock';
import { collectOnce, startCollector } from '../../collector/collector';
import type { CollectorParts } from '../../collector/collector';
import { fail as failCollect } from '../../collector/errors';
import { jsonLog, logLevels } from '../../collector/log';
import type { LogLevel } from '../../collector/log';
import { initPostgres } from '../../collector/postgres/init';
import type { InitStep } from '../../collector/postgres/init';
import { pipelinesOf } from '../../collector/postgres/source';
import type { Outcome } from '../../collector/runner';
import { serve } from '../../collector/serve';
import { sourcesOf } from '../../collector/sources';
import { listenAddress } from '../../config/collect';
import type { Config } from '../../config/config';
import { loadConfig } from '../../config/load';
import { open } from '../connection';
import { fail } from '../errors';
import { configOption, configPath, connectionErrors, defineCommand, exitCodes, jsonOption, outputFor } from '../run';
import type { ConfigOptions } from '../run';
import { packageVersion } from '../version';

interface CollectFlags extends ConfigOptions {
  readonly once?: boolean;
  readonly check?: boolean;
  readonly initPostgres?: true | readonly string[];
  readonly dryRun?: boolean;
  readonly listen?: string;
  readonly logLevel: LogLevel;
}

/** Answers of ClickHouse are waited for so long, in ms: a look that takes longer is given up anyway. */
const requestTimeoutMs = 30_000;

/** Whose login makes what `--init-postgres` makes; the collector's own where it is not set. */
const makerVariable = 'TIDEMARK_POSTGRES_ADMIN';

/** `tidemark collect`: health of the pipelines, until it is stopped. */
export function collectCommand(): Command {
  return defineCommand({
    name: 'collect',
    summary: 'Look at Postgres, Kafka, dbt and ClickHouse again and again, and write what is seen to the health tables',
    examples: [
      'tidemark collect                              # until Ctrl-C or SIGTERM; one line of JSON for what changes',
      'tidemark collect --check                      # look once, write nothing, say what is wrong and what to do',
      'tidemark collect --once                       # look once and write, for cron; exit code 1 where a look failed',
      'tidemark collect --listen 127.0.0.1:9464      # with /metrics and /healthz',
      'tidemark collect --init-postgres --dry-run    # the statements that Postgres needs: role, heartbeat, publication',
      `${makerVariable}=postgres://owner:secret@pg/ tidemark collect --init-postgres`,
    ],
  })
    .addOption(configOption())
    .addOption(new Option('--once', 'look once at everything, write it, and end').conflicts(['check', 'initPostgres']))
    .addOption(new Option('--check', 'look once at everything, write nothing, and end').conflicts('initPostgres'))
    .option(
      '--init-postgres [servers...]',
      `make role, heartbeat table and publication in Postgres, logged in as $${makerVariable}`,
    )
    .option('--dry-run', 'with --init-postgres: only show the statements')
    .option('--listen <address>', 'serve /metrics and /healthz here (default: collect.listen)')
    .addOption(new Option('--log-level <level>', 'least level that is logged').choices(logLevels).default('info'))
    .addOption(jsonOption())
    .action(collect);
}

async function collect(flags: CollectFlags): Promise<void> {
  const config = loadConfig(configPath(flags), process.env);
  if (!config.collect) throw failCollect('usage_no_collect', { file: config.file });
  if (flags.dryRun && flags.initPostgres === undefined)
    throw fail('usage_only_with', { option: '--dry-run', other: '--init-postgres' });
  if (flags.initPostgres !== undefined) return init(flags, config);
  const { connection } = config;
  const { login } = config.collect;
  const db = open({ connection: { ...connection, ...login } }, requestTimeoutMs);
  const parts: CollectorParts = {
    db,
    database: connection.database,
    sources: sourcesOf(config, systemClock),
    bound: config.collect.buffer,
    clock: systemClock,
    fetch,
    random: Math.random,
    log: jsonLog(
      (line) => void (flags.once || flags.check ? process.stderr : process.stdout).write(line),
      () => Date.now(),
      flags.once || flags.check ? 'error' : flags.logLevel,
    ),
    version: packageVersion(),
    process,
  };
  try {
    if (flags.once || flags.check) await once(flags, parts);
    else await stay(flags, config, parts);
  } finally {
    await db.close();
  }
}

/** Runs until SIGTERM or SIGINT; a second one does not wait. */
async function stay(flags: CollectFlags, config: Config, parts: CollectorParts): Promise<void> {
  const listen = flags.listen === undefined ? config.collect?.listen : listenAddress(flags.listen);
  if (flags.listen !== undefined && !listen) throw fail('usage_bad_listen', { given: flags.listen });
  const collector = startCollector(parts);
  const served = listen && (await serve(listen, collector.metrics, () => collector.health()));
  parts.log('info', 'Collecting.', {
    sources: parts.sources.map(({ name }) => name),
    version: parts.version,
    ...(served && { listen: served.url }),
  });
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name));
  });
  process.once('SIGINT', () => process.exit(exitCodes.failure));
  parts.log('info', 'Stopping.', { signal });
  await served?.close();
  const left = await collector.stop();
  if (left > 0) {
    parts.log('error', `${left} rows could not be written any more.`, { rows: left });
    process.exitCode = exitCodes.failure;
  }
}

async function once(flags: CollectFlags, parts: CollectorParts): Promise<void> {
  const dry = flags.check === true;
  const out = outputFor(flags);
  const { outcomes, sink } = await collectOnce(parts, { dry });
  const lines = outcomes.flatMap(linesOf);
  out.data({ wrote: dry ? null : sink.written, waiting: sink.rows, sources: lines });
  out.table(
    ['source', 'part', 'state', 'rows', 'ms', 'what is wrong'],
    lines.map((l) => [l.source, l.part, l.state, l.rows, l.ms, l.message]),
  );
  const failed = lines.filter(({ state }) => state !== 'ok').length;
  const [refused] = sink.failing;
  if (refused) out.note(`${sink.rows} rows could not be written: ${refused.failure.message}`);
  const wrote = dry ? 'Nothing was written.' : `${sink.written} rows were written.`;
  out.say(failed === 0 ? `All is well. ${wrote}` : `${failed} of ${lines.length} failed. ${wrote}`);
  if (refused && connectionErrors.has(refused.failure.code)) process.exitCode = exitCodes.connection;
  else if (failed > 0 || refused) process.exitCode = exitCodes.failure;
}

/** A line for a source and for each of its parts. */
function linesOf({ source, state, failure, collected, durationMs }: Outcome) {
  const rows = (collected?.rows ?? []).reduce((sum, table) => sum + table.rows.length, 0);
  const whole = {
    source: source.name,
    part: '',
    state,
    rows,
    ms: Math.round(durationMs),
    code: failure?.code ?? '',
    message: failure?.message ?? '',
  };
  const parts = (collected?.parts ?? []).map((own) => ({
    source: source.name,
    part: own.part,
    state: own.failure ? ('failed' as const) : ('ok' as const),
    rows: null,
    ms: null,
    code: (own.failure ?? own.note)?.code ?? '',
    message: (own.failure ?? own.note)?.message ?? '',
  }));
  return [whole, ...parts];
}

async function init(flags: CollectFlags, { collect: section, pipelines }: Config): Promise<void> {
  const out = outputFor(flags);
  const servers = section?.postgres ?? [];
  const named =
    flags.initPostgres === true || !flags.initPostgres ? servers.map(({ name }) => name) : flags.initPostgres;
  const unknown = named.find((name) => !servers.some((server) => server.name === name));
  if (unknown !== undefined)
    throw fail('usage_bad_choice', {
      option: '--init-postgres',
      given: unknown,
      accepted: servers.map(({ name }) => name),
    });
  const maker = process.env[makerVariable];
  const dry = flags.dryRun === true;
  const steps: InitStep[] = [];
  for (const server of servers.filter(({ name }) => named.includes(name))) {
    const own = pipelinesOf(server.name, pipelines);
    if (own.length === 0) out.note(`No pipeline comes from ${server.name}: nothing is needed there.`);
    const by = maker ? { url: maker, password: '' } : server;
    steps.push(...(await initPostgres({ server, pipelines: own, maker: by, dry, randomBytes })));
  }
  out.data({ dryRun: dry, steps });
  out.table(
    ['server', 'database', 'what', 'state'],
    steps.map((s) => [s.server, s.database, s.what, s.state]),
  );
  for (const [state, title] of [
    ['done', 'Done'],
    ['would be done', 'Would be done'],
    ['left', 'Left to you'],
  ] as const) {
    const own = steps.filter((s) => s.state === state);
    if (own.length > 0)
      out.say(
        `\n-- ${title}:\n${own.map((s) => `-- ${s.server}, database ${s.database}: ${s.what}\n${s.sql}`).join('\n')}`,
      );
  }
  const changed = steps.filter(({ state }) => state === 'done' || state === 'would be done').length;
  out.say(
    changed === 0
      ? 'Everything is there: nothing to do.'
      : dry
        ? `${changed} of ${steps.length} would be done. Nothing was done.`
        : `${changed} of ${steps.length} were done.`,
  );
}
