import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Demo } from './demos';
import { demos } from './demos';
import { fail } from './errors';

/** What `npm start -- …` was asked for. */
export interface StartOptions {
  readonly demo: Demo;
  /** Port of the page on 127.0.0.1. */
  readonly port: number;
  /** Folder of the engine's data; kept between starts. */
  readonly dataDir: string;
  /** False: what lies in dist/ and build/preview is taken as it is. */
  readonly build: boolean;
  readonly help: boolean;
}

export const startUsage = `npm start -- [--demo ${demos.map((demo) => demo.name).join('|')}] [--port 3300] [--data DIR] [--no-build]

  --demo NAME   which data to show (default ${demos[0]?.name})
  --port N      port of the page on this machine (default 3300)
  --data DIR    folder of the embedded ClickHouse (default data/<demo>); a second start keeps it
  --no-build    do not look whether plugin and page are up to date`;

/** Reads the command line. Throws a sentence for an unknown demo, a bad port or an unknown option. */
export function parseStartOptions(args: readonly string[], root: string): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      demo: { type: 'string', default: demos[0]?.name },
      port: { type: 'string', default: '3300' },
      data: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const demo = demos.find((one) => one.name === values.demo);
  if (!demo) throw fail('unknown_demo', { demo: values.demo ?? '', known: demos.map((one) => one.name) });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw fail('bad_port', { port: values.port });
  return {
    demo,
    port,
    dataDir: values.data ?? join(root, 'data', demo.name),
    build: !values['no-build'],
    help: values.help,
  };
}
