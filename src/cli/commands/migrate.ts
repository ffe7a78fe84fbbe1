import { Option } from 'commander';
import type { Command } from 'commander';

import type { Config } from '../../config/config';
import { loadConfig } from '../../config/load';
import { applyMigration, capKeys, defaultChunkRows, inspect, planMigration } from '../../schema';
import type { Action } from '../../schema';
import { accessParts, accessPlan, printAccess, readerXml } from '../../schema/access';
import { fail } from '../errors';
import { Meter } from '../meter';
import { wholeNumber } from '../numbers';
import { configOption, configPath, defineCommand, jsonOption, outputFor, withConfig } from '../run';
import type { ConfigOptions } from '../run';
import { packageVersion } from '../version';

interface MigrateFlags extends ConfigOptions {
  readonly dryRun?: boolean;
  readonly sql?: boolean;
  readonly printAccess?: 'sql' | 'xml';
  readonly tenantColumn?: string;
  readonly cluster?: string;
  readonly rebuild?: readonly string[];
  readonly chunkRows: number;
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
      'tidemark migrate --dry-run --sql --cluster main    # what a cluster would get; it need not be there',
      'tidemark migrate --rebuild event_day event_minute  # fill tables anew beside what they are now',
      'tidemark migrate --print-access > access.sql      # roles, limits, quota, users; asks no ClickHouse',
      'tidemark migrate --print-access --tenant-column tenant --cluster main',
    ],
  })
    .addOption(configOption())
    .option('--dry-run', 'only show what would happen')
    .option('--sql', 'show the statements too')
    .addOption(
      new Option(
        '--print-access [format]',
        "only print who may do what: SQL for roles, limits, quota and users, or users.d XML for Grafana's users",
      )
        .choices(['sql', 'xml'])
        .preset('sql'),
    )
    .option('--tenant-column <name>', 'with --print-access: row policies by this column or dimension, as a template')
    .option('--cluster <name>', 'run each statement ON CLUSTER, with replicated tables (instead of connection.cluster)')
    .option('--rebuild <tables...>', 'fill these tables anew beside what they are now, whatever their definition')
    .option(
      '--chunk-rows <n>',
      'rows of a source that one statement of a rebuild counts at most',
      wholeNumber,
      defaultChunkRows,
    )
    .addOption(jsonOption())
    .action(migrate);
}

async function migrate(flags: MigrateFlags): Promise<void> {
  if (flags.printAccess) return printAccessOf(flags, flags.printAccess);
  if (flags.tenantColumn !== undefined)
    throw fail('usage_only_with', { option: '--tenant-column', other: '--print-access' });
  await withConfig(flags, async ({ config: written, db, out }) => {
    const config = onCluster(written, flags.cluster);
    const version = packageVersion();
    const installation = await capKeys(await inspect(config, db), db, { dryRun: flags.dryRun === true });
    const plan = await planMigration(installation, db, version, {
      rebuild: flags.rebuild ?? [],
      chunkRows: flags.chunkRows,
    });
    const changes = plan.filter((action) => action.action !== 'unchanged');
    out.data({ database: installation.database, dryRun: flags.dryRun ?? false, actions: plan.map(summary) });
    if (changes.length === 0) {
      return out.say(`Database ${installation.database} is up to date: ${plan.length} objects, nothing to do.`);
    }
    if (flags.sql) {
      for (const { object, statements, then } of changes)
        out.say(`-- ${object}\n${[...statements, ...(then?.shows ?? [])].map((s) => `${s};`).join('\n')}\n`);
    } else {
      out.table(
        ['object', 'kind', 'action'],
        changes.map((a) => [a.object, a.kind, a.action]),
      );
    }
    if (flags.dryRun) return out.say(`${changes.length} of ${plan.length} objects would change. Nothing was done.`);
    const meter = new Meter(out);
    try {
      await applyMigration(installation, db, plan, version, {
        onFill: ({ step, rows, of }) => meter.filled(step, rows, of),
      });
    } finally {
      meter.stop();
    }
    out.say(
      `Migrated database ${installation.database}: ${changes.length} of ${plan.length} objects changed. ClickHouse refreshes the rollups itself from now on; tidemark status shows how far they are.`,
    );
  });
}

/** The configuration with the cluster of the command line instead of its own. */
const onCluster = (config: Config, cluster: string | undefined): Config =>
  cluster === undefined ? config : { ...config, connection: { ...config.connection, cluster } };

/** Reads tidemark.yaml only. With --json one object {database, parts} instead of the script. */
function printAccessOf(flags: MigrateFlags, format: 'sql' | 'xml'): void {
  const { tenantColumn } = flags;
  const config = loadConfig(configPath(flags), process.env);
  const cluster = flags.cluster ?? config.connection.cluster;
  const plan = accessPlan(config, {
    ...(tenantColumn !== undefined && { tenantColumn }),
    ...(cluster !== undefined && { cluster }),
  });
  const out = outputFor(flags);
  const xml = format === 'xml' ? readerXml(plan) : undefined;
  out.data({ database: plan.database, ...(xml === undefined ? { parts: accessParts(plan) } : { xml }) });
  out.say((xml ?? printAccess(plan)).trimEnd());
}

const summary = ({ object, kind, action }: Action) => ({ object, kind, action });
