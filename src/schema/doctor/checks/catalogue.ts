import { placed } from '../../cluster';
import { catalogueTables } from '../../ddl/catalogue';
import { hashText } from '../../ddl/hash';
import { tableOf } from '../../rollups/context';
import type { Check } from '../check';
import { found } from '../words';

/**
 * Does the catalogue hold what migrate wrote: panels and the planner believe it. Tables whose definition changed since are told
 * by check migrated, here only those are compared, row by row, that should be as they are.
 */
export const catalogue: Check = {
  name: 'catalogue',
  of: 'database',
  async run({ db, installation, migrated, complete, version }) {
    if (!migrated || !complete) return undefined;
    const rows = await db.query<{ name: string; hash: string }>(
      `SELECT name, hash FROM ${tableOf(installation, 'schema_objects')} FINAL WHERE kind = 'catalogue'`,
    );
    const hashes = new Map(rows.map(({ name, hash }) => [name, hash]));
    const current = catalogueTables(installation, version).filter(
      ({ name, ddl }) => hashes.get(name) === hashText(placed(installation, { kind: 'catalogue', name, ddl })),
    );
    const wrong: string[] = [];
    for (const { name, ddl } of current) {
      const content = ddl.slice(ddl.indexOf(' AS\n') + 4);
      const hash = (from: string) => `(SELECT (count(), groupBitXor(cityHash64(*))) FROM ${from})`;
      const [same] = await db
        .query<{ same: number }>(
          `SELECT toUInt8(${hash(tableOf(installation, name))} = ${hash(`(${content})`)}) AS same`,
        )
        .catch(() => [{ same: 0 }]);
      if (Number(same?.same) !== 1) wrong.push(name);
    }
    return wrong.length === 0 ? [] : [found('catalogue_differs', installation.database, { tables: wrong })];
  },
};
