import type { AlertRule, RuleKit } from '../../rule';
import { lengthSql, percentSql } from '../../ruleSql';
import { blind, expectedSlots, looked, newest, pipelineRule, slotKey } from './common';

const gibibyte = 1024 ** 3;

/** Seconds from which on an open transaction is named: it keeps WAL for every slot. */
const oldTransaction = 60;

function sql(kit: RuleKit): string {
  const columns = ['server', 'status', 'active', 'temporary', 'retained_bytes', 'keep_bytes', 'safe_bytes'];
  // An hour is long enough for checkpoints, which move what is kept in steps.
  const lastHour = `at > ${kit.now} - toIntervalHour(1) AND retained_bytes IS NOT NULL`;
  const more = { then_bytes: `argMinIf(retained_bytes, at, ${lastHour})`, then_at: `minIf(at, ${lastHour})` };
  const seconds = "dateDiff('second', then_at, looked_at)";
  const pace = `if(${seconds} < 600, 0, (toFloat64(ifNull(retained_bytes, 0)) - ifNull(then_bytes, 0)) / ${seconds})`;
  return looked(kit, {
    expected: expectedSlots(kit),
    seen: `(SELECT * FROM ${newest(kit, 'health_slot', slotKey, columns, more)} AS slots
    LEFT JOIN (SELECT seen_key AS server, oldest_s, oldest_what FROM ${newest(kit, 'health_postgres', 'server', ['oldest_s', 'oldest_what'])}) AS servers USING (server))`,
    others: 'postgres',
    othersIf: 'NOT temporary',
    value: 'retained_bytes',
    threshold: `if(keep_bytes IS NULL, ${kit.limit('unlimited', 'subject')}, ${kit.limit('share', 'subject')} * ifNull(keep_bytes, 0))`,
    firing: 'value > threshold',
    held: 'retained_bytes IS NULL',
    detail: `if(retained_bytes IS NULL, concat('The slot is ', status, ': there is no number any more. cdc_slot_lost tells of that.'),
      concat(formatReadableSize(ifNull(retained_bytes, 0)), ' of WAL are kept for it, ',
        if(keep_bytes IS NULL, 'and nothing but the disk of Postgres limits it (max_slot_wal_keep_size)',
          concat(${percentSql('value / greatest(1, ifNull(keep_bytes, 0))')}, ' of max_slot_wal_keep_size (', formatReadableSize(ifNull(keep_bytes, 0)), ')')),
        if(active, '.', '; nobody reads it just now.'),
        if(${pace} <= 0, '', concat(' It grows by ', formatReadableSize(${pace} * 3600), ' an hour',
          if(keep_bytes IS NULL, '.', concat(': lost in ', ${lengthSql(`greatest(0, toFloat64(ifNull(keep_bytes, 0)) - value) / greatest(1, ${pace})`)}, ' if it goes on like this.')))),
        if(ifNull(oldest_s, 0) < ${oldTransaction}, '', concat(' A transaction is open for ', ${lengthSql('assumeNotNull(oldest_s)')}, ' and keeps it, whoever reads: ', oldest_what, '.'))))`,
    unseen: 'fires',
  });
}

const shared = {
  ...pipelineRule,
  watches: { page: 'cdcPostgres', panel: 'WAL that is kept for slots' },
  subjects: 'replication slot',
  needs: 'postgres',
  unit: 'bytes',
  forSeconds: 600,
  keepFiringForSeconds: 600,
  sql,
} as const satisfies Partial<AlertRule>;

const what =
  'Postgres keeps WAL for a replication slot that does not get on: past max_slot_wal_keep_size the slot is lost, without that limit the disk fills up and Postgres stops. All slots of the server count, also those that no pipeline needs any more.';

/** What is kept for a slot is near its end. */
export const cdcWalBudget: AlertRule = {
  ...shared,
  name: 'cdc_wal_budget',
  title: 'WAL budget nearly spent',
  description: `${what} A load that the consumer works off within minutes is none.`,
  severity: 'critical',
  limits: [
    { name: 'share', value: 0.8, unit: 'ratio', description: 'Share of max_slot_wal_keep_size that may be kept.' },
    {
      name: 'unlimited',
      value: 20 * gibibyte,
      unit: 'bytes',
      description: 'What may be kept where max_slot_wal_keep_size sets no limit.',
    },
    blind,
  ],
  summary: 'Slot {subject} keeps {value} of WAL, more than {threshold}: it will be lost, or the disk of Postgres full.',
};

/** The same, earlier and less loud. */
export const cdcWalBudgetHigh: AlertRule = {
  ...shared,
  name: 'cdc_wal_budget_high',
  title: 'WAL is kept',
  description: `${what} An early word, while there is time to find out who does not read.`,
  severity: 'warning',
  limits: [
    { name: 'share', value: 0.5, unit: 'ratio', description: 'Share of max_slot_wal_keep_size that may be kept.' },
    {
      name: 'unlimited',
      value: 5 * gibibyte,
      unit: 'bytes',
      description: 'What may be kept where max_slot_wal_keep_size sets no limit.',
    },
    blind,
  ],
  summary: 'Slot {subject} keeps {value} of WAL, more than {threshold}: its consumer does not get on.',
};
