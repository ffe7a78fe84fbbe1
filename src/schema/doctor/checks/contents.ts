import { qualified } from '../../../core/sql/quote';
import { column, minuteSql, present } from '../../rollups/columns';
import type { SourceContext } from '../../rollups/context';
import type { Check } from '../check';
import { bounded } from '../check';
import { found } from '../words';

/** Ids that are looked at. */
const sampled = 5000;
/** Days of arrivals that they are taken from. */
const recentDays = 3;

interface Sample {
  readonly ids: number;
  readonly copies: number;
  readonly contents: number;
  readonly places: number;
  readonly deleted: number;
}

/**
 * Do recent ids behave as the class promises. All versions that are still there are compared, merged ones are gone: what is
 * found is true, what is not found is no proof.
 */
export const contents: Check = {
  name: 'contents',
  of: 'role',
  async run({ role, context, source, mapping }, { db }) {
    if (!context || !source || source.columns['id'] === undefined) return undefined;
    if (source.sourceClass === 'window' || source.sourceClass === 'moving') return undefined;
    const [seen] = await db.query<Sample>(sampleSelect(context));
    if (!seen || seen.ids === 0) return [];
    const { sourceClass } = source;
    const says = (ids: number, how: string) =>
      found('class_contradicted', role, { sourceClass, ids, sampled: seen.ids, how });
    if (mapping.mode === 'insert' && seen.copies > 0) {
      return [found('redelivered_in_insert_mode', role, { ids: seen.copies, sampled: seen.ids })];
    }
    if (sourceClass === 'append' && seen.contents > 0) return [says(seen.contents, 'have versions that differ')];
    if (sourceClass === 'append' && seen.deleted > 0) return [says(seen.deleted, 'are deleted')];
    if (sourceClass === 'fixed' && seen.places > 0) {
      return [
        says(
          seen.places,
          'lie in several places (their time, user or a dimension changed, or their tombstone does not carry it)',
        ),
      ];
    }
    return [];
  },
};

function sampleSelect({ source, placeColumns }: SourceContext): string {
  const table = qualified(source.table);
  const id = column(source, 'id');
  const stamp = column(source, 'ingestedAt');
  const stamps = ['id', 'ingestedAt', 'version', 'deleted'];
  const content = Object.keys(source.columns).filter((logical) => !stamps.includes(logical));
  const place = [minuteSql(source), ...placeColumns.map((logical) => column(source, logical))];
  const ids = `SELECT DISTINCT ${id} FROM ${table} WHERE ${stamp} > now() - INTERVAL ${recentDays} DAY LIMIT ${sampled}`;
  return `SELECT toFloat64(count()) AS ids, toFloat64(countIf(tm_n > 1)) AS copies, toFloat64(countIf(tm_contents > 1)) AS contents,
  toFloat64(countIf(tm_places > 1)) AS places, toFloat64(countIf(tm_deleted > 0)) AS deleted
FROM (
  SELECT ${id} AS tm_id, count() AS tm_n, uniqExact(tuple(${content.map((l) => column(source, l)).join(', ')})) AS tm_contents,
    uniqExact(tuple(${place.join(', ')})) AS tm_places, countIf(${column(source, 'deleted')} != 0) AS tm_deleted
  FROM ${table} WHERE ${id} IN (${ids}) AND ${present(source, ['time', ...placeColumns])} GROUP BY tm_id
)
${bounded}`;
}
