import { ident, literal, qualified } from '../../../core/sql/quote';
import type { Installation } from '../../installation';
import { column, daysBetween, present } from '../../rollups/columns';
import type { SourceContext } from '../../rollups/context';
import { tableOf } from '../../rollups/context';
import type { Places } from '../../rollups/installed';
import { installedRollups } from '../../rollups/installed';
import type { Check } from '../check';
import { bounded } from '../check';
import type { Found } from '../finding';
import { found } from '../words';

/** Rows of the last two days that are looked at. */
const sampled = 2_000_000;
/** Values beyond `top` by which a dimension is not only capped, but no dimension. */
const explodes = { times: 20, least: 10_000 } as const;
/** Share of `(other)` that is worth a note. */
const muchOther = 0.2;

/** Do the keys that are capped have far more values than are kept, and how much is in `(other)`. */
export const dimensions: Check = {
  name: 'dimensions',
  of: 'role',
  async run({ role, context }, { db, installation, migrated }) {
    if (!context) return undefined;
    const rollups = cappedRollups(installation, role);
    const tops = new Map(
      rollups.flatMap((r) => r.keys.map((k) => [k.from, k.top ?? 0] as const)).filter(([, top]) => top > 0),
    );
    if (tops.size === 0) return undefined;
    const findings: Found[] = [];
    const names = [...tops.keys()];
    // Lists are made by migrate: a key that outgrew its cap since then is kept whole.
    const capped = (name: string) => !migrated || context.source.capped.includes(name);
    const [row] = await db.query<Record<string, number>>(valuesSelect(context, names));
    for (const [i, dimension] of names.entries()) {
      const top = tops.get(dimension) ?? 0;
      const values = row?.[`v${i}`] ?? 0;
      const facts = { dimension, values, top, sampled: row?.['rows'] ?? 0 };
      if (values > Math.max(explodes.least, explodes.times * top))
        findings.push(found('dimension_exploded', role, facts));
      else if (values > top)
        findings.push(found(capped(dimension) ? 'dimension_capped' : 'dimension_uncapped', role, facts));
    }
    if (!migrated) return findings;
    for (const rollup of rollups) findings.push(...(await others(rollup, context, (sql) => db.query(sql))));
    return findings;
  },
};

/** Day tables of the reporting zone with capped keys. */
function cappedRollups(installation: Installation, role: string): readonly Places[] {
  return installedRollups(installation).flatMap(({ rollup }) =>
    rollup.kind === 'places' &&
    rollup.role === role &&
    rollup.grain === 'day' &&
    rollup.timezone === installation.timezone &&
    rollup.keys.some((k) => k.top)
      ? [rollup]
      : [],
  );
}

function valuesSelect({ source, installation }: SourceContext, names: readonly string[]): string {
  const days = daysBetween(
    source,
    installation.timezone,
    `subtractDays(toDate(now(), ${literal(installation.timezone)}), 1)`,
  );
  const columns = names.map((name, i) => `${column(source, name)} AS tm_${i}`);
  return `SELECT toFloat64(count()) AS rows, ${names.map((_, i) => `toFloat64(uniq(tm_${i})) AS v${i}`).join(', ')}
FROM (SELECT ${columns.join(', ')} FROM ${qualified(source.table)} WHERE ${days} AND ${present(source, ['time', ...names])} LIMIT ${sampled})
${bounded}`;
}

async function others(
  rollup: Places,
  { installation }: SourceContext,
  query: (sql: string) => Promise<Record<string, number>[]>,
): Promise<readonly Found[]> {
  const volume = rollup.measures.find((m) => m.class === 'additive');
  if (!volume) return [];
  const keys = rollup.keys.filter((k) => k.top);
  const sums = keys.map((k, i) => `toFloat64(sumIf(${ident(volume.column)}, ${ident(k.column)} = '(other)')) AS k${i}`);
  const [row] = await query(
    `SELECT toFloat64(sum(${ident(volume.column)})) AS whole, ${sums.join(', ')} FROM ${tableOf(installation, rollup.name)} FINAL
WHERE d > subtractDays(toDate(now(), ${literal(installation.timezone)}), 7)`,
  );
  const whole = row?.['whole'] ?? 0;
  return keys.flatMap((k, i) => {
    const share = whole > 0 ? (row?.[`k${i}`] ?? 0) / whole : 0;
    return share > muchOther
      ? [found('other_share', rollup.name, { dimension: k.from, rollup: rollup.name, share })]
      : [];
  });
}
