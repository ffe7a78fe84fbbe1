import type { SourceName } from './tables';
import {
  countries,
  currencies,
  endpointsPerService,
  eventNames,
  normal,
  pick,
  plans,
  platforms,
  releaseDays,
  services,
  uniform,
  user,
} from './values';

/** A span of generated rows: numbers from `first` on, at times spread evenly over [fromMs, toMs). */
export interface Span {
  readonly first: number;
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Every 200th event is delivered a second time. */
export const redeliveredEvery = 200;

/** Columns and expressions over `i` (number of the row) and `at` (its time). */
type Columns = Readonly<Record<string, string>>;

const events: Columns = {
  event_id: 'cityHash64(i, 1)',
  occurred_at: 'at',
  event_name: pick(eventNames, 3, 2),
  user_id: user(4),
  country: pick(countries, 5, 2),
  platform: pick(platforms, 6, 1.5),
};

const service = 'toUInt32(floor(pow(' + uniform(3) + `, 1.5) * ${services.length}))`;
const endpoint = `toUInt32(floor(pow(${uniform(4)}, 1.5) * ${endpointsPerService}))`;
const releaseMs = releaseDays * 86_400_000;

const requests: Columns = {
  request_id: 'cityHash64(i, 1)',
  started_at: 'at',
  service: `[${services.map((name) => `'${name}'`).join(', ')}][1 + ${service}]`,
  endpoint: `concat('/v1/', [${services.map((name) => `'${name}'`).join(', ')}][1 + ${service}], '/', toString(${endpoint}))`,
  release: `concat('2.', toString(intDiv(toUnixTimestamp64Milli(at), ${releaseMs}) % 1000), '.0')`,
  // Log-normal: medians from 20 to some 200 ms by endpoint, p99 nine times the median.
  duration_ms: `round(20 * exp(0.25 * ${service} + 0.3 * ${endpoint} + 0.95 * ${normal(7)}), 3)`,
  status: `multiIf(${uniform(9)} < 0.004 + 0.003 * ${service}, 500, ${uniform(9)} > 0.97, 404, 200)`,
  user_id: user(10),
  country: pick(countries, 5, 2),
};

const orders: Columns = {
  order_id: 'i',
  ordered_at: 'at',
  user_id: user(4),
  amount: `toDecimal64(round(30 * exp(0.8 * ${normal(7)}), 2), 4)`,
  currency: pick(currencies, 3, 2),
  refunded_amount: `if(${uniform(9)} < 0.05, toDecimal64(round(30 * exp(0.8 * ${normal(7)}), 2), 4), toDecimal64(0, 4))`,
  refunded_at: `if(${uniform(9)} < 0.05, toNullable(least(at + toIntervalDay(1 + toUInt32(10 * ${uniform(10)})), now64(3))), NULL)`,
  items: `1 + toUInt16(4 * ${uniform(11)})`,
};

const plan = `toUInt32(floor(${plans.length} * ${uniform(5)}))`;

const subscriptions: Columns = {
  change_id: 'i',
  changed_at: 'at',
  subscription_id: 'cityHash64(i, 4) % 200000',
  user_id: 'cityHash64(i, 4) % 200000',
  mrr: `toDecimal64([0, 19, 49, 199][1 + ${plan}], 4)`,
  currency: `'USD'`,
  plan: `[${plans.map((name) => `'${name}'`).join(', ')}][1 + ${plan}]`,
};

/** The expressions of every source's columns but those of its arrival. */
export const generators: Readonly<Record<SourceName, Columns>> = {
  events,
  requests,
  orders,
  subscriptions,
  events_moving: { ...events, event_id: 'i' },
};

/**
 * INSERT … SELECT FROM numbers() of a span.
 * @param stamp SQL of the arrival stamp over `at`; absent where the server stamps
 * @param i SQL of the row's number over `number`
 */
export function insertSpan(
  name: SourceName,
  span: Span,
  options: { readonly stamp?: string; readonly i?: string } = {},
): string {
  const { stamp, i = `number + ${span.first}` } = options;
  const columns = { ...generators[name], ...(stamp !== undefined && { ingested_at: stamp }) };
  const widthMs = Math.max(1, span.toMs - span.fromMs);
  const at = `fromUnixTimestamp64Milli(toInt64(${span.fromMs} + floor(${uniform(2)} * ${widthMs})), 'UTC')`;
  const select = Object.entries(columns).map(([column, sql]) => `${sql} AS ${column}`);
  return `INSERT INTO bench.${name} (${Object.keys(columns).join(', ')})
WITH ${i} AS i, ${at} AS at
SELECT ${select.join(',\n  ')}
FROM numbers(${span.count})`;
}
