import type { Command } from 'commander';

import { healDay, inspect, installedRollups, requireMigrated, verify } from '../../schema';
import type { Installation, Verified } from '../../schema';
import { wholeNumber } from '../numbers';
import { grouped } from '../output';
import { configOption, defineCommand, exitCodes, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface VerifyFlags extends ConfigOptions {
  readonly days: number;
  readonly all?: boolean;
  readonly heal?: boolean;
}

/** `tidemark verify`: rollups against a recount of the source. */
export function verifyCommand(): Command {
  return defineCommand({
    name: 'verify',
    summary: 'Recount days of every rollup from the source and compare; exit code 1 where one differs',
    examples: [
      'tidemark verify               # 10 days of each rollup, spread over its history',
      'tidemark verify --all         # every day',
      'tidemark verify --all --heal  # and mend what differs now, instead of when the sweep comes to it',
    ],
  })
    .addOption(configOption())
    .option('--days <n>', 'days of each rollup to look at, spread evenly, the newest among them', wholeNumber, 10)
    .option('--all', 'every day of the history')
    .option('--heal', 'mend the days that differ')
    .addOption(jsonOption())
    .action(run);
}

async function run(flags: VerifyFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const found = await verify(installation, db, (days) => (flags.all ? days : spread(days, flags.days)));
    out.data(found);
    out.table(
      ['rollup', 'days looked at', 'days that differ', 'rows that differ'],
      found.map((f) => [f.rollup, f.days, f.wrong.length, f.wrong.reduce((sum, w) => sum + w.rows, 0)]),
    );
    const wrong = found.filter((f) => f.wrong.length > 0);
    if (wrong.length === 0) return out.say('Every rollup equals a recount of its source on the days looked at.');
    for (const { rollup, wrong: days } of wrong) {
      const [first] = days;
      out.say(
        `${rollup} differs on ${listed(days)}. The rows of ${first?.day ?? ''} as they are in the source:\n${first?.sql ?? ''}\n`,
      );
    }
    if (!flags.heal) {
      out.say('The sweep mends one day a minute. Mend now: tidemark verify --all --heal');
      process.exitCode = exitCodes.failure;
      return;
    }
    const days = [...new Set(wrong.flatMap((f) => f.wrong.map((w) => w.day)))].sort();
    for (const day of days) await healDay(installation, db, day);
    const inserted = insertTables(installation, wrong);
    if (inserted.length < wrong.length) out.say(`Mended ${grouped(days.length)} days.`);
    if (inserted.length === 0) return;
    out.say(`Tables of mode insert are not mended by days. Run: tidemark migrate --rebuild ${inserted.join(' ')}`);
    process.exitCode = exitCodes.failure;
  });
}

/** Those of the tables that insert-time views keep. */
function insertTables(installation: Installation, found: readonly Verified[]): readonly string[] {
  const kept = new Set(
    installedRollups(installation)
      .filter(({ role }) => installation.sources[role]?.mode === 'insert')
      .map(({ rollup }) => rollup.name),
  );
  return found.map((f) => f.rollup).filter((name) => kept.has(name));
}

/** `count` of the days, evenly spread, the last one always among them. */
function spread(days: readonly string[], count: number): readonly string[] {
  const stride = Math.max(1, days.length / count);
  return days.filter(
    (_, i) =>
      Math.floor((days.length - 1 - i) / stride) !== Math.floor((days.length - 2 - i) / stride) ||
      i === days.length - 1,
  );
}

const listed = (days: Verified['wrong']): string =>
  days
    .slice(0, 5)
    .map((w) => `${w.day} (${grouped(w.rows)} rows)`)
    .join(', ') + (days.length > 5 ? ` and ${grouped(days.length - 5)} more days` : '');
