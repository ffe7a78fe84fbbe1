import type { Command } from 'commander';

import { check, chosenRules } from '../../alerts/check';
import type { Checked } from '../../alerts/check';
import { viewSource } from '../../alerts/run/ask';
import { inspect, requireMigrated, ruleStatement, serverWorld } from '../../schema';
import { configOption, defineCommand, exitCodes, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';
import { wrapped } from '../wrapped';

interface CheckFlags extends ConfigOptions {
  readonly rule?: string;
  readonly sql?: boolean;
}

/** `tidemark alerts check`: what every rule says right now, and why. */
export function checkCommand(): Command {
  return defineCommand({
    name: 'check',
    summary: 'Ask the alert rules now: what fires, what is held, and why; exit code 1 where one fires',
    examples: [
      'tidemark alerts check',
      'tidemark alerts check --rule error_rate --sql',
      'tidemark alerts check --json',
    ],
  })
    .option('--rule <name>', 'only this rule')
    .option('--sql', 'show the statement of each rule, too')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(checkAll);
}

async function checkAll(flags: CheckFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const source = viewSource(db, config.connection.database, config.alerts.off);
    const rules = chosenRules(await source.rules(), flags.rule);
    const rows = await check(rules, source);
    for (const row of rows) {
      const rule = rules.find(({ name }) => name === row.rule);
      out.data({ ...row, ...(flags.sql && rule && { sql: ruleStatement(rule, installation, serverWorld) }) });
    }
    out.table(
      ['rule', 'subject', 'state', 'value', 'threshold', 'why'],
      rows.map((row) => [row.rule, row.subject, row.state, row.shown.value, row.shown.threshold, wrapped(row.why)]),
    );
    if (flags.sql)
      for (const rule of rules) out.say(`\n-- ${rule.name}\n${ruleStatement(rule, installation, serverWorld).trim()};`);
    out.say(summary(rows, rules.length));
    if (rows.some(({ state }) => state === 'Firing' || state === 'Error')) process.exitCode = exitCodes.failure;
  });
}

function summary(rows: readonly Checked[], rules: number): string {
  const of = (state: Checked['state']) => rows.filter((row) => row.state === state).length;
  const counted = (n: number, what: string) => (n === 0 ? [] : [`${n} ${what}`]);
  const told = [
    ...counted(of('Firing'), of('Firing') === 1 ? 'fires' : 'fire'),
    ...counted(of('Held'), 'held'),
    ...counted(of('Error'), 'could not be asked'),
    ...counted(of('NoData'), 'without subjects'),
    ...counted(of('OK'), 'well'),
  ];
  const asked = `${rules} rule${rules === 1 ? '' : 's'} asked`;
  return `${asked}: ${told.join(', ') || 'none is installed'}. Firing is what holds now; whoever tells people waits for the rule's time first (docs/alerts.md).`;
}
