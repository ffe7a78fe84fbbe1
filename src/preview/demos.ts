/** A demo as `npm start` knows it: its configuration, and what the page says about its data. */
export interface Demo {
  readonly name: string;
  /** Below the root of the repository. */
  readonly configFile: string;
  /** For the banner: "It draws … over <label>". */
  readonly label: string;
  /** Where its data lies, if not at now: dashboards open on it. Grafana's range expressions. */
  readonly range?: { readonly from: string; readonly to: string };
  /** Arguments of `tidemark demo pipeline`: a real PostgreSQL and its copy in ClickHouse take the place of `tidemark seed`, and a collector looks at them. */
  readonly pipeline?: readonly string[];
  /** Arguments of `tidemark seed` that keep it up with the clock while the preview is open. */
  readonly follow?: readonly string[];
  /** Arguments of `tidemark alerts replay` for the minutes before the start: what fires then has fired for a while. */
  readonly recent?: readonly string[];
  /** The same for the whole history of its alerts, which takes longer. */
  readonly replay?: readonly string[];
}

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
    follow: ['--follow', '--incident'],
    recent: ['--from', '20m', '--step', '5m', '--keep'],
    replay: ['--from', '21d', '--step', '1h', '--keep'],
  },
  {
    name: 'shop',
    configFile: 'pipelines/materialized/tidemark.yaml',
    label: 'a shop in a real PostgreSQL, replicated while you watch',
    pipeline: ['materialized', '--rate', '5', '--history', '60'],
  },
  {
    name: 'shop-kafka',
    configFile: 'pipelines/debezium/tidemark.yaml',
    label: 'a shop in a real PostgreSQL, replicated by Debezium and Kafka while you watch',
    pipeline: ['debezium', '--rate', '20', '--history', '60'],
  },
];
