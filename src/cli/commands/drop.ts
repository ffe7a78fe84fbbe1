import type { Command } from 'commander';
import { Option } from 'commander';

import type { DropPlan } from '../../schema/drop';
import { applyDrop, planDrop } from '../../schema/drop';
import { fail } from '../errors';
import { configOption, defineCommand, exitCodes, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface DropFlags extends ConfigOptions {
  readonly rollup?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** `tidemark drop`: removes what migrate made. Without --yes it only shows what would go. */
export function dropCommand(): Command {
  return defineCommand({
    name: 'drop',
    summary: 'Remove what migrate made; without --yes only show it. Source tables are never touched',
    examples: [
      'tidemark drop --all                       # what would go; nothing is done',
      'tidemark drop --all --yes                 # do it',
      'tidemark drop --rollup event_minute --yes # one table; tidemark drop --rollup event: all its tiers and zones',
    ],
  })
    .addOption(configOption())
    .addOption(
      new Option('--rollup <name>', 'one rollup: a table, or a family with all its tiers and zones').conflicts('all'),
    )
    .option('--all', 'everything that migrate made; the database too, where nothing else is in it')
    .option('--yes', 'do it')
    .addOption(jsonOption())
    .action(drop);
}

async function drop(flags: DropFlags): Promise<void> {
  const { rollup, all, yes = false } = flags;
  if (rollup === undefined && !all) throw fail('usage_drop_what', undefined);
  await withConfig(flags, async ({ config, db, out }) => {
    const sources = Object.values(config.roles).map((role) => role.table);
    const what = rollup === undefined ? ({ all: true } as const) : { rollup };
    const plan = await planDrop(config.connection, db, what, sources);
    const { drops, foreign } = plan;
    out.data({ database: plan.database, dropped: yes, drops, foreign });
    out.table(
      ['object', 'kind', 'why'],
      drops.map(({ object, kind, because }) => [object, kind, because ?? '']),
    );
    if (foreign.length > 0) {
      out.say(`Not made by Tidemark and kept, with the database ${plan.database}: ${foreign.join(', ')}.`);
    }
    if (!yes) {
      out.say(`Nothing was dropped. Add --yes to drop these ${drops.length} objects.`);
      process.exitCode = exitCodes.failure;
      return;
    }
    await applyDrop(plan, db);
    out.say(`Dropped ${drops.length} objects.${after(plan)}`);
  });
}

/** What stands still now: views that had to go with a rollup keep others too. */
function after({ drops, forget }: DropPlan): string {
  if (forget.length === 0) return '';
  const others = drops.filter((d) => d.because !== undefined).map((d) => d.object);
  const stopped = others.length > 0 ? ` What ${others.join(', ')} did for other rollups stands still until then.` : '';
  return ` tidemark migrate makes again what tidemark.yaml asks for.${stopped}`;
}
