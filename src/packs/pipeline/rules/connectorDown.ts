import type { AlertRule } from '../../rule';
import { blind, looked, newest, pipelineRule } from './common';

/** A connector through which nothing comes. */
export const connectorDown: AlertRule = {
  ...pipelineRule,
  name: 'connector_down',
  watches: { page: 'cdcKafka', panel: 'Connectors' },
  title: 'Connector down',
  description:
    'Nothing comes through a connector of Kafka Connect: it does not run, has no task, a task failed, is not connected to its source, is not there, or its worker does not answer. A connector may be RUNNING with a task that FAILED, so its own state is not enough. A restart is over before anybody is told.',
  severity: 'critical',
  subjects: 'connector',
  needs: 'connect',
  limits: [blind],
  unit: 'count',
  forSeconds: 300,
  keepFiringForSeconds: 300,
  summary: 'Connector {subject} is down: no change of its tables reaches Kafka.',
  sql(kit) {
    const columns = ['down', ['detail', 'said'], 'state', 'tasks_running', 'tasks'] as const;
    return looked(kit, {
      expected: kit.pipelines.flatMap(({ name, connect }) =>
        (connect?.connectors ?? []).map((connector) => ({
          key: `${connect!.cluster} ${connector}`,
          subject: `${name} ${connector}`,
          source: `connect ${connect!.cluster}`,
        })),
      ),
      seen: newest(kit, 'health_connector', "concat(cluster, ' ', connector)", columns),
      others: 'connect',
      value: 'down',
      threshold: '0',
      firing: 'value > 0',
      detail: `if(down, concat(state, ': ', said), concat(state, ', ', toString(tasks_running), ' of ', toString(tasks), ' tasks run.'))`,
      unseen: 'fires',
    });
  },
};
