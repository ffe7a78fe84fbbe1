import { Command } from 'commander';

import { startServer } from '../../embedded/server';

/** `tidemark serve`: the embedded ClickHouse. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the embedded ClickHouse (chDB) with its HTTP interface, on this machine only.')
    .option('--data <dir>', 'folder for the data, made if missing', '.tidemark/clickhouse')
    .option('--port <number>', 'port on 127.0.0.1; 0 picks a free one', '18123')
    .option('--readonly', 'refuse everything that changes data or settings')
    .action(async (options: { data: string; port: string; readonly?: boolean }) => {
      const server = await startServer({
        dataDir: options.data,
        port: Number(options.port),
        readonly: options.readonly === true,
      });
      console.log(`Embedded ClickHouse answers on ${server.url}`);
      const stop = () => void server.stop().then(() => process.exit(0));
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
    });
}
