import { bucketMeasures } from './latencyBuckets';
import type { Pack, PlacesRollup, RollupMeasure } from '../types';

/** Relative accuracy 0.01 of every quantile, whatever is merged: the bound that docs/rollups.md promises. */
const latencyState = 'quantilesDD(0.01, 0.5, 0.95, 0.99)';

const measures: readonly RollupMeasure[] = [
  { column: 'requests', type: 'UInt64', row: '1', class: 'additive', description: 'Requests.' },
  {
    column: 'errors',
    type: 'UInt64',
    row: 'toUInt64({error} OR {status} >= 500)',
    class: 'additive',
    description: 'Requests that failed: marked as errors, or answered with status 500 or above.',
  },
  {
    column: 'duration_us',
    type: 'UInt64',
    row: 'toUInt64(greatest(0, round({durationMs} * 1000)))',
    class: 'additive',
    description: 'Sum of the durations in microseconds.',
  },
  {
    column: 'satisfied',
    type: 'UInt64',
    row: 'toUInt64({durationMs} <= {apdexMs} AND NOT ({error} OR {status} >= 500))',
    class: 'additive',
    description: 'Requests that were answered without error within the Apdex threshold.',
  },
  {
    column: 'tolerating',
    type: 'UInt64',
    row: 'toUInt64({durationMs} > {apdexMs} AND {durationMs} <= 4 * {apdexMs} AND NOT ({error} OR {status} >= 500))',
    class: 'additive',
    description: 'Requests that were answered without error in up to four times the Apdex threshold.',
  },
  {
    column: 'latency',
    type: `AggregateFunction(${latencyState}, Float64)`,
    row: 'toFloat64({durationMs})',
    class: 'state-additive',
    state: latencyState,
    description: 'Sketch of the durations in ms: quantiles 0.5, 0.95 and 0.99, within 1 %.',
  },
  ...bucketMeasures,
];

const perEndpoint = {
  kind: 'places',
  role: 'requests',
  tiers: ['minute', 'quarter', 'day'],
  keys: [
    { column: 'service', from: 'service', type: 'LowCardinality(String)', top: 200 },
    { column: 'release', from: 'release', type: 'LowCardinality(String)', top: 200 },
    { column: 'endpoint', from: 'endpoint', type: 'LowCardinality(String)', top: 100 },
  ],
  measures,
} as const satisfies Partial<PlacesRollup>;

/** How the services answer: throughput, errors, latency, Apdex; from one row per request. */
export const servicePack: Pack = {
  name: 'service',
  title: 'Service operations',
  roles: ['requests'],
  rollups: [
    {
      ...perEndpoint,
      name: 'request',
      title: 'Requests',
      description: 'Requests, errors and latency per service, release and endpoint.',
    },
    {
      ...perEndpoint,
      name: 'request_detail',
      title: 'Requests in detail',
      description:
        'Requests, errors and latency per service, release, endpoint and the configured dimensions: as many rows more as these have values, so nothing else is answered from it.',
      dimensions: true,
      needs: 'dimensions',
    },
  ],
  metrics: [
    {
      name: 'requests',
      title: 'Requests',
      description: 'Requests answered, redelivered log rows counted once.',
      unit: 'short',
      class: 'additive',
      rollup: 'request',
      sql: 'sum(requests)',
      dimensions: ['service', 'release', 'endpoint'],
    },
    {
      name: 'errors',
      title: 'Failed requests',
      description: 'Requests that failed: marked as errors, or answered with status 500 or above.',
      unit: 'short',
      class: 'additive',
      rollup: 'request',
      sql: 'sum(errors)',
      dimensions: ['service', 'release', 'endpoint'],
    },
    {
      name: 'error_rate',
      title: 'Error rate',
      description: 'Failed requests divided by all requests.',
      unit: 'percentunit',
      class: 'ratio',
      rollup: 'request',
      sql: 'if(sum(requests) = 0, NULL, sum(errors) / sum(requests))',
      weight: 'sum(requests)',
      dimensions: ['service', 'release', 'endpoint'],
    },
    {
      name: 'mean_latency',
      title: 'Mean latency',
      description: 'Mean duration of a request.',
      unit: 'ms',
      class: 'ratio',
      rollup: 'request',
      sql: 'if(sum(requests) = 0, NULL, sum(duration_us) / sum(requests) / 1000)',
      weight: 'sum(requests)',
      dimensions: ['service', 'release', 'endpoint'],
    },
    {
      name: 'apdex',
      title: 'Apdex',
      description:
        'Satisfied requests and half of the tolerating ones, divided by all requests: 1 is best. The threshold is roles.requests.apdexMs.',
      unit: 'short',
      class: 'ratio',
      rollup: 'request',
      sql: 'if(sum(requests) = 0, NULL, (sum(satisfied) + sum(tolerating) / 2) / sum(requests))',
      weight: 'sum(requests)',
      dimensions: ['service', 'release', 'endpoint'],
    },
    ...([50, 95, 99] as const).map((percent, i) => ({
      name: `latency_p${percent}`,
      title: `Latency p${percent}`,
      description: `Duration that ${percent} % of the requests do not exceed, within 1 %.`,
      unit: 'ms',
      class: 'state-additive' as const,
      rollup: 'request',
      sql: `arrayElement(quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latency), ${i + 1})`,
      dimensions: ['service', 'release', 'endpoint'],
    })),
  ],
};
