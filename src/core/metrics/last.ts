import { ident } from '../sql/quote';
import { toldBy } from './aggregate';
import { coverRange } from './cover';
import type { Cover } from './cover';
import { fail } from './errors';
import { grainEdge, rollupZone } from './fits';
import { watermarkNotice } from './gather';
import type { Given } from './given';
import { indent, opennessOf } from './given';
import { filterSql, inPiece } from './conditions';
import { bucketSql } from './interval';
import { rollupTime } from './rows';
import { qualified } from '../sql/quote';
import type { Plan } from './answer';

/**
 * Semi-additive metrics (MRR, stock): a state per rollup bucket and key, with a row for every bucket and key that has one.
 * The value of a longer bucket is that of its last rollup bucket inside the range, summed over keys; never over time.
 */
export function planLast(given: Given): Plan {
  const { asked, rollups, source } = given;
  const { metric } = asked;
  if (asked.topN !== undefined) {
    throw fail('top_not_for_metric', {
      metric: metric.name,
      why: 'its groups have no total over time to be ranked by.',
    });
  }
  const found = coverRange(asked, rollups, source);
  const [piece] = found.pieces;
  if (!piece) throw fail('no_answer', { metric: metric.name, reasons: found.reasons.map((r) => r.message) });
  const { rollup } = piece;
  const zone = rollupZone(rollup, source, asked);
  const cover: Cover = { ...found, pieces: [piece], raw: [] };
  const bucket = rollup.grain === 'day' ? 'd' : 'm';
  const key = (from: string) => ident(rollup.keys.find((k) => k.from === from)?.column ?? from);
  const names = asked.by.map(ident);
  const wanted = [...new Set([...asked.by, ...asked.where.map((f) => f.dimension)])];
  const calendar = { zone: asked.timezone, weekStart: asked.weekStart };
  const time = asked.interval === 'all' ? [] : ['t'];
  const t =
    asked.interval === 'all' ? [] : [`${bucketSql(rollupTime(rollup, zone, asked), asked.interval, calendar)} AS t`];
  const over = time.length > 0 ? 'PARTITION BY t' : '';
  const inner = [
    ...t,
    `${bucket} AS tm_bucket`,
    ...wanted.map((d) => `toString(${key(d)}) AS ${ident(d)}`),
    ...metric.measures.map((m) => ident(m.column)),
    // Before the filters: a group without a row in the last bucket has ended, its former value is not the state.
    `max(tm_bucket) OVER (${over}) AS tm_last`,
  ];
  const rows = `SELECT ${inner.join(', ')}\nFROM ${qualified(rollup.table)} FINAL\nWHERE ${inPiece(rollup, piece, zone)}`;
  const filters = asked.where.map((f) => ` AND ${filterSql(f, ident(f.dimension))}`).join('');
  const completeToMs = rollup.watermarkMs ?? 0;
  const open = opennessOf(given, completeToMs);
  const keys = [...time, ...names];
  const group = keys.length > 0 ? `\nGROUP BY ${keys.join(', ')}\nORDER BY ${keys.join(', ')}` : '';
  const lastMs = grainEdge(asked.toMs, rollup, zone, 'before');
  return {
    sql: `SELECT ${[...keys, `${metric.sql} AS value`, `toUInt8(${open.sql}) AS open`].join(', ')}\nFROM (\n${indent(rows)}\n)\nWHERE tm_bucket = tm_last${filters}${group}`,
    ...toldBy(asked, cover),
    reasons: cover.reasons,
    notices: [
      ...(lastMs < asked.toMs
        ? [
            {
              code: 'last_whole_bucket',
              message: `The range ends inside a bucket of ${rollup.name}: the last value is that of its last whole bucket.`,
            },
          ]
        : []),
      ...(completeToMs < Math.min(asked.toMs, given.nowMs) ? [watermarkNotice(rollup)] : []),
    ],
    openBucketFromMs: open.fromMs,
  };
}
