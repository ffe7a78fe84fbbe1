import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import { startServer } from '../../embedded/server';
import { defineCommand, outputFor } from '../run';

interface ServeFlags {
  readonly data: string;
  readonly port: number;
  readonly readonly?: boolean;
  readonly user: string;
  readonly password: string;
  readonly configFile?: string;
  readonly queryLog: boolean;
}

/** `tidemark serve`: the embedded ClickHouse, until Ctrl-C. */
export function serveCommand(): Command {
  return defineCommand({
    name: 'serve',
    summary: 'Run the embedded ClickHouse (chDB) with its HTTP interface, for this machine only',
    examples: [
      'tidemark serve                          # http://127.0.0.1:18123, data in data/clickhouse',
      'tidemark serve --port 0 --data /tmp/ch  # a free port, another folder',
      "curl 'http://127.0.0.1:18123/?query=SELECT+version()'",
    ],
  })
    .option('--data <dir>', 'folder for the data, made if missing', 'data/clickhouse')
    .option('--port <number>', 'port on 127.0.0.1; 0 picks a free one', portNumber, 18_123)
    .option('--config-file <file>', "settings of the server, in the form of ClickHouse's config.xml")
    .option('--no-query-log', 'do not write queries down in system.query_log')
    .option('--readonly', 'every request is one of a user with readonly = 1')
    .addOption(new Option('--user <name>', 'the one user').env('TIDEMARK_SERVE_USER').default('default'))
    .addOption(new Option('--password <text>', 'its password').env('TIDEMARK_SERVE_PASSWORD').default(''))
    .action(serve);
}

function portNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Use a number from 0 to 65535.');
  return Number(text);
}

async function serve({
  data,
  port,
  readonly = false,
  user,
  password,
  configFile,
  queryLog,
}: ServeFlags): Promise<void> {
  const out = outputFor({});
  const server = await startServer({
    dataDir: data,
    port,
    readonly,
    login: { user, password },
    queryLog,
    ...(configFile !== undefined && { configFile }),
  });
  out.say(`ClickHouse ${server.version} (embedded) answers on ${server.url}, data in ${data}. Ctrl-C stops it.`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const clean = await server.stop();
  if (clean) process.exit(0);
  // The engine ends with its threads, and waits for a query that does not end: only the system can stop that.
  process.stderr.write('tidemark: a query could not be stopped; the process ends without waiting for it.\n');
  process.kill(process.pid, 'SIGKILL');
}
