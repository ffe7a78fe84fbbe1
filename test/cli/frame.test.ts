import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { exitCodes } from '../../src/cli/run';
import { root, tidemark } from './spawn';

jest.setTimeout(60_000);

const verbs = readdirSync(join(root, 'src/cli/commands'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''));

test('every file in commands/ is a command, and every command has its file', async () => {
  const { code, stdout } = await tidemark(['--help']);
  const listed = [...stdout.matchAll(/^ {2}(\w+)(?: \[\w+\]| <\w+>)* {2,}/gm)]
    .map(([, verb]) => verb)
    .filter((verb) => verb !== 'help');
  expect(code).toBe(0);
  expect(listed.sort()).toEqual([...verbs].sort());
});

test.each(verbs)('%s --help shows examples', async (verb) => {
  const { code, stdout } = await tidemark([verb, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`\\nExamples:\\n(.*\\n)*?.*tidemark ${verb}`));
});

test('docs/cli.md names every command and every exit code', () => {
  const docs = readFileSync(join(root, 'docs/cli.md'), 'utf8');
  expect(verbs.filter((verb) => !docs.includes(`\`tidemark ${verb}`))).toEqual([]);
  expect(Object.values(exitCodes).filter((code) => !docs.includes(`| ${code} |`))).toEqual([]);
});

test('an unknown command is refused with what was probably meant', async () => {
  expect(await tidemark(['sed'])).toEqual({
    code: 2,
    stdout: '',
    stderr: "error: unknown command 'sed'\n(Did you mean seed?)\n(tidemark --help lists the commands)\n",
  });
});

test.each([
  [['seed'], "error: required option '--demo <name>' not specified\n"],
  [
    ['seed', '--demo', 'cdno'],
    "error: option '--demo <name>' argument 'cdno' is invalid. Allowed choices are cdnow, product.\n",
  ],
  [['seed', '--demo', 'cdnow', '--rest'], "error: unknown option '--rest'\n(Did you mean --reset?)\n"],
])('%j is a usage error', async (args, stderr) => {
  expect(await tidemark(args)).toEqual({ code: 2, stdout: '', stderr });
});

test('the version is the one of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(await tidemark(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});
