import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
const config = join(root, 'demo/product/tidemark.yaml');

/** The program as it is started, with a ClickHouse that is not there: what asks one ends with code 3. */
function migrate(...flags: readonly string[]) {
  const args = [join(root, 'bin/tidemark.js'), 'migrate', '--config', config, ...flags];
  const env = { ...process.env, TIDEMARK_URL: 'http://127.0.0.1:1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

test('--print-access asks no ClickHouse', () => {
  const { status, stdout, stderr } = migrate('--print-access');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^-- Who may do what/);
  expect(stdout).toContain(
    "CREATE USER IF NOT EXISTS `grafana` IDENTIFIED WITH sha256_password BY '<password of grafana>';",
  );
});

test('--print-access xml, and as JSON', () => {
  expect(migrate('--print-access', 'xml').stdout).toContain('<readonly>1</readonly>');
  const { parts } = JSON.parse(migrate('--print-access', '--json').stdout) as { parts: readonly { title: string }[] };
  expect(parts.map((p) => p.title)).toEqual(['Roles', 'Settings profiles', 'Quota', 'Users']);
});

test('--cluster and --tenant-column', () => {
  const { stdout } = migrate('--print-access', '--cluster', 'main', '--tenant-column', 'event');
  expect(stdout).toContain('CREATE ROLE IF NOT EXISTS `tidemark_read` ON CLUSTER `main`;');
  expect(stdout).toContain("USING `event_name` = 'TENANT'");
});

test.each([
  [['--tenant-column', 'a'], '--tenant-column only goes with --print-access.'],
  [['--print-access', 'json'], 'Allowed choices are sql, xml.'],
  [['--print-access', '--tenant-column', 'nope'], 'maps "nope"'],
])('%j is refused before anything is tried', (flags, says) => {
  const { status, stdout, stderr } = migrate(...flags);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(says);
});
