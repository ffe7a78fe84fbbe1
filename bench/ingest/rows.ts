import { rowsPerEvent } from '../lib/data/tables';
import type { SourceName } from '../lib/data/tables';
import {
  countries,
  currencies,
  endpointsPerService,
  eventNames,
  plans,
  platforms,
  services,
  users,
} from '../lib/data/values';

/** A random number in [0, 1); handed in, so that a run can be repeated. */
export type Random = () => number;

/** Numbers rows within one run and between runs on one data folder. */
let last = Date.now() * 1000;
const nextId = () => ++last;

const pick = (values: readonly string[], random: Random, skew: number) =>
  values[Math.floor(values.length * random() ** skew)]!;
const user = (random: Random) => Math.floor(users * random() ** 3);
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** As ClickHouse reads a DateTime64 in UTC. */
const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 23).replace('T', ' ');

/** One row of each source as it would arrive now, distributed as the generated history. Without arrival stamp: the server's. */
const makers: Readonly<Partial<Record<SourceName, (nowMs: number, random: Random) => object>>> = {
  events: (nowMs, random) => ({
    event_id: nextId(),
    // 0.5 % come up to six hours late.
    occurred_at: stamp(nowMs - (random() < 0.005 ? random() * 6 * 3_600_000 : random() * 1000)),
    event_name: pick(eventNames, random, 2),
    user_id: user(random),
    country: pick(countries, random, 2),
    platform: pick(platforms, random, 1.5),
  }),
  requests: (nowMs, random) => {
    const service = Math.floor(services.length * random() ** 1.5);
    const endpoint = Math.floor(endpointsPerService * random() ** 1.5);
    return {
      request_id: nextId(),
      started_at: stamp(nowMs - random() * 1000),
      service: services[service],
      endpoint: `/v1/${services[service]}/${endpoint}`,
      release: '2.1.0',
      duration_ms: Math.round(20_000 * Math.exp(0.25 * service + 0.3 * endpoint + 0.95 * normal(random))) / 1000,
      status: random() < 0.004 + 0.003 * service ? 500 : 200,
      user_id: user(random),
      country: pick(countries, random, 2),
    };
  },
  orders: (nowMs, random) => ({
    order_id: nextId(),
    ordered_at: stamp(nowMs - random() * 1000),
    user_id: user(random),
    amount: (30 * Math.exp(0.8 * normal(random))).toFixed(2),
    currency: pick(currencies, random, 2),
    items: 1 + Math.floor(4 * random()),
  }),
  subscriptions: (nowMs, random) => {
    const key = Math.floor(200_000 * random());
    const plan = Math.floor(plans.length * random());
    return {
      change_id: nextId(),
      changed_at: stamp(nowMs),
      subscription_id: key,
      user_id: key,
      mrr: [0, 19, 49, 199][plan],
      currency: 'USD',
      plan: plans[plan],
    };
  },
};

/** Rows of one batch of a source as JSONEachRow; the rest of the proportion is drawn. */
export function batch(
  source: SourceName,
  events: number,
  nowMs: number,
  random: Random,
): { rows: number; text: string } {
  const wanted = events * rowsPerEvent[source];
  const rows = Math.floor(wanted) + (random() < wanted % 1 ? 1 : 0);
  const make = makers[source];
  if (!make) throw new Error(`No rows can be made for ${source}.`);
  const lines = Array.from({ length: rows }, () => JSON.stringify(make(nowMs, random)));
  return { rows, text: lines.join('\n') };
}
