import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fail } from './errors';

/** Last part of a child's output kept for the error message, in characters. */
const tailChars = 4000;
/** How long a child may take to end on SIGTERM before it is killed. */
const graceMs = 15_000;

/** A program that runs beside us. */
export interface Running {
  readonly process: ChildProcess;
  /** The end of what it wrote so far. */
  tail(): string;
  /** Resolves with its exit code, or the signal's name, once it is gone. */
  readonly ended: Promise<string>;
  /** Asks it to end, kills it after 15 s, and waits. */
  stop(): Promise<void>;
}

/**
 * Starts Node on a script in a process group of its own: a Ctrl-C at the terminal reaches only us, and we end it by its
 * own pid.
 */
export function startNode(root: string, args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let tail = '';
  const keep = (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-tailChars));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  return {
    process: child,
    tail: () => tail.trim(),
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Waits for a step to end. Throws `step_failed` with the end of its output when it ends with anything but 0. */
export async function finished(step: string, args: readonly string[], running: Running): Promise<void> {
  const exitCode = await running.ended;
  if (exitCode === '0') return;
  throw fail('step_failed', { step, command: `node ${args.join(' ')}`, exitCode, tail: running.tail() });
}

/** Waits until `url`/ping answers. Throws `engine_silent` when the program ends first or the time is over. */
export async function answersPing(url: () => string | undefined, running: Running, seconds: number): Promise<string> {
  let isOver = false;
  void running.ended.then(() => (isOver = true));
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline && !isOver;) {
    const at = url();
    const answer = at && (await fetch(`${at}/ping`).catch(() => undefined));
    if (at && answer && answer.ok) return at;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw fail('engine_silent', { url: url() ?? 'its address', seconds, tail: running.tail() });
}

/** Whether a port of 127.0.0.1 can be listened on just now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
