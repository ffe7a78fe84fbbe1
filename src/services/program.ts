import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';

import { fail } from './errors';

/** Last part of a program's output that error messages show, and that is kept in memory, in characters. */
const tailChars = 3_000;
const keptChars = 500_000;
const setpriv = '/usr/bin/setpriv';

/** What to run. */
export interface ProgramSpec {
  /** As error messages name it: `Kafka`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Everything it says, appended. */
  readonly log: string;
  /** Runs it as this user; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Whether it answers already; asked until it does. */
  ready(output: string): Promise<boolean> | boolean;
  readonly readySeconds: number;
  /** Asks it to end; SIGTERM when absent. */
  readonly endSignal?: NodeJS.Signals;
  /** How long it may take to end before it is killed, in ms. Default 10 s. */
  readonly graceMs?: number;
}

/** A program that runs beside us and is ready. */
export interface Program {
  readonly pid: number;
  readonly log: string;
  /** The end of what it said so far, half a million characters at most. */
  output(): string;
  /** Resolves with its exit code or the signal's name once it is gone. */
  readonly ended: Promise<string>;
  /** Asks it to end, kills it after its grace, waits. Does nothing where it is gone. */
  stop(): Promise<void>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
}

/**
 * Starts a program and waits until it is ready. Where Linux' setpriv is there, the system ends it when our process dies, however
 * that dies, so that nothing is left behind. Throws `service_ended`, `service_silent`; then it is gone.
 */
export async function startProgram(spec: ProgramSpec): Promise<Program> {
  const { command, args, ...as } = tied(spec);
  const child = spawn(command, args, {
    ...as,
    cwd: spec.cwd,
    env: spec.env ?? process.env,
    // A group of its own: Ctrl-C at the terminal reaches only us, and we end it in our order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(spec.log, { flags: 'a' });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-keptChars);
    file.write(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let exit: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((exit = error.message)));
    // `close` comes after the last output, `exit` may come before it.
    child.once('close', (code, signal) => resolve((exit = signal ?? String(code))));
  }).finally(() => file.end());
  const end = async (signal: NodeJS.Signals) => {
    if (exit !== undefined) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), spec.graceMs ?? 10_000);
    await ended;
    clearTimeout(timer);
  };
  const program: Program = {
    pid: child.pid ?? 0,
    log: spec.log,
    output: () => output,
    ended,
    stop: () => end(spec.endSignal ?? 'SIGTERM'),
    kill: () => end('SIGKILL'),
  };
  const facts = () => ({ service: spec.name, tail: output.slice(-tailChars).trim(), log: spec.log });
  for (const deadline = Date.now() + spec.readySeconds * 1_000; Date.now() < deadline;) {
    if (exit !== undefined) throw fail('service_ended', { ...facts(), exit });
    if (await spec.ready(output)) return program;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await program.kill();
  throw fail('service_silent', { ...facts(), seconds: spec.readySeconds });
}

/** The command line that lets the system end the program with us, and changes its user; plain where setpriv is missing. */
function tied({ command, args, user }: ProgramSpec): { command: string; args: string[]; uid?: number; gid?: number } {
  if (!existsSync(setpriv)) return { command, args: [...args], ...user };
  const as = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  return { command: setpriv, args: ['--pdeathsig', 'TERM', ...as, '--', command, ...args] };
}
