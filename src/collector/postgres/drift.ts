import type { PipelineConfig, PipelineTable } from '../../config/collectConfig';
import type { HealthRow } from '../../packs/health';
import type { healthTableDrift } from '../../packs/pipeline/health/table';
import { instant } from '../source';
import type { SourceTable } from './sourceTables';
import type { TargetTable } from './targetTables';

type Row = HealthRow<typeof healthTableDrift>;

/** What was last seen of a table, so that it can be said when it moved. Times as health tables spell them. */
export type Before = Pick<
  Row,
  | 'changes'
  | 'updates'
  | 'changed_at'
  | 'target_blocks'
  | 'target_rows'
  | 'target_rows_exact'
  | 'target_key'
  | 'target_updated_at'
  | 'target_changed_at'
  | 'waits_since'
>;

/** The row of a table and its copy, as they are now and as they were `before`. */
export function driftRow(
  pipeline: PipelineConfig,
  own: PipelineTable,
  source: SourceTable,
  target: TargetTable,
  before: Before | undefined,
  nowMs: number,
): Row {
  const row = {
    pipeline: pipeline.name,
    server: pipeline.postgres?.server ?? '',
    database: pipeline.postgres?.database ?? '',
    table: own.table,
    target: own.target,
    present: source.present ? 1 : 0,
    target_present: target.present ? 1 : 0,
    published: source.published ? 1 : 0,
    identity: source.identity,
    rows: source.rows,
    rows_exact: source.rowsExact ? 1 : 0,
    target_rows: target.rows,
    target_rows_exact: target.rowsExact ? 1 : 0,
    key: source.keyMax,
    target_key: target.keyMax,
    key_gap: keyGap(source.keyMax, target.keyMax),
    updated_at: source.updatedMs === null ? null : instant(source.updatedMs),
    target_updated_at: target.updatedMs === null ? null : instant(target.updatedMs),
    changes: source.changes,
    updates: source.updates,
    target_blocks: target.blocks,
    ...columnsOf(own, source, target),
  };
  return { ...row, ...movement(row, before, instant(nowMs)) };
}

/** How far the copy is behind; null where a key is no number. Exact for whole numbers of any length. */
export function keyGap(key: string, targetKey: string): number | null {
  if (/^-?\d+$/.test(key) && /^-?\d+$/.test(targetKey)) return Number(BigInt(key) - BigInt(targetKey));
  const numbers = [key, targetKey].map((k) => (/^-?\d+(\.\d+)?$/.test(k) ? Number(k) : NaN));
  const [a = NaN, b = NaN] = numbers;
  return Number.isNaN(a - b) ? null : a - b;
}

function columnsOf(
  own: PipelineTable,
  source: SourceTable,
  target: TargetTable,
): Pick<Row, 'missing_columns' | 'extra_columns'> {
  if (!source.present || !target.present) return { missing_columns: [], extra_columns: [] };
  return {
    missing_columns: source.publishedColumns.filter((c) => !own.ignore.includes(c) && !target.columns.includes(c)),
    extra_columns: target.columns.filter(
      (c) => !c.startsWith('_') && !own.ignore.includes(c) && !source.columns.includes(c),
    ),
  };
}

type Now = Omit<Before, 'changed_at' | 'target_changed_at' | 'waits_since'> &
  Pick<Row, 'rows' | 'rows_exact' | 'key' | 'key_gap' | 'updated_at'>;

/** Rows on disk change by merges too: only a count says that the copy moved. */
const targetMark = (
  row: Pick<Before, 'target_blocks' | 'target_rows' | 'target_rows_exact' | 'target_key' | 'target_updated_at'>,
) => [row.target_blocks, row.target_rows_exact ? row.target_rows : '', row.target_key, row.target_updated_at].join('|');

function movement(
  now: Now,
  before: Before | undefined,
  at: string,
): Pick<Row, 'changed_at' | 'target_changed_at' | 'waits_since'> {
  if (!before) return { changed_at: null, target_changed_at: null, waits_since: null };
  const changed = now.changes !== null && before.changes !== null && now.changes !== before.changes;
  const moved = targetMark(now) !== targetMark(before);
  return {
    changed_at: changed ? at : before.changed_at,
    target_changed_at: moved ? at : before.target_changed_at,
    waits_since: isSame(now, before) ? null : moved ? stillWaits(now, at) : waits(before, changed, at),
  };
}

const waits = ({ waits_since }: Before, changed: boolean, at: string) => waits_since ?? (changed ? at : null);

/** What came may be only a part of what changed since the look before: the newest row may be the first that never comes. */
const stillWaits = ({ key_gap }: Now, at: string) => (key_gap !== null && key_gap > 0 ? at : null);

/**
 * Whether both sides have the same although statistics moved: rows that were rolled back count there too. Updates change neither rows
 * nor key, so with them only updatedAt can tell.
 */
function isSame(now: Now, before: Before): boolean {
  const counted = Boolean(now.rows_exact && now.target_rows_exact) && now.rows === now.target_rows;
  const updated = now.updates !== before.updates || before.waits_since !== null;
  const said = now.updated_at !== null && now.updated_at === now.target_updated_at;
  // A deleted row may have the greatest key of the copy.
  const key = now.key === now.target_key || (now.key_gap !== null && now.key_gap <= 0);
  return counted && key && (said || (!updated && now.updated_at === null));
}
