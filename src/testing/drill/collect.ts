import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseDocument } from 'yaml';

import { pipelinesDir } from '../../services/debezium';
import { startProgram } from '../../services/program';
import type { Program } from '../../services/program';
import type { DebeziumDrill } from './drill';
import { lookSeconds } from './watch';

const program = join(__dirname, '..', '..', '..', 'bin', 'tidemark.js');

/**
 * Starts `tidemark collect` over the drill's pipeline in a process of its own, with a look each second, and waits until it has
 * looked. It ends with this process at the latest.
 */
export async function startCollect({ db, env, dir: drillDir }: DebeziumDrill): Promise<Program> {
  const dir = await mkdtemp(join(drillDir, 'collect-'));
  const file = join(dir, 'tidemark.yaml');
  const config = parseDocument(await readFile(join(pipelinesDir, 'debezium', 'tidemark.yaml'), 'utf8'));
  config.deleteIn(['collect', 'listen']);
  for (const kind of ['postgres', 'kafka', 'connect'])
    config.setIn(['collect', kind, 'main', 'everySeconds'], lookSeconds);
  config.setIn(['collect', 'connect', 'main', 'jolokia'], env['JOLOKIA_URL']);
  await writeFile(file, config.toString());
  const looked = `SELECT 1 FROM tidemark.health_source WHERE source = 'kafka main' AND at > fromUnixTimestamp64Milli(${Date.now()}) LIMIT 1`;
  return startProgram({
    name: 'tidemark collect',
    command: process.execPath,
    args: [program, 'collect', '--config', file],
    env: { ...process.env, ...env },
    log: join(dir, 'collect.log'),
    ready: async () => (await db.query(looked)).length > 0,
    readySeconds: 60,
  });
}
