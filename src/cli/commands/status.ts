import type { Command } from 'commander';

import { readStatus, requireMigrated, inspect } from '../../schema';
import { configOption, defineCommand, exitCodes, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

/** `tidemark status`: how fresh every rollup is. */
export function statusCommand(): Command {
  return defineCommand({
    name: 'status',
    summary: 'Show how fresh every rollup is and what its last refresh said; exit code 1 when one is failing or stale',
    examples: ['tidemark status', 'tidemark status --json'],
  })
    .addOption(configOption())
    .addOption(jsonOption())
    .action(status);
}

async function status(flags: ConfigOptions): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const rows = await readStatus(installation, db);
    out.data(rows);
    out.table(
      ['rollup', 'state', 'complete up to (UTC)', 'behind, s', 'last run, ms', 'days queued', 'says'],
      rows.map((r) => [
        r.rollup,
        r.verdict,
        r.hi,
        r.lagSeconds === null ? null : r.lagSeconds.toFixed(1),
        r.lastRunMs,
        r.queuedDays === 0 ? null : r.queuedDays,
        firstLine(r.exception),
      ]),
    );
    const bad = rows.filter((r) => ['failing', 'stale', 'clock back'].includes(r.verdict));
    out.say(
      bad.length === 0
        ? `All ${rows.length} tables are kept by ClickHouse every ${installation.everySeconds} s or as listed in catalog_rollups.`
        : `${bad.length} of ${rows.length} tables need attention: ${bad.map((r) => r.rollup).join(', ')}. Old numbers are kept.`,
    );
    if (bad.length > 0) process.exitCode = exitCodes.failure;
  });
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replace(/, Stack trace.*/, '').slice(0, 120);
