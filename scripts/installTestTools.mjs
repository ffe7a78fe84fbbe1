// Installs what the tests need and `npm ci` cannot bring: a Chromium (Debian's package) and, in .cache/python, the Python
// client of ClickHouse. Does nothing where they are there already. Ends non-zero with the command to run by hand.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

const onPath = (name) => (process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, name)));

function chromium() {
  if (process.env.CHROMIUM ? existsSync(process.env.CHROMIUM) : existsSync('/usr/bin/chromium')) return true;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const apt = (...args) => run(sudo[0] ?? 'apt-get', [...(sudo.length ? ['apt-get'] : []), ...args], { env });
  if (onPath('apt-get') && apt('update', '-q') && apt('install', '-y', '-q', 'chromium')) return true;
  console.error('No Chromium: install one (Debian: apt-get install chromium) or point CHROMIUM at it.');
  return false;
}

/** Exact versions in test/clients/requirements.txt; `installed` keeps what the folder was made from. */
function pythonClient() {
  const wanted = readFileSync(join(root, 'test', 'clients', 'requirements.txt'), 'utf8');
  const venv = join(root, '.cache', 'python');
  const python = join(venv, 'bin', 'python');
  const there = () =>
    wanted
      .split('\n')
      .map((line) => line.split('#')[0].trim().split('=='))
      .filter(([name]) => name)
      .every(
        ([name, version]) =>
          spawnSync(python, ['-c', `import importlib.metadata as m; assert m.version("${name}") == "${version}"`])
            .status === 0,
      );
  if (existsSync(python) && there()) return true;
  if (
    run('python3', ['-m', 'venv', venv]) &&
    run(python, ['-m', 'pip', 'install', '-q', '-r', join(root, 'test/clients/requirements.txt')]) &&
    there()
  )
    return true;
  console.error('No Python client: install Python 3.10 or newer with venv (Debian: apt-get install python3-venv).');
  return false;
}

const results = [chromium(), pythonClient()];
process.exit(results.every(Boolean) ? 0 : 1);
