import type { AlertRule } from '../../rule';
import { clockSql } from '../../ruleSql';
import { expectedSlots, looked, newest, pipelineRule, recent, slotKey } from './common';

/** A slot whose consumer confirms nothing while WAL piles up for it. */
export const cdcSlotIdleRetaining: AlertRule = {
  ...pipelineRule,
  name: 'cdc_slot_idle_retaining',
  watches: { page: 'cdcPostgres', panel: 'WAL that is kept for slots' },
  title: 'Slot idle and retaining',
  description:
    'Nobody has confirmed anything of a replication slot for half an hour, while Postgres keeps more and more WAL for it: its consumer is gone, or nothing that is published changes and no heartbeat lets the slot move on. A slot that is merely not active is none: MaterializedPostgreSQL asks now and then. Slots that no pipeline needs count too: they fill disks.',
  severity: 'warning',
  subjects: 'replication slot',
  needs: 'postgres',
  limits: [
    { name: 'idle', value: 1800, unit: 'seconds', description: 'Time that nothing may be confirmed.' },
    {
      name: 'growth',
      value: 16 * 1024 ** 2,
      unit: 'bytes',
      description: 'WAL that may pile up meanwhile: a segment.',
    },
  ],
  unit: 'seconds',
  forSeconds: 600,
  keepFiringForSeconds: 1800,
  summary:
    'Nobody has confirmed anything of slot {subject} for {value}, and WAL piles up for it; {threshold} may pass.',
  sql(kit) {
    // Physical slots confirm nothing: there what is kept moves.
    const position = 'coalesce(confirmed_lsn, restart_lsn)';
    const stood = `(
      SELECT seen_key, argMax(tuple(since, then_bytes), until) AS stood FROM (
        SELECT ${slotKey} AS seen_key, ${position} AS position, min(at) AS since, max(at) AS until, argMin(retained_bytes, at) AS then_bytes
        FROM ${kit.table('health_slot')} WHERE ${recent(kit)} AND position IS NOT NULL
        GROUP BY seen_key, position
      ) GROUP BY seen_key
    )`;
    const rows = newest(kit, 'health_slot', slotKey, ['status', 'active', 'temporary', 'retained_bytes']);
    const grown = '(toInt64(ifNull(retained_bytes, 0)) - toInt64(ifNull(stood.2, 0)))';
    return looked(kit, {
      expected: expectedSlots(kit),
      seen: `(SELECT newest.seen_key AS seen_key, looked_at, status, active, temporary, retained_bytes, stood FROM ${rows} AS newest LEFT JOIN ${stood} AS stood ON stood.seen_key = newest.seen_key)`,
      others: 'postgres',
      othersIf: 'NOT temporary',
      value: "if(retained_bytes IS NULL, 0, greatest(0, dateDiff('second', stood.1, looked_at)))",
      threshold: kit.limit('idle', 'subject'),
      firing: `value > threshold AND ${grown} > ${kit.limit('growth', 'subject')}`,
      detail: `if(retained_bytes IS NULL, concat('The slot is ', status, ': cdc_slot_lost tells of that.'),
        concat('Its consumer last got on at ', ${clockSql('stood.1', kit.zone)}, ' (', ${kit.zone}, '); ', formatReadableSize(greatest(0, ${grown})), ' of WAL came since, ',
          formatReadableSize(ifNull(retained_bytes, 0)), ' are kept. ', if(active, 'Somebody is connected.', 'Nobody is connected just now.')))`,
      unseen: 'quiet',
    });
  },
};
