import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEngine } from '../testing/engine';

const dir = mkdtempSync(join(tmpdir(), 'tidemark-config-file-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('settings of a file in the form of config.xml hold for every session', async () => {
  const file = join(dir, 'config.xml');
  writeFileSync(file, '<clickhouse><macros><shard>seven</shard></macros></clickhouse>');
  const engine = await startEngine({ args: ['--config-file', file] });
  try {
    const asked = Array.from({ length: 5 }, () => engine.db.query("SELECT getMacro('shard') AS shard"));
    for (const rows of await Promise.all(asked)) expect(rows).toEqual([{ shard: 'seven' }]);
    // Databases behave as without the file.
    const [row] = await engine.db.query("SELECT engine FROM system.databases WHERE name = 'default'");
    expect(row).toEqual({ engine: 'Atomic' });
  } finally {
    await engine.stop();
  }
});

test('a file that is not there is named', () => {
  const program = join(__dirname, '..', '..', 'bin', 'tidemark.js');
  const missing = join(dir, 'nothing.xml');
  const args = [program, 'serve', '--port', '0', '--data', join(dir, 'data'), '--config-file', missing];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe(
    `tidemark: There is no file ${missing}. Give --config-file the path of a file in the form of ClickHouse's config.xml.\n`,
  );
});
