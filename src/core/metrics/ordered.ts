import { ident } from '../sql/quote';
import { rawNotice, toldBy } from './aggregate';
import { coverRange } from './cover';
import { fail } from './errors';
import { gatherRows } from './gather';
import type { Given } from './given';
import { indent, intervalOnly, opennessOf, rawReason, united } from './given';
import type { Plan } from './answer';

/** Metrics that depend on the order of rows (funnels): per entity over its raw rows of the whole range, then over entities. */
export function planOrdered(given: Given): Plan {
  const { asked, rollups, source } = given;
  const { metric } = asked;
  intervalOnly(asked, ['all'], 'it depends on the order of rows over the whole range.');
  if (asked.topN !== undefined) {
    throw fail('top_not_for_metric', { metric: metric.name, why: 'rows of several groups make no common order.' });
  }
  const cover = coverRange(asked, rollups, source);
  rawReason(given, cover);
  const rows = gatherRows({ asked, interval: 'all' }, cover, source);
  const open = opennessOf(given);
  const names = asked.by.map(ident);
  const keys = [...names, ident(metric.entity ?? 'user')];
  const perEntity = `SELECT ${[...names, `${metric.perEntity ?? 'count()'} AS entity_value`].join(', ')}\nFROM (\n${indent(united(rows.branches))}\n)\nGROUP BY ${keys.join(', ')}`;
  const group = names.length > 0 ? `\nGROUP BY ${names.join(', ')}\nORDER BY ${names.join(', ')}` : '';
  return {
    sql: `SELECT ${[...names, `${metric.sql} AS value`, `toUInt8(${open.sql}) AS open`].join(', ')}\nFROM (\n${indent(perEntity)}\n)${group}`,
    ...toldBy(asked, cover),
    reasons: cover.reasons,
    notices: rawNotice(cover, source),
    openBucketFromMs: open.fromMs,
  };
}
