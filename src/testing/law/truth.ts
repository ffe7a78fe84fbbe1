import type { RoleName } from '../../core/model';
import type { Db } from '../../core/db';
import type { Version } from './history';
import type { Truth } from './oracle';
import type { Subject } from './tables';

const cents = (column: string) => `toInt64(${column} * 100)`;
const noProps = "''";

/** SQL of the fields that differ by role, over the subject's table; the reverse of `subjectRow`. */
const fields: Readonly<Record<Subject['role'], Readonly<Record<string, string>>>> = {
  events: { user: 'user_id', name: 'event_name', amount: '0', refund: '0', detail: "props['plan']" },
  requests: {
    user: 'endpoint',
    name: 'service',
    amount: 'toInt64(round(took_ms * 1000))',
    refund: 'ifNull(status, 0)',
    detail: "props['plan']",
    failed: 'failed = 1',
  },
  orders: {
    user: 'customer_id',
    name: 'currency',
    amount: cents('amount'),
    refund: `ifNull(${cents('refund')}, 0)`,
    refundMs: 'toUnixTimestamp64Milli(refunded_at)',
    detail: noProps,
  },
  subscriptions: { user: 'sub', name: 'currency', amount: cents('mrr'), refund: '0', detail: noProps },
};

/**
 * Rows of every subject as its table has them now, for a source whose inserts may have failed half-way: a newest version per
 * id that is not deleted, chosen here and not by the engine's FINAL.
 */
export async function readTruth(db: Db, name: string, subjects: readonly Subject[]): Promise<Truth> {
  const out: Partial<Record<RoleName, readonly Version[]>> = {};
  for (const { role } of subjects) {
    const own = Object.entries(fields[role]).map(([field, sql]) => `${sql} AS f_${field}`);
    const rows = await db.query<Record<string, string | number | boolean | null>>(
      `SELECT id, _version, _deleted, toUnixTimestamp64Milli(at) AS f_timeMs, ${own.join(', ')} FROM ${name}.${role}`,
    );
    const newest = new Map<number, Version>();
    for (const row of rows) {
      const version = versionOf(row);
      const before = newest.get(version.id);
      if (!before || version.version > before.version) newest.set(version.id, version);
    }
    out[role] = [...newest.values()].filter((v) => !v.deleted);
  }
  return out;
}

function versionOf(row: Readonly<Record<string, string | number | boolean | null>>): Version {
  const refundMs = row['f_refundMs'];
  return {
    id: Number(row['id']),
    version: Number(row['_version']),
    deleted: Number(row['_deleted']) === 1,
    timeMs: Number(row['f_timeMs']),
    user: String(row['f_user']),
    name: String(row['f_name']),
    amount: Number(row['f_amount']),
    refund: Number(row['f_refund']),
    detail: String(row['f_detail']),
    refundMs: refundMs == null ? null : Number(refundMs),
    failed: row['f_failed'] === true || row['f_failed'] === 1,
    stampMs: 0,
  };
}
