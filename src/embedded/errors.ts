import { errorTable } from '../core/errors';

/** What `tidemark serve` says when it cannot start. Errors of queries are ClickHouse's: see engineError.ts. */
export const fail = errorTable({
  data_in_use: (f: { dir: string; pid: number }) =>
    `The data folder ${f.dir} is in use by process ${f.pid}. Stop that one, or choose another folder with --data.`,
  data_unusable: (f: { dir: string; reason: string }) =>
    `The data folder ${f.dir} cannot be used: ${f.reason}. Choose another one with --data.`,
  no_config_file: (f: { file: string }) =>
    `There is no file ${f.file}. Give --config-file the path of a file in the form of ClickHouse's config.xml.`,
  engine_failed: (f: { dir: string; reason: string }) =>
    `The engine does not open the data folder ${f.dir}: ${f.reason}. If another process has it open, stop that one; otherwise choose another folder with --data.`,
  port_in_use: (f: { port: number }) =>
    `Port ${f.port} on 127.0.0.1 is in use. Stop what listens there, or choose another with --port (0 picks a free one).`,
  port_unusable: (f: { port: number; reason: string }) =>
    `Port ${f.port} on 127.0.0.1 cannot be opened: ${f.reason}. Choose another with --port (0 picks a free one).`,
});
