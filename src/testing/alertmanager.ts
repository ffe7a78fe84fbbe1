import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse, stringify } from 'yaml';

import { freePort } from '../services/ports';

/** Prometheus' Alertmanager, in a process of its own. */
export interface TestAlertmanager {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends it and removes what it stored. */
  stop(): Promise<void>;
}

/** Shortened times; everything else is as `tidemark build` wrote it. */
interface Times {
  readonly groupWait: string;
  readonly groupInterval: string;
}

/**
 * Starts Debian's Alertmanager with the files of a folder that `tidemark build` wrote, on a free port.
 * @throws Error with its output where it does not become ready, or is not installed.
 */
export async function startAlertmanager(built: string, { groupWait, groupInterval }: Times): Promise<TestAlertmanager> {
  const dir = await mkdtemp(join(tmpdir(), 'tidemark-alertmanager-'));
  const folder = join(built, 'provisioning', 'alertmanager');
  const config = parse(await readFile(join(folder, 'alertmanager.yml'), 'utf8')) as { route: Record<string, unknown> };
  config.route = { ...config.route, group_wait: groupWait, group_interval: groupInterval };
  await writeFile(join(dir, 'tidemark.tmpl'), await readFile(join(folder, 'tidemark.tmpl')));
  await writeFile(join(dir, 'alertmanager.yml'), stringify(config));
  const port = await freePort();
  const args = [
    `--config.file=${join(dir, 'alertmanager.yml')}`,
    `--storage.path=${join(dir, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const child = spawn('prometheus-alertmanager', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}: run node scripts/installTestTools.mjs`;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 100; tries++) {
    const ready = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { url, stop };
    if (child.exitCode !== null || child.pid === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`Alertmanager does not become ready: ${output}`);
}
