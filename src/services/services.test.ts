import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fillInto, filled } from './fill';
import { findJars, findJava } from './java';
import { freePorts, portsOf } from './ports';
import { findPostgres } from './postgres';
import { startProgram } from './program';
import { properties } from './properties';
import { statementsOf } from './statements';

const dir = mkdtempSync(join(tmpdir(), 'tidemark-services-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const write = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const program = (script: string, own: Partial<Parameters<typeof startProgram>[0]> = {}) =>
  startProgram({
    name: 'A service',
    command: process.execPath,
    args: ['-e', script],
    log: join(dir, 'log'),
    ready: (output) => output.includes('ready'),
    readySeconds: 10,
    ...own,
  });

test('gaps of a file are filled; those of Connect and what looks like a gap stay', async () => {
  const file = write('a.sql', "SELECT '${HOST}', '${env:HOST}', '$HOST', '${…}', $do$ BEGIN $do$");
  expect(await filled(file, { HOST: 'h$&' })).toBe("SELECT 'h$&', '${env:HOST}', '$HOST', '${…}', $do$ BEGIN $do$");
  await expect(filled(file, {})).rejects.toMatchObject({
    code: 'missing_value',
    message: `${file} asks for \${HOST}, which has no value. Give it one in the environment.`,
  });
});

test('lines of properties take others’ places, and nobody else may read the file', async () => {
  const file = write('c.properties', '# c\nname=${NAME}\nname.more=1\nlast=2\n');
  const target = await fillInto(file, join(dir, 'd.properties'), { NAME: 'shop' }, { name: 'other', added: 'a\\b' });
  expect(readFileSync(target, 'utf8')).toBe('# c\nname.more=1\nlast=2\n\nname=other\nadded=a\\\\b\n');
  expect(statSync(target).mode & 0o777).toBe(0o600);
});

test('properties are lines with backslashes doubled', () => {
  expect(properties({ a: 1, b: true, c: 'x\\y', d: 'two\nlines' })).toBe('a=1\nb=true\nc=x\\\\y\nd=two\\nlines\n');
});

test('a file of SQL is cut at semicolons that end a line', () => {
  const sql = "-- one; two;\nSELECT ';' AS a;\n\n  -- three\nSELECT 2\n;\n";
  expect(statementsOf(sql)).toEqual(["SELECT ';' AS a", 'SELECT 2']);
});

test('ports differ, and a folder keeps those it was given', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  const kept = await portsOf(dir, 3);
  expect(await portsOf(dir, 3)).toEqual(kept);
  // A folder that was made by another version has another number of them.
  expect(await portsOf(dir, 4)).toHaveLength(4);
  const server = createServer().listen(ports[0], '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await new Promise((resolve) => server.close(resolve));
});

test('a program is ready, and is gone when it was stopped', async () => {
  const started = await program("console.log('ready'); setInterval(() => {}, 1000)");
  expect(started.output()).toBe('ready\n');
  expect(() => process.kill(started.pid, 0)).not.toThrow();
  await started.stop();
  expect(await started.ended).toBe('SIGTERM');
  expect(() => process.kill(started.pid, 0)).toThrow();
  await started.stop();
});

test('a program that does not end when it is asked to is killed', async () => {
  const deaf = await program("process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)", {
    graceMs: 300,
  });
  await deaf.stop();
  expect(await deaf.ended).toBe('SIGKILL');
});

test('a program that ends or stays silent says so with the end of its output', async () => {
  await expect(program("console.error('no disk'); process.exit(3)")).rejects.toMatchObject({
    code: 'service_ended',
    message: `A service ended with 3 before it was ready. Its log is ${join(dir, 'log')}; the end of it:\nno disk`,
  });
  await expect(
    program("console.log('thinking'); setInterval(() => {}, 1000)", { readySeconds: 1 }),
  ).rejects.toMatchObject({ code: 'service_silent', facts: { seconds: 1, tail: 'thinking' } });
});

test('what is missing on the machine is named, with what to do', () => {
  const { env } = process;
  try {
    process.env = { ...env, JAVA_HOME: dir, TIDEMARK_KAFKA_JARS: dir, TIDEMARK_POSTGRES: dir };
    expect(() => findJava()).toThrow(/Kafka needs Java 17 or newer; found none at .*Debian: apt-get install/);
    expect(() => findJars()).toThrow(/holds no Kafka and Debezium.*node scripts\/installTestTools\.mjs kafka/);
    // A wrong folder is passed over.
    expect(findPostgres()).not.toBe(dir);
  } finally {
    process.env = env;
  }
});
