import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseDocument } from 'yaml';

import { pipelinesDir } from '../../services/debezium';
import type { DebeziumDrill } from './drill';
import { until } from './fault';
import { lookSeconds } from './watch';

const program = join(__dirname, '..', '..', '..', 'bin', 'tidemark.js');

/** A `tidemark collect` in a process of its own. */
export interface Collecting {
  /** Ends it, at once unless another signal is named. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `tidemark collect` over the drill's pipeline, with a look each second, and waits until it has looked. */
export async function startCollect({ db, env }: DebeziumDrill): Promise<Collecting> {
  const dir = await mkdtemp(join(tmpdir(), 'tidemark-drill-collect-'));
  const file = join(dir, 'tidemark.yaml');
  const config = parseDocument(await readFile(join(pipelinesDir, 'debezium', 'tidemark.yaml'), 'utf8'));
  config.deleteIn(['collect', 'listen']);
  for (const kind of ['postgres', 'kafka', 'connect'])
    config.setIn(['collect', kind, 'main', 'everySeconds'], lookSeconds);
  config.setIn(['collect', 'connect', 'main', 'jolokia'], env['JOLOKIA_URL']);
  await writeFile(file, config.toString());
  const child = spawn(process.execPath, [program, 'collect', '--config', file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const began = Date.now();
  const looked = `SELECT 1 FROM tidemark.health_source WHERE source = 'kafka main' AND at > fromUnixTimestamp64Milli(${began}) LIMIT 1`;
  const hasLooked = async () => {
    if (child.exitCode !== null) throw new Error(`tidemark collect ended before it looked: ${said}`);
    return (await db.query(looked)).length > 0;
  };
  await until('tidemark collect has looked at Kafka', 60, hasLooked, () => said);
  return {
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
