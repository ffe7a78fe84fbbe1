import { ident, qualified } from '../../../core/sql/quote';
import { splitTopLevel } from '../../inspect/types';
import type { Check } from '../check';
import { bounded } from '../check';
import type { SourceFacts } from '../facts';
import { bareName, isMergeTree, mentions, nameOf } from '../facts';
import type { Found } from '../finding';
import { found } from '../words';

/** Can what arrived be found cheaply, and does the arrival stamp prove anything. */
export const arrival: Check = {
  name: 'arrival',
  of: 'role',
  async run({ role, mapping, facts, source }, { db }) {
    const column = mapping.columns['ingestedAt'];
    if (!facts || !source || column === undefined) return undefined;
    const { table } = source;
    const findings: Found[] = [];
    if (isMergeTree(facts)) {
      const indexes = await db.query<{ expr: string }>(
        "SELECT expr FROM system.data_skipping_indices WHERE database = {database:String} AND table = {table:String} AND type = 'minmax'",
        nameOf(table),
      );
      const indexed = indexes.some(({ expr }) => bareName(expr) === column) || leads(facts, column);
      if (!indexed) findings.push(found('no_arrival_index', role, { column, table }));
      if (!stamped(facts, column)) findings.push(found('arrival_not_stamped', role, { column, table }));
    }
    const stamp = ident(column);
    const [ahead] = await db.query<{ rows: number; seconds: number }>(
      `SELECT toFloat64(count()) AS rows, toFloat64(dateDiff('second', now(), max(${stamp}))) AS seconds FROM ${qualified(table)} WHERE ${stamp} > now() + 60 ${bounded}`,
    );
    if (ahead && ahead.rows > 0) findings.push(found('arrival_in_future', role, { column, ...ahead }));
    if (source.nullable.includes('ingestedAt')) {
      const [empty] = await db.query<{ rows: number }>(
        `SELECT toFloat64(count()) AS rows FROM ${qualified(table)} WHERE isNull(${stamp}) ${bounded}`,
      );
      if (empty && empty.rows > 0) findings.push(found('arrival_null', role, { column, rows: empty.rows }));
    }
    return findings;
  },
};

/** Whether sorting or partition key find it: as first part of the one, anywhere in the other. */
const leads = ({ sortingKey, partitionKey }: SourceFacts, column: string): boolean =>
  mentions(splitTopLevel(sortingKey)[0] ?? '', column) || mentions(partitionKey, column);

const stamped = ({ columns }: SourceFacts, column: string): boolean => {
  const found = columns.find((c) => c.name === column);
  return (
    /^(DEFAULT|MATERIALIZED)$/.test(found?.defaultKind ?? '') && /\bnow(64)?\(/.test(found?.defaultExpression ?? '')
  );
};
