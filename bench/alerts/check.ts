import type { Db } from '../../src/core/db';
import type { AlertRule } from '../../src/packs/rule';
import type { Said, Stage } from '../../src/schema';
import { dice } from './chance';
import { minuteMs } from './calendar';
import type { Clocks } from './manyClocks';
import { fillAround } from './manyClocks';
import type { Source } from './source';

/**
 * Asks a rule singly, over the true rows at the true moment, at some clocks by chance and at some at which it fired, and compares with
 * what was said at many clocks at once. Throws with both where they are not the same: then nothing of the report would be true.
 */
export async function checkClocks(
  db: Db,
  rule: AlertRule,
  { clocks, stage, source }: { readonly clocks: Clocks; readonly stage: Stage; readonly source: Source },
  count: number,
  fired: readonly number[],
): Promise<void> {
  const chance = dice(source.profile.seed, 99, rule.name.length);
  const all = (source.toMs - source.fromMs) / minuteMs;
  const some = Array.from({ length: count }, () => source.fromMs + Math.floor(chance.next() * all) * minuteMs);
  const looked = [...new Set([...some, ...fired.slice(0, count)])];
  const many = await clocks.ask(rule, source, looked, true);
  for (const clock of looked) {
    await fillAround(db, stage, source, clock);
    const single = plain(await stage.ask(rule, clock));
    const among = plain(many.get(clock) ?? []);
    if (JSON.stringify(single) !== JSON.stringify(among))
      throw new Error(
        `${rule.name} of ${source.profile.name} at ${new Date(clock).toISOString()} is not the same alone and among many:\n${JSON.stringify(single, null, 1)}\n${JSON.stringify(among, null, 1)}`,
      );
  }
}

const plain = (rows: readonly Said[]) =>
  rows
    .map(({ subject, value, threshold, firing, held }) => ({
      subject,
      value: round(value),
      threshold: round(threshold),
      firing,
      held,
    }))
    .sort((a, b) => (a.subject < b.subject ? -1 : 1));

/** Sums of floating point numbers depend on their order. */
const round = (n: number) => Number(n.toPrecision(9));
