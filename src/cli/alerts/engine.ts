import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { servedAddress } from '../../services/served';
import { fail } from '../errors';
import { packageRoot } from '../run';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** An embedded ClickHouse of a command's own. */
export interface OwnEngine {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded ClickHouse in a process of its own, with a data folder of its own, on a free port. Ctrl-C and SIGTERM end it,
 * too. @throws TidemarkError engine_not_started with what it said.
 */
export async function startOwnEngine(): Promise<OwnEngine> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-rules-'));
  const program = join(packageRoot(), 'bin', 'tidemark.js');
  const args = [program, 'serve', '--port', '0', '--data', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    for (const signal of signals) process.off(signal, interrupted);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  const interrupted = () => void stop().then(() => process.exit(130));
  for (const signal of signals) process.once(signal, interrupted);
  try {
    return { url: await servedAddress(child, notStarted), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

const notStarted = (said: string, code: number | null, cause?: Error) =>
  cause
    ? fail('engine_not_started', { reason: cause.message }, { cause })
    : fail('engine_not_started', { reason: said || `ended with ${code}` });
