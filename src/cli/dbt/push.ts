import { Argument } from 'commander';
import type { Command } from 'commander';

import { pushTarget } from '../../collector/dbt/push';
import { loadConfig } from '../../config/load';
import { connect } from '../connection';
import { configOption, configPath, defineCommand, jsonOption, outputFor } from '../run';
import type { ConfigOptions } from '../run';

interface PushFlags extends ConfigOptions {
  readonly project?: string;
  readonly job?: string;
  readonly gitSha?: string;
}

/** Variables in which CI systems name the commit. */
const commitVariables = ['GITHUB_SHA', 'CI_COMMIT_SHA', 'GIT_COMMIT', 'BUILD_SOURCEVERSION'] as const;

/** `tidemark dbt push`: the results of the last invocation, for cron and CI. */
export function pushCommand(): Command {
  return defineCommand({
    name: 'push',
    summary:
      'Write the results in a target folder of dbt to the health tables, each invocation once; run it after dbt whether or not that failed',
    examples: [
      'dbt build; tidemark dbt push target                      # ; and not &&: failures are to be told too',
      'dbt run; tidemark dbt push; dbt test; tidemark dbt push  # dbt overwrites its files with each invocation',
      'tidemark dbt push /srv/dbt/target --project marts --job hourly',
      'tidemark dbt push --git-sha "$(git rev-parse HEAD)"      # default: what the CI says',
      'tidemark dbt push --json                                 # {"project":"marts","rows":12,"invocations":[…]}',
    ],
  })
    .addArgument(new Argument('[dir]', 'target folder of dbt, or its run_results.json').default('target'))
    .addOption(configOption())
    .option(
      '--project <name>',
      'project under collect.dbt (default: the one whose target the folder is, or the only one)',
    )
    .option('--job <name>', 'job of the project that it is (default: the one that selects the same)')
    .option('--git-sha <sha>', `commit of the dbt project (default: $${commitVariables.join(', $')})`)
    .addOption(jsonOption())
    .action(push);
}

async function push(path: string, flags: PushFlags): Promise<void> {
  const config = loadConfig(configPath(flags), process.env);
  const { connection, collect } = config;
  const gitSha = flags.gitSha ?? commitVariables.map((name) => process.env[name]).find(Boolean);
  const db = await connect({ connection: { ...connection, ...collect?.login } });
  const out = outputFor(flags);
  try {
    const options = { ...flags, path, ...(gitSha !== undefined && { gitSha }) };
    const { project, invocations, rows, notes } = await pushTarget(config, db, options, Date.now());
    out.data({ project, rows, invocations, notes });
    for (const note of notes) out.note(`tidemark: ${note}`);
    for (const { id, file, isNew } of invocations)
      out.say(
        isNew
          ? `${project}: invocation ${id} of ${file} is written.`
          : `${project}: invocation ${id} of ${file} was written before. If dbt ran since, it broke off before it wrote its results.`,
      );
    out.say(`${rows} rows were written.`);
  } finally {
    await db.close();
  }
}
