import type { ChildProcess } from 'node:child_process';

/**
 * The address that a `tidemark serve` says it answers at, `http://127.0.0.1:PORT`.
 * @param failed makes the error for one that ends before, from all that it said and its exit code; that of one which cannot be
 * started at all has its cause.
 * @throws what `failed` makes.
 */
export function servedAddress(
  child: ChildProcess,
  failed: (said: string, code: number | null, cause?: Error) => Error,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (address) resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (cause) => reject(failed(output.trim(), null, cause)));
    child.once('exit', (code) => reject(failed(output.trim(), code)));
  });
}

/** The failure as tests and benchmarks tell it. */
export const serveEnded = (said: string, code: number | null, cause?: Error): Error =>
  new Error(`tidemark serve ended with ${code}: ${said}`, { cause });
