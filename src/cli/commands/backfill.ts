import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import type { RoleName } from '../../core/model';
import { roleNames } from '../../core/model';
import { backfill, defaultChunkRows, inspect, requireMigrated, verify } from '../../schema';
import { Meter } from '../meter';
import { wholeNumber } from '../numbers';
import { grouped } from '../output';
import { configOption, defineCommand, exitCodes, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface BackfillFlags extends ConfigOptions {
  readonly from?: string;
  readonly to?: string;
  readonly role?: RoleName;
  readonly chunkRows: number;
  readonly rowsPerSecond?: number;
  readonly verify?: boolean;
}

/** `tidemark backfill`: fills rollups from the history, with progress. */
export function backfillCommand(): Command {
  return defineCommand({
    name: 'backfill',
    summary: 'Fill the rollups from the history of their sources, oldest days first; goes on where a killed run was',
    examples: [
      'tidemark backfill                                   # all days that wait to be counted, as after migrate',
      'tidemark backfill --from 2026-01-01 --to 2026-03-31 # count these days anew',
      'tidemark backfill --rows-per-second 500000 --verify # leave room for others, then recount and compare',
    ],
  })
    .addOption(configOption())
    .option('--from <day>', 'first day to count anew, in the reporting zone (YYYY-MM-DD)', day)
    .option('--to <day>', 'last day to count anew', day)
    .addOption(new Option('--role <name>', 'only the rollups of this role').choices(roleNames))
    .option('--chunk-rows <n>', 'rows of the source that one statement counts at most', wholeNumber, defaultChunkRows)
    .option('--rows-per-second <n>', 'throttle: not more rows of the source a second', wholeNumber)
    .option('--verify', 'recount and compare every day that was counted; exit code 1 where one differs')
    .addOption(jsonOption())
    .action(run);
}

async function run(flags: BackfillFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const startedMs = Date.now();
    const counted = new Set<string>();
    const meter = new Meter(out, flags.rowsPerSecond);
    try {
      await backfill(installation, db, {
        ...(flags.from && { from: flags.from }),
        ...(flags.to && { to: flags.to }),
        ...(flags.role && { roles: [flags.role] }),
        onLedger: (role, rows, of) => meter.filled(`places of ${role}`, rows, of),
        drain: {
          chunkRows: flags.chunkRows,
          onStart: ({ rows }) => meter.start('backfill', rows),
          onChunk: async ({ days, rows }) => {
            for (const d of days) counted.add(d);
            await meter.add(rows);
          },
        },
      });
    } finally {
      meter.stop();
    }
    const seconds = (Date.now() - startedMs) / 1000;
    const rate = Math.round(meter.rows / Math.max(seconds, 0.001));
    if (counted.size === 0) {
      out.say('No day waits to be counted: the rollups hold the whole history. To count days anew: --from and --to.');
    } else {
      out.say(
        `Counted ${grouped(counted.size)} days with ${grouped(meter.rows)} rows in ${seconds.toFixed(1)} s (${grouped(rate)} rows/s).`,
      );
    }
    const wrong = flags.verify
      ? (await verify(installation, db, (days) => days.filter((d) => counted.has(d)))).filter((f) => f.wrong.length > 0)
      : [];
    out.data({ days: counted.size, rows: meter.rows, seconds, rowsPerSecond: rate, wrong });
    if (!flags.verify) return;
    if (wrong.length === 0) return out.say('Verified: every day that was counted equals a recount of its source.');
    for (const { rollup, wrong: days } of wrong)
      out.say(`${rollup} differs on ${days.map((w) => w.day).join(', ')}:\n${days[0]?.sql ?? ''}`);
    process.exitCode = exitCodes.failure;
  });
}

function day(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isDay) throw new InvalidArgumentError('A day is needed, such as 2026-03-31.');
  return text;
}
