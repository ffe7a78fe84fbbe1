/**
 * The frame of every command. A command is one file `commands/<verb>.ts` that exports a function making it:
 *
 *   export function migrateCommand(): Command {
 *     return defineCommand({
 *       name: 'migrate',
 *       summary: 'Create or update what Tidemark needs in ClickHouse',
 *       examples: ['tidemark migrate --dry-run'],
 *     })
 *       .addOption(configOption()).addOption(jsonOption())
 *       .action((options: ConfigOptions) => withConfig(options, async ({ config, db, out }) => { … }));
 *   }
 *
 * - `withConfig(options, work)`: reads tidemark.yaml, connects, runs `work({ config, db, out })`, always closes.
 *   `db` is a `Db` (core/db.ts) with `serverVersion`; `out` is an `Output` (output.ts): say, note, table, data, progress.
 * - `withOutput(options, work)`: the same for a command without configuration: `work(out)`.
 * - Throw a TidemarkError (a room's `errors.ts`) for everything that goes wrong; its message goes to stderr and
 *   `exitCodeOf` chooses the exit code. For a failure that was already told, set `process.exitCode = exitCodes.failure`.
 * - main.ts lists the commands.
 */
import { join } from 'node:path';

import { Command, CommanderError, Option } from 'commander';

import type { Config } from '../config/config';
import { loadConfig } from '../config/load';
import { TidemarkError, messageOf } from '../core/errors';
import { connect } from './connection';
import type { Connection } from './connection';
import { createOutput } from './output';
import type { Output } from './output';

/** What the process answers; docs/cli.md repeats it. */
export const exitCodes = {
  ok: 0,
  /** What was asked failed. */
  failure: 1,
  /** The command line or tidemark.yaml is wrong; nothing was tried. */
  usage: 2,
  /** ClickHouse cannot be reached, refuses the login, or is too old. */
  connection: 3,
} as const;

/** Codes of errors that say that no ClickHouse can be worked with. */
export const connectionErrors: ReadonlySet<string> = new Set([
  'unreachable',
  'timed_out',
  'not_clickhouse',
  'wrong_password',
  'old_server',
]);

/** Options of commands that read tidemark.yaml. */
export interface ConfigOptions extends OutputFlags {
  readonly config?: string;
}

/** Options of every command. */
export interface OutputFlags {
  readonly json?: boolean;
}

/** What a command with a configuration works with. */
export interface CommandContext {
  readonly config: Config;
  readonly db: Connection;
  readonly out: Output;
}

/** The head of a command. Examples are whole command lines; `--help` shows them. */
export interface CommandHead {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
}

/** Makes a commander command with its examples in `--help`. */
export function defineCommand({ name, summary, examples }: CommandHead): Command {
  const shown = examples.map((line) => `  ${line}`).join('\n');
  return new Command(name).description(summary).addHelpText('after', `\nExamples:\n${shown}`);
}

/** `--config FILE`. `otherwise` says, for the help, which file is meant without it. */
export const configOption = (otherwise = '$TIDEMARK_CONFIG or ./tidemark.yaml'): Option =>
  new Option('-c, --config <file>', `configuration file (default: ${otherwise})`);

/** `--json`: objects for scripts instead of sentences and tables. */
export const jsonOption = (): Option => new Option('--json', 'write JSON lines for scripts');

/** Path of the configuration: --config, otherwise TIDEMARK_CONFIG, otherwise ./tidemark.yaml. It need not exist. */
export const configPath = ({ config }: ConfigOptions): string =>
  config ?? (process.env.TIDEMARK_CONFIG || 'tidemark.yaml');

/** Makes the output that the options and the environment ask for. */
export function outputFor({ json = false }: OutputFlags): Output {
  const { stdout, stderr, env } = process;
  return createOutput({ json, stdout, stderr, color: stdout.isTTY && !env.NO_COLOR });
}

/** Runs a command that needs no configuration. Throws what `work` throws. */
export async function withOutput(options: OutputFlags, work: (out: Output) => Promise<void>): Promise<void> {
  await work(outputFor(options));
}

/**
 * Reads tidemark.yaml, connects to its ClickHouse, runs `work` and closes the connection whatever happens. Throws errors
 * of the configuration and of the connection before `work` starts, and what `work` throws.
 */
export async function withConfig(
  options: ConfigOptions,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const config = loadConfig(configPath(options), process.env);
  const db = await connect(config);
  try {
    await work({ config, db, out: outputFor(options) });
  } finally {
    await db.close();
  }
}

/** Whether it was ClickHouse that could not be asked: away, the login refused, not one. */
export const isConnectionError = (thrown: unknown): boolean =>
  thrown instanceof TidemarkError && connectionErrors.has(thrown.code);

/** The exit code that belongs to what was thrown. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(thrown instanceof TidemarkError)) return exitCodes.failure;
  if (thrown.code.startsWith('config_') || thrown.code.startsWith('usage_')) return exitCodes.usage;
  return isConnectionError(thrown) ? exitCodes.connection : exitCodes.failure;
}

/**
 * Runs the CLI to its end and returns the exit code; never throws. Usage errors were printed by commander; everything
 * else is one message on stderr. A stack is shown only for what nobody foresaw and with TIDEMARK_DEBUG.
 */
export async function run(program: Command, argv: readonly string[]): Promise<number> {
  prepare(program);
  // A reader such as `head` may close the pipe before everything is written: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure),
  );
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) {
      process.stderr.write(`tidemark: ${messageOf(thrown)}\n`);
      if (process.env.TIDEMARK_DEBUG && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
    }
    return exitCodeOf(thrown);
  }
}

function prepare(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  for (const sub of command.commands) prepare(sub);
}

/** The folder of the package, where demo/, docs/ and test/data/ are: src/cli and build/cli both lie two below it. */
export const packageRoot = (): string => join(__dirname, '..', '..');
