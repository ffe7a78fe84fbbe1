import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a statement gave: its rows as text, or the server's error. */
export type Outcome = { readonly rows: readonly string[] } | { readonly error: string };

const program = `
const { Session } = require(${JSON.stringify(require.resolve('chdb'))});
const { dir, statements } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const session = new Session(dir + '/data', { connectionArgs: ['--config-file=' + dir + '/config.xml'] });
const outcomes = statements.map((sql) => {
  try { return { rows: session.query(sql, 'TSV').split('\\n').filter(Boolean) }; }
  catch (thrown) { return { error: String(thrown.message) }; }
});
process.stdout.write(JSON.stringify(outcomes));
session.close();
`;

const base = `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default>
<password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
<access_management>1</access_management></default></users></clickhouse>`;

/**
 * Runs statements as `default` on a fresh engine whose other users stand in files, as in users.d of a server: the
 * embedded engine has no storage for users made by SQL, but holds to rights, profiles and row policies of such files.
 * To ask as another user: {@link asUser}. Throws with the process's output where it fails as a whole.
 * @param files contents of users.d
 * @param server further elements of the server's configuration
 */
export function runWithUsers(
  files: readonly string[],
  statements: readonly string[],
  env: NodeJS.ProcessEnv = {},
  server = '',
): Outcome[] {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-rights-'));
  try {
    mkdirSync(join(dir, 'users.d'));
    writeFileSync(join(dir, 'users.xml'), base);
    writeFileSync(
      join(dir, 'config.xml'),
      `<clickhouse><users_config>${dir}/users.xml</users_config>${server}</clickhouse>`,
    );
    files.forEach((text, i) => writeFileSync(join(dir, 'users.d', `${i}.xml`), text));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
      input: JSON.stringify({ dir, statements }),
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(`The engine ended with ${status}: ${stderr.trim()}`);
    return JSON.parse(stdout) as Outcome[];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

let asked = 0;

/** Two statements of which the second gives what a user would see: a view that runs with that user's rights. */
export function asUser(user: string, select: string): readonly [string, string] {
  const view = `default.asked_${++asked}`;
  return [`CREATE VIEW ${view} DEFINER = \`${user}\` SQL SECURITY DEFINER AS ${select}`, `SELECT * FROM ${view}`];
}
