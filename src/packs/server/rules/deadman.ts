import type { AlertRule } from '../../rule';

/**
 * Tells that nobody answers. Its view never fires: whoever asks and gets an answer knows that ClickHouse is there. Where no answer
 * comes, all other rules keep their state, and this one alone fires: hence one message, not one of each rule.
 */
export const deadman: AlertRule = {
  name: 'deadman',
  title: 'ClickHouse does not answer',
  description:
    'ClickHouse, or Tidemark’s database in it, does not answer: no rule can be judged, and dashboards are empty. All other rules keep the state that they had, so this is the one message. It is quiet as long as there is an answer, whatever the answer says.',
  severity: 'critical',
  subjects: 'server',
  limits: [],
  unit: 'count',
  forSeconds: 180,
  keepFiringForSeconds: 0,
  missingEvals: 15,
  noData: 'Alerting',
  summary: 'ClickHouse does not answer: no alert rule can be judged, and dashboards are empty.',
  watches: { page: 'home', panel: 'Data and alerts' },
  sql: (kit) => `
SELECT 'ClickHouse' AS subject, 0 AS value, 0 AS threshold, 0 AS firing, 0 AS held, ${kit.now} AS as_of, 'ClickHouse answers.' AS detail`,
};
