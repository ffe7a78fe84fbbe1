import { packageVersion } from '../version';
import { applyMigration, inspect, planMigration } from '../../schema';
import type { Action } from '../../schema';
import { configOption, defineCommand, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';
import type { Command } from 'commander';

interface MigrateFlags extends ConfigOptions {
  readonly dryRun?: boolean;
  readonly sql?: boolean;
}

/** `tidemark migrate`: makes what is installed match tidemark.yaml. */
export function migrateCommand(): Command {
  return defineCommand({
    name: 'migrate',
    summary: 'Create or update the rollups, their refreshes and the catalogue in ClickHouse',
    examples: [
      'tidemark migrate --dry-run          # what would happen, object by object',
      'tidemark migrate --dry-run --sql    # the statements themselves',
      'tidemark migrate                    # do it; run again, it changes nothing',
    ],
  })
    .addOption(configOption())
    .option('--dry-run', 'only show what would happen')
    .option('--sql', 'show the statements too')
    .addOption(jsonOption())
    .action(migrate);
}

async function migrate(flags: MigrateFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const version = packageVersion();
    const installation = await inspect(config, db);
    const plan = await planMigration(installation, db, version);
    const changes = plan.filter((action) => action.action !== 'unchanged');
    out.data({ database: installation.database, dryRun: flags.dryRun ?? false, actions: plan.map(summary) });
    if (changes.length === 0) {
      return out.say(`Database ${installation.database} is up to date: ${plan.length} objects, nothing to do.`);
    }
    if (flags.sql) {
      for (const { object, statements } of changes)
        out.say(`-- ${object}\n${statements.map((s) => `${s};`).join('\n')}\n`);
    } else {
      out.table(
        ['object', 'kind', 'action'],
        changes.map((a) => [a.object, a.kind, a.action]),
      );
    }
    if (flags.dryRun) return out.say(`${changes.length} of ${plan.length} objects would change. Nothing was done.`);
    await applyMigration(installation, db, plan, version);
    out.say(
      `Migrated database ${installation.database}: ${changes.length} of ${plan.length} objects changed. ClickHouse refreshes the rollups itself from now on; tidemark status shows how far they are.`,
    );
  });
}

const summary = ({ object, kind, action }: Action) => ({ object, kind, action });
