import type { AlertRule } from '../../rule';
import { blind, expectedSlots, looked, newest, pipelineRule, sentences, slotKey } from './common';

/** The slot of a pipeline is gone, or about to be. */
export const cdcSlotLost: AlertRule = {
  ...pipelineRule,
  name: 'cdc_slot_lost',
  watches: { page: 'cdcPostgres', panel: 'Replication slots' },
  title: 'Replication slot lost',
  description:
    'The replication slot of a pipeline is not there, was invalidated, or is about to be (unreserved): what changes in Postgres does not come any more, and as a rule only a new snapshot helps. Whether somebody reads the slot just now does not matter, and a lost one has no bytes any more, so neither is judged.',
  severity: 'critical',
  subjects: 'slot of a pipeline',
  needs: 'slots',
  limits: [blind],
  unit: 'count',
  // One more look: the first after ClickHouse was away itself may know nothing yet.
  forSeconds: 60,
  keepFiringForSeconds: 900,
  summary:
    'Replication slot {subject} is missing, lost or about to be lost, or nobody can see it: changes do not reach ClickHouse.',
  sql(kit) {
    return looked(kit, {
      expected: expectedSlots(kit),
      seen: newest(kit, 'health_slot', slotKey, ['status', 'invalidation', 'active']),
      value: "status IN ('missing', 'lost', 'unreserved') OR invalidation != ''",
      threshold: '0',
      firing: 'value > 0',
      detail: sentences(
        `multiIf(status = 'missing', 'The slot is not there: it was dropped, or never made.',
          status = 'lost', 'The slot is lost: Postgres removed WAL that it needs. It can never be read again.',
          status = 'unreserved', 'The slot is about to be lost: with the next checkpoint Postgres removes WAL that it needs.',
          concat('The slot is ', status, if(active, ' and read.', ' and not read just now.')))`,
        "if(invalidation = '', '', concat('It was invalidated: ', invalidation, '.'))",
      ),
      unseen: 'fires',
    });
  },
};
