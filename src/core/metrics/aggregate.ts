import { ident, literal } from '../sql/quote';
import { coverRange } from './cover';
import type { Cover } from './cover';
import { gatherRows } from './gather';
import { indent, intervalOnly, opennessOf, rawReason, united, withClause } from './given';
import type { Given } from './given';
import type { Notice } from '../notice';
import type { Part, Plan } from './answer';
import { dayText, localDay } from './calendar';
import type { LiveSource } from './catalogue';
import type { Asked } from './question';

/** Name of the group that holds all but the greatest. */
export const otherLabel = '(other)';

/** Additive, state-additive and ratio measures, and sets of entities: rows of all tables united, then aggregated once. */
export function planAggregate(given: Given): Plan {
  const { asked, rollups, source } = given;
  const state = asked.metric.measures.find((m) => m.semiAdditive);
  if (state) intervalOnly(asked, ['day'], `${state.column} is a state, which is never summed over time.`);
  const cover = coverRange(asked, rollups, source);
  const raw = rawReason(given, cover);
  const rows = gatherRows({ asked, interval: asked.interval }, cover, source);
  const open = opennessOf(given, rows.completeToMs);
  const time = asked.interval === 'all' ? [] : ['t'];
  const value = `${asked.metric.sql} AS value`;
  const flag = `toUInt8(${asked.interval === 'all' && open.sql === '0' ? '0' : open.sql}) AS open`;
  const top = topGroups(asked, united(rows.branches), asked.metric.weight ?? asked.metric.sql);
  const names = asked.by.map(ident);
  const columns = [...time, ...top.columns, value, flag];
  const keys = [...time, ...top.keys];
  const group =
    keys.length > 0 ? `\nGROUP BY ${keys.join(', ')}\nORDER BY ${[...time, ...top.order(names)].join(', ')}` : '';
  return {
    sql: `${withClause([...rows.with, ...top.with])}SELECT ${columns.join(', ')}\nFROM (\n${indent(top.from)}\n)${group}`,
    ...toldBy(asked, cover),
    reasons: [...cover.reasons, ...raw],
    notices: [...rows.notices, ...rawNotice(cover, source)],
    openBucketFromMs: open.fromMs,
  };
}

/** How a relation of rows becomes groups: as it is, or with all groups but the N greatest as one. */
interface Groups {
  readonly with: readonly string[];
  readonly from: string;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  readonly order: (names: readonly string[]) => readonly string[];
}

/**
 * The groups of a question over rows with its dimensions. With topN the rest is aggregated as one group of rows: sums add,
 * sets count each entity once, ratios divide the summed parts. Ties are broken by the dimensions' values.
 */
export function topGroups({ by, topN }: Asked, rows: string, weight: string): Groups {
  const names = by.map(ident);
  if (topN === undefined) return { with: [], from: rows, columns: names, keys: names, order: (n) => n };
  const tuple = `(${names.join(', ')})`;
  const greatest = `SELECT ${names.join(', ')} FROM tm_rows GROUP BY ${names.join(', ')} ORDER BY ${weight} DESC NULLS LAST, ${names.join(', ')} LIMIT ${topN}`;
  const kept = names.map((_, i) => `tm_group_${i}`);
  const mapped = names.map((n, i) => `if(tm_kept, ${n}, ${literal(otherLabel)}) AS tm_group_${i}`);
  return {
    with: [`tm_rows AS (\n${indent(rows)}\n)`, `tm_top AS (${greatest})`],
    from: `SELECT *, ${mapped.join(', ')}\nFROM (SELECT *, ${tuple} IN (SELECT ${names.join(', ')} FROM tm_top) AS tm_kept FROM tm_rows)`,
    columns: [...kept.map((k, i) => `${k} AS ${names[i]}`), 'toUInt8(NOT tm_kept) AS other'],
    keys: [...kept, 'tm_kept'],
    order: (n) => ['other', ...n],
  };
}

/** Chosen table and parts of a cover. */
export function toldBy(asked: Asked, { pieces, raw }: Cover): Pick<Plan, 'chosen' | 'parts'> {
  const parts: Part[] = [
    ...pieces.map((p) => ({ from: p.rollup.name, fromMs: p.fromMs, toMs: p.toMs })),
    ...raw.map((r) => ({ from: 'raw', ...r })),
  ].sort((a, b) => a.fromMs - b.fromMs);
  return { chosen: pieces[0]?.rollup.name ?? 'raw', parts };
}

/** Says that raw rows are read where they are: altogether, or for a part of the range; and what the source has of it no more. */
export function rawNotice({ pieces, raw }: Cover, source: LiveSource): readonly Notice[] {
  const [oldest] = raw;
  if (!oldest) return [];
  const finest = pieces.at(-1)?.rollup;
  const notices: Notice[] = [
    finest
      ? {
          code: 'raw_ends',
          message: `The range begins or ends inside a bucket of ${finest.name}${finest.fromMs > oldest.fromMs ? ', or before its life' : ''}: the rest is read from raw rows.`,
        }
      : { code: 'raw', message: 'Answered from raw rows: no rollup gives the exact answer.' },
  ];
  if (oldest.fromMs < source.wholeFromMs) {
    const since = dayText(localDay(source.wholeFromMs, source.zone));
    notices.push({
      code: 'source_gone',
      message: `The source has its rows since ${since} only: what is read raw of former days is missing.`,
    });
  }
  return notices;
}
