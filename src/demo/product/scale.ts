import { ident, literal } from '../../core/sql/quote';
import type { DemoTable } from '../tables/table';

/** Ids of the people of the n-th copy lie n times this above those of the demo itself. */
export const copyStep = 100_000_000;

/** What is copied. */
export interface Copying {
  readonly table: DemoTable;
  /** Quoted name. */
  readonly source: string;
  readonly scale: number;
  /** First day of the demo, `YYYY-MM-DD`. */
  readonly firstDay: string;
  /** Days whose rows are copied, in order. */
  readonly days: readonly string[];
}

/**
 * A demo at scale n is n demos beside each other: the one that is generated, and n − 1 copies of its people that the server
 * makes by SQL. A copy stays away on a tenth of its days and is a little earlier on each (never before midnight), pays more or
 * less, and has ids of its own; an order and its purchase, a request and its event move together. All chances are hashes of
 * person, copy and day: the same for everyone.
 */
export function copiesSelect({ table, source, scale, firstDay, days }: Copying): string {
  const own = changed[table.name];
  const time = ident(table.timeColumn);
  const columns = columnsOf(table);
  const made = columns.map(
    (name) => `${(own[name] ?? shared[name] ?? ident(name)).replaceAll('{time}', time)} AS ${ident(`tm_${name}`)}`,
  );
  // A person's id tells the day of signing up, on which no copy stays away.
  const signedUp = `intDiv(user_id - 1000000, 1000) = dateDiff('day', toDate(${literal(firstDay)}), toDate(${time}, 'UTC'))`;
  const away = table.name === 'subscriptions' ? '1' : `luck % 10 != 0 OR ${signedUp}`;
  return `SELECT ${columns.map((name) => `${ident(`tm_${name}`)} AS ${ident(name)}`).join(', ')}
FROM (
  SELECT ${made.join(', ')}
  FROM (
    SELECT *, arrayJoin(range(1, ${scale})) AS copy, cityHash64(user_id, copy, toUInt32(toDate(${time}, 'UTC'))) AS luck,
      toUnixTimestamp64Milli(toDateTime64(toDate(${time}, 'UTC'), 3, 'UTC')) AS midnight, intDiv(luck, 10) % 1000 / 100000 AS earlier
    FROM ${source} FINAL
    WHERE user_id < ${copyStep} AND ${time} >= ${literal(days[0] ?? firstDay)} AND toString(toDate(${time}, 'UTC')) IN ${literal(days)}
  )
  WHERE ${away}
)`;
}

/** The server stamps the others. */
const names: Readonly<Record<DemoTable['name'], readonly string[]>> = {
  events: ['event_id', 'occurred_at', 'event_name', 'user_id', 'country', 'platform'],
  orders: ['order_id', 'ordered_at', 'user_id', 'amount', 'currency', 'refunded_amount', 'refunded_at', 'items'],
  requests: [
    'request_id',
    'requested_at',
    'service',
    'version',
    'endpoint',
    'method',
    'status',
    'duration_ms',
    'user_id',
  ],
  subscriptions: [
    'change_id',
    'changed_at',
    'subscription_id',
    'user_id',
    'change',
    'plan',
    'billing',
    'seats',
    'mrr',
    'currency',
  ],
};

/** Columns that a copy is inserted with. */
export const columnsOf = ({ name }: DemoTable): readonly string[] => [...names[name], '_version'];

/** Up to a hundredth of the day's milliseconds less. */
const earlier =
  "fromUnixTimestamp64Milli(midnight + toInt64((toUnixTimestamp64Milli({time}) - midnight) * (1 - earlier)), 'UTC')";
const dearer = (amount: string) =>
  `round(${amount} * toDecimal64(0.7 + cityHash64(order_id, copy) % 600 / 1000, 3), 2)`;

const shared: Readonly<Record<string, string>> = { user_id: `user_id + copy * ${copyStep}` };
const changed: Readonly<Record<DemoTable['name'], Readonly<Record<string, string>>>> = {
  events: { event_id: "concat(event_id, '~', toString(copy))", occurred_at: earlier },
  orders: {
    order_id: 'order_id + copy * 1000000000000',
    ordered_at: earlier,
    amount: dearer('amount'),
    refunded_amount: dearer('refunded_amount'),
  },
  requests: { request_id: "concat(request_id, '~', toString(copy))", requested_at: earlier },
  subscriptions: {
    change_id: 'change_id + copy * 1000000000000',
    subscription_id: `subscription_id + copy * ${copyStep}`,
  },
};
