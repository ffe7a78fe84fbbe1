import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseDocument } from 'yaml';

import { pipelinesDir } from '../../services/debezium';
import type { DebeziumDrill } from './drill';
import { lookSeconds } from './watch';

const program = join(__dirname, '..', '..', '..', 'bin', 'tidemark.js');

/** A `tidemark collect` in a process of its own. */
export interface Collecting {
  /** Ends it, at once unless another signal is named. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `tidemark collect` over the drill's pipeline, with a look each second, and waits until it has looked. */
export async function startCollect({ env }: DebeziumDrill): Promise<Collecting> {
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
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let said = '';
  const hasLooked = new Promise<void>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('"kafka main"')) resolve();
    });
  });
  await Promise.race([
    hasLooked,
    ended.then(() => Promise.reject(new Error(`tidemark collect ended before it looked: ${said}`))),
  ]);
  return {
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
