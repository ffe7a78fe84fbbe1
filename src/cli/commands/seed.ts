import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { Option } from 'commander';
import type { Command } from 'commander';

import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { followProduct } from '../../demo/follow';
import { demoNames, seedDemo } from '../../demo/seed';
import type { DemoName, Seeded } from '../../demo/seed';
import { fail } from '../errors';
import { wholeNumber } from '../numbers';
import { grouped } from '../output';
import type { Output, Progress } from '../output';
import { configOption, defineCommand, jsonOption, packageRoot, withConfig } from '../run';
import type { ConfigOptions } from '../run';

interface SeedFlags extends ConfigOptions {
  readonly demo: DemoName;
  readonly reset?: boolean;
  readonly scale?: number;
  readonly follow?: boolean;
  readonly incident?: boolean;
}

/** Between two looks at the clock. */
const followMs = 10_000;

/** A hundred million rows. */
const mostScale = 50;

/** `tidemark seed`: makes and fills the demo's source tables. */
export function seedCommand(): Command {
  return defineCommand({
    name: 'seed',
    summary: "Make and fill a demo's source tables; run again, it adds only what is missing",
    examples: [
      'tidemark seed --demo cdnow          # 69,659 real orders of 1997 and 1998',
      'tidemark seed --demo product        # a made-up shop up to this minute; again later: tops up',
      'tidemark seed --demo product --scale 17   # 5 M events of 120,000 people in less than a minute',
      'tidemark seed --demo product --follow --incident   # stays: rows as they happen, and checkout fails',
      'tidemark seed --demo cdnow --reset  # drop the source tables of either demo first',
    ],
  })
    .addOption(new Option('--demo <name>', 'which demo').choices(demoNames).makeOptionMandatory())
    .addOption(configOption('demo/<name>/tidemark.yaml'))
    .option(
      '--scale <n>',
      'product: so many times as many people, 1 to 50 (17: 5 M events); made by the server',
      wholeNumber,
    )
    .option('--follow', 'product: stay, and add rows as they happen, until Ctrl-C')
    .option('--incident', 'product: checkout’s payments fail from twelve minutes ago on, so that an alert fires')
    .option('--reset', 'drop the source tables of either demo first')
    .addOption(jsonOption())
    .action(seed);
}

async function seed(flags: SeedFlags): Promise<void> {
  if (flags.scale !== undefined && (flags.demo !== 'product' || flags.scale < 1 || flags.scale > mostScale))
    throw fail('usage_bad_scale', { given: flags.scale, demo: flags.demo, most: mostScale });
  if (flags.demo !== 'product' && (flags.follow || flags.incident))
    throw fail('usage_only_with', { option: flags.follow ? '--follow' : '--incident', other: '--demo product' });
  const root = packageRoot();
  const config = flags.config ?? join(root, 'demo', flags.demo, 'tidemark.yaml');
  await withConfig({ ...flags, config }, async ({ db, out }) => {
    const startedMs = Date.now();
    const bars = new Map<string, Progress>();
    const onInserted = (table: string, done: number, of: number) => {
      const bar = bars.get(table) ?? out.progress(table, of, 'rows');
      bars.set(table, bar);
      bar.update(done);
      if (done >= of) bar.stop();
    };
    const readCdnow = () => gunzipSync(readFileSync(join(root, 'test', 'data', 'cdnow.csv.gz'))).toString('utf8');
    try {
      const { demo, reset = false, scale = 1 } = flags;
      const seeded = await seedDemo(db, { demo, reset, scale, nowMs: startedMs, readCdnow, onInserted });
      report(out, seeded, (Date.now() - startedMs) / 1000);
      await live(db, out, flags, { firstDayMs: seeded.firstDayMs, seededMs: startedMs });
    } finally {
      for (const bar of bars.values()) bar.stop();
    }
  });
}

/** What `--follow` and `--incident` ask for beside the demo's past. */
async function live(
  db: Db,
  out: Output,
  { follow = false, incident = false }: SeedFlags,
  seeded: { readonly firstDayMs: number; readonly seededMs: number },
): Promise<void> {
  if (!follow && !incident) return;
  const follower = followProduct(db, { ...seeded, incident });
  if (incident) out.say('Checkout’s payments have been failing for twelve minutes.');
  await follower.catchUp(Date.now());
  if (follow) out.say('Rows come as they happen. Ctrl-C ends it.');
  let isAway = false;
  while (follow) {
    await new Promise((resolve) => setTimeout(resolve, followMs));
    try {
      await follower.catchUp(Date.now());
      isAway = false;
    } catch (thrown) {
      // What is missing comes with the next time that works.
      if (!isAway) out.note(`${messageOf(thrown)} Trying again every ${followMs / 1000} s.`);
      isAway = true;
    }
  }
}

function report(out: Output, { demo, created, tables }: Seeded, seconds: number): void {
  const inserted = tables.reduce((sum, table) => sum + table.inserted, 0);
  out.data({ demo, created, tables, seconds });
  if (inserted === 0) return out.say(`Demo "${demo}" is there already; nothing was missing (${seconds.toFixed(1)} s).`);
  out.table(
    ['table', 'rows added', 'rows now'],
    tables.map(({ table, inserted: added, total }) => [table, added, total]),
  );
  const verb = created ? 'Seeded' : 'Completed';
  out.say(`${verb} demo "${demo}": ${grouped(inserted)} rows in ${seconds.toFixed(1)} s.`);
}
