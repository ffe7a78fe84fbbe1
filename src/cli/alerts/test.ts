import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { Command } from 'commander';
import { Option } from 'commander';

import { fail } from '../../alerts/errors';
import { runFiles } from '../../alerts/ruleTest/files';
import type { FileResult } from '../../alerts/ruleTest/files';
import type { RuleTestFile } from '../../alerts/ruleTest/model';
import { parseRuleTests } from '../../alerts/ruleTest/parse';
import { caseData, caseLines, passed } from '../../alerts/ruleTest/report';
import { messageOf } from '../../core/errors';
import { connect } from '../connection';
import type { Output } from '../output';
import { defineCommand, exitCodes, jsonOption, withOutput } from '../run';
import type { OutputFlags } from '../run';
import { packageVersion } from '../version';
import { startOwnEngine } from './engine';

interface TestFlags extends OutputFlags {
  readonly url?: string;
  readonly user: string;
  readonly password: string;
}

/** `tidemark alerts test`: cases of rules, on the real engine, with the clock handed in. */
export function testCommand(): Command {
  return defineCommand({
    name: 'test',
    summary:
      'Run cases of alert rules: rows in, evaluations, states and messages compared; exit code 1 where one differs',
    examples: [
      'tidemark alerts test test/alerts/*.yaml        # on an engine of its own; needs no tidemark.yaml',
      'tidemark alerts test --url http://127.0.0.1:8123 test/alerts/error_rate.yaml',
    ],
  })
    .argument('<file...>', 'files of cases (docs/alerts.md has the format)')
    .option('--url <address>', 'run on this ClickHouse, in databases that are removed again')
    .addOption(new Option('--user <name>', 'its user').env('TIDEMARK_USER').default('default'))
    .addOption(new Option('--password <text>', 'its password').env('TIDEMARK_PASSWORD').default(''))
    .addOption(jsonOption())
    .action(test);
}

async function test(paths: readonly string[], flags: TestFlags): Promise<void> {
  await withOutput(flags, async (out) => {
    // All files are read before any engine starts: a wrong key is told at once.
    const files: RuleTestFile[] = [];
    for (const path of paths) files.push(parseRuleTests(await read(path), path));
    const startedMs = Date.now();
    const results = await run(files, flags, out);
    const failed = results.filter((result) => !passed(result)).length;
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    out.say(
      failed === 0
        ? `All ${results.length} cases are as expected (${seconds} s).`
        : `${failed} of ${results.length} cases are not as expected (${seconds} s).`,
    );
    if (failed > 0) process.exitCode = exitCodes.failure;
  });
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    throw fail('usage_rule_file_unreadable', { file: path, reason }, { cause });
  }
}

async function run(files: readonly RuleTestFile[], flags: TestFlags, out: Output): Promise<FileResult[]> {
  const engine = flags.url === undefined ? await startOwnEngine() : undefined;
  try {
    const url = engine?.url ?? flags.url ?? '';
    const login = engine ? { user: 'default', password: '' } : { user: flags.user, password: flags.password };
    const db = await connect({ connection: { url, ...login, database: '' } });
    let file = '';
    const onResult = (result: FileResult) => {
      if (result.file !== file) out.say((file = result.file));
      for (const line of caseLines(result)) out.say(line);
      out.data(caseData(result));
    };
    const database = `tidemark_rule_test_${randomBytes(4).toString('hex')}`;
    try {
      return await runFiles(files, { db, database, version: packageVersion(), onResult });
    } finally {
      await db.close();
    }
  } finally {
    await engine?.stop();
  }
}
