import type { AlertRule, RuleKit } from '../../rule';
import { countSql } from '../../ruleSql';
import { blind, expectedGroups, groupKey, looked, newest, pipelineRule } from './common';

function sql(kit: RuleKit): string {
  const columns = ['verdict', 'lag', 'lag_s', 'produced_per_s', 'consumed_per_s'];
  return looked(kit, {
    expected: expectedGroups(kit),
    seen: newest(kit, 'health_kafka_group', groupKey, columns),
    others: 'kafka',
    value: 'lag_s',
    threshold: kit.limit('lag', 'subject'),
    firing: 'value > threshold',
    detail: `multiIf(verdict = 'MISSING', 'There is no such topic.', lag = 0, 'Nothing waits.',
      concat(${countSql('lag')}, ' messages wait (', verdict, '); ', toString(round(produced_per_s, 1)), '/s are written, ', toString(round(consumed_per_s, 1)), '/s read.'))`,
    unseen: 'fires',
  });
}

const shared = {
  ...pipelineRule,
  watches: { page: 'cdcKafka', panel: 'Wait of the oldest message' },
  subjects: 'consumer group and topic',
  needs: 'kafka',
  unit: 'seconds',
  forSeconds: 900,
  keepFiringForSeconds: 600,
  sql,
} as const satisfies Partial<AlertRule>;

const what =
  'The oldest message that waits for a consumer group has waited long. In seconds, since a number of messages fits no two topics; a topic on which nothing is written has none that waits. A burst that is read within a quarter of an hour wakes nobody.';

/** Messages wait far too long. */
export const kafkaLagTime: AlertRule = {
  ...shared,
  name: 'kafka_lag_time',
  title: 'Consumer far behind',
  description: what,
  severity: 'critical',
  limits: [{ name: 'lag', value: 900, unit: 'seconds', description: 'Age of the oldest message that waits.' }, blind],
  summary: '{subject}: the oldest message has waited for {value}, longer than {threshold}.',
};

/** The same, earlier and less loud. */
export const kafkaLagTimeHigh: AlertRule = {
  ...shared,
  name: 'kafka_lag_time_high',
  title: 'Consumer behind',
  description: `${what} An early word, at a third of what kafka_lag_time tells of.`,
  severity: 'warning',
  limits: [{ name: 'lag', value: 300, unit: 'seconds', description: 'Age of the oldest message that waits.' }, blind],
  summary: '{subject}: the oldest message has waited for {value}, longer than {threshold}.',
};
