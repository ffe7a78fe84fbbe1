import type { Source } from '../installation';

/** Logical columns that a refund has from its order under the same name. */
const inherited = ['id', 'user', 'currency', 'ingestedAt', 'version', 'deleted'];

/**
 * Role *refunds* made of an orders table that tells when it gave back: its rows with a refund time and a refund above 0.
 * Undefined where orders does not map refundTime. Class *fixed* becomes *moving*: what is fixed there is the order's time,
 * a refund may still change its day, be withdrawn, or be deleted by a tombstone that does not carry its time. An order takes
 * its refund along when the table lets go of it, so a day of refunds is whole for as long as the oldest order refunded on it
 * is there: of the days that orders are kept, half are taken for whole.
 */
export function refundsOf(orders: Source): Source | undefined {
  const { refundTime, refundAmount } = orders.columns;
  if (refundTime === undefined || refundAmount === undefined) return undefined;
  const from = { time: 'refundTime', amount: 'refundAmount' };
  const names = [...inherited.map((name) => [name, name] as const), ...Object.entries(from)];
  const pick = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      names.flatMap(([name, of]) => {
        const value = values[of];
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  const sum = orders.nullable.includes('refundAmount') ? `ifNull(${refundAmount}, 0)` : refundAmount;
  return {
    ...orders,
    role: 'refunds',
    sourceClass: orders.sourceClass === 'fixed' ? 'moving' : orders.sourceClass,
    columns: pick(orders.columns),
    types: pick(orders.types),
    nullable: names.flatMap(([name, of]) => (orders.nullable.includes(of) ? [name] : [])),
    dimensions: [],
    tops: {},
    capped: [],
    keepsDays: orders.keepsDays === null ? null : Math.floor(orders.keepsDays / 2),
    mode: 'recompute',
    only: `${sum} > 0`,
  };
}
