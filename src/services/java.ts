import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { fail } from './errors';

/** Where scripts/tools/kafka.mjs puts the jars of Kafka, Connect and Debezium; Jolokia lies in `agent` beside it. */
const jarsDir = join(__dirname, '..', '..', '.cache', 'kafka', 'lib');

/** The Java program to use. Throws `no_java` where there is none, or one before 17. */
export function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = /version "(\d+)[^"]*"/.exec(stderr ?? '');
  if (error || !version) throw fail('no_java', { found: home ? `none at ${java}` : 'none on the path' });
  if (Number(version[1]) < 17) throw fail('no_java', { found: version[0] });
  return java;
}

/** The one flat folder of jars with Kafka, Connect and Debezium. Throws `no_jars` where it is missing. */
export function findJars(): string {
  const dir = resolve(process.env['TIDEMARK_KAFKA_JARS'] ?? jarsDir);
  const names = existsSync(dir) ? readdirSync(dir) : [];
  const has = (prefix: string) => names.some((name) => name.startsWith(prefix) && name.endsWith('.jar'));
  if (!['kafka_', 'connect-runtime-', 'debezium-connector-postgres-'].every(has)) throw fail('no_jars', { dir });
  return dir;
}

/** Jar of Jolokia's agent, which tells JMX over HTTP; `undefined` where it is not there. */
export function findJolokia(): string | undefined {
  const jar = join(jarsDir, '..', 'agent', 'jolokia.jar');
  return existsSync(jar) ? jar : undefined;
}

/** What a small JVM is started with: quick to come up, little memory, one collector thread. */
export const jvmArgs = (heapMb: number): readonly string[] => [
  `-Xmx${heapMb}m`,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  // An out-of-memory error ends one thread and leaves a worker that looks alive.
  '-XX:+ExitOnOutOfMemoryError',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
];
