// Kafka, Kafka Connect, Debezium and Jolokia's agent in .cache/kafka, by Maven from scripts/tools/kafka-pom.xml; Java and Maven
// by Debian's packages where they are missing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pom = join(root, 'scripts', 'tools', 'kafka-pom.xml');
const dir = join(root, '.cache', 'kafka');
/** Says which pom the folder was made from: a new version of anything makes it anew. */
const stamp = join(dir, 'made-of');

const quiet = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' });
const run = (command, args, options = {}) =>
  spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }).status === 0;

function hasJava() {
  const { stderr, error } = quiet('java', '-version');
  return !error && Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) >= 17;
}

const hasMaven = () => !quiet('mvn', '--version').error;

function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const [command, ...before] = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', 'apt-get'];
  return (
    run(command, [...before, 'update', '-q'], { env }) &&
    run(command, [...before, 'install', '-y', '-q', '--no-install-recommends', ...packages], { env })
  );
}

const wanted = () => createHash('sha256').update(readFileSync(pom)).digest('hex');
const isMade = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();

export const kafkaThere = () => hasJava() && isMade();

/** @returns whether it worked. */
export function kafkaInstall() {
  const missing = [...(hasJava() ? [] : ['openjdk-17-jre-headless']), ...(isMade() || hasMaven() ? [] : ['maven'])];
  if (missing.length > 0 && !aptInstall(missing)) return false;
  if (isMade()) return true;
  // Made beside and moved, so that a run that was broken off leaves nothing that looks whole.
  const fresh = `${dir}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  if (!run('mvn', ['-q', '-B', '-f', pom, `-Dtools.dir=${fresh}`, 'package'])) return false;
  writeFileSync(join(fresh, 'made-of'), wanted());
  rmSync(dir, { recursive: true, force: true });
  renameSync(fresh, dir);
  return true;
}
