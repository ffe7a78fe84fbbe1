/** A demo as `npm start` knows it: its configuration, and what the page says about its data. */
export interface Demo {
  readonly name: string;
  /** Below the root of the repository. */
  readonly configFile: string;
  /** For the banner: "It draws … over <label>". */
  readonly label: string;
  /** Where its data lies, if not at now: dashboards open on it. Grafana's range expressions. */
  readonly range?: { readonly from: string; readonly to: string };
  /** Its data, or a part of them, comes from a real PostgreSQL, and a collector looks at both. */
  readonly pipeline?: DemoPipeline;
  /** Arguments of `tidemark seed` that keep it up with the clock while the preview is open. */
  readonly follow?: readonly string[];
  /** Arguments of `tidemark alerts replay` for the minutes before the start: what fires then has fired for a while. */
  readonly recent?: readonly string[];
  /** The same for the whole history of its alerts, which takes longer. */
  readonly replay?: readonly string[];
}

/** A pipeline of `tidemark demo pipeline` that a demo starts. */
export interface DemoPipeline {
  /** Arguments of that command. */
  readonly args: readonly string[];
  /**
   * Below the root of the repository: what is added to the demo's configuration for it. The demo has data of its own then, and starts
   * without the pipeline where the machine has no PostgreSQL. Absent: the pipeline takes the place of `tidemark seed`.
   */
  readonly beside?: string;
}

/** Rules about what the product demo has of the weeks before it was started. Pipelines and views are looked at from then on only. */
const rulesOfThePast = [
  'events_silence',
  'dau_drop',
  'funnel_drop',
  'error_rate',
  'latency_p95',
  'throughput_drop',
  'refund_spike',
  'mrr_mismatch',
] as const;

/** The demos by name; the first is the default. */
export const demos: readonly Demo[] = [
  {
    name: 'cdnow',
    configFile: 'demo/cdnow/tidemark.yaml',
    label: 'CDNOW: 69,659 real orders of a music shop, 1997 to mid-1998',
    range: { from: '1997-01-01T00:00:00.000Z', to: '1998-06-30T23:59:59.999Z' },
  },
  {
    name: 'product',
    configFile: 'demo/product/tidemark.yaml',
    label: 'a made-up product that goes on while you watch',
    pipeline: {
      args: ['materialized', '--database', 'crm', '--rate', '5', '--history', '60'],
      beside: 'demo/compose/materialized.yaml',
    },
    follow: ['--follow', '--incident'],
    recent: ['--from', '20m', '--step', '5m', '--keep'],
    replay: ['--from', '21d', '--step', '1h', '--keep', ...rulesOfThePast.flatMap((name) => ['--rule', name])],
  },
  {
    name: 'shop',
    configFile: 'pipelines/materialized/tidemark.yaml',
    label: 'a shop in a real PostgreSQL, replicated while you watch',
    pipeline: { args: ['materialized', '--rate', '5', '--history', '60'] },
  },
  {
    name: 'shop-kafka',
    configFile: 'pipelines/debezium/tidemark.yaml',
    label: 'a shop in a real PostgreSQL, replicated by Debezium and Kafka while you watch',
    pipeline: { args: ['debezium', '--rate', '20', '--history', '60'] },
  },
];
