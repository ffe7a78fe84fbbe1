import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Frame } from '../frame';

const root = join(__dirname, '../..');
const program = join(root, '.cache/go/clients');

/** What the Go program is asked: see the types of ask.go and fill.go. */
export interface GoOrder {
  readonly ask?: {
    readonly driver: 'clickhouse' | 'mysql';
    readonly address: string;
    readonly user?: string;
    readonly password?: string;
    readonly database: string;
    readonly statements: readonly string[];
  };
  readonly fill?: {
    readonly templates: string;
    readonly messages: readonly { readonly template: string; readonly data: object }[];
    readonly annotations: readonly {
      readonly text: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly values: Readonly<Record<string, number>>;
    }[];
  };
}

/** What it answers, in the order of what was asked. */
export interface GoAnswer {
  readonly frames?: readonly Frame[];
  readonly texts?: readonly string[];
}

/** Builds test/go; a second or two where `scripts/installTestTools.mjs` did before. Throws with the compiler's words. */
export async function buildGoClients(): Promise<void> {
  await promisify(execFile)(process.env.GO ?? 'go', ['build', '-o', program, '.'], { cwd: __dirname });
}

/** Runs it with an order. Throws with what it said where it fails. */
export function runGoClients(order: GoOrder): Promise<GoAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, said] = [[], []] as Buffer[][];
    child.stdout.on('data', (chunk: Buffer) => out?.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said?.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(out ?? []).toString()) as GoAnswer);
      else
        reject(
          new Error(
            `test/go ended with ${code}: ${Buffer.concat(said ?? [])
              .toString()
              .trim()}`,
          ),
        );
    });
    child.stdin.end(JSON.stringify(order));
  });
}
