import type { Range, Target } from '../../lib/dashboards';
import { activeStat, funnel, lifecycle, perDay, retention, rolling, weekly } from './events';
import { adoption, breadth, firstUseAfter, firstUses, usesPerUser } from './features';
import { bestCustomers, givenBack, levels, movements, orderCohorts, ofOrders, ordersPerDay } from './orders';
import type { Question, RawQuestion } from './question';
import { dayMs, dayStart } from './question';
import { keyOf, ofEvents, ofRequests } from './series';

interface Known {
  readonly dashboard: RegExp;
  readonly panel: RegExp;
  readonly name: string;
  readonly ask: Question | ((title: string) => Question);
  /** Whether `ask` takes the title first. */
  readonly byTitle?: true;
}

/** Pages with the active users. */
const people = /^(active users|home)/i;

/** Pages with orders. */
const money = /^(finance|home)/i;

const p95 = 'quantileDD(0.01, 0.95)(duration_ms) AS p95';

/** Panels of which the raw question is known; the first that fits counts. */
const known: readonly Known[] = [
  { dashboard: people, panel: /^daily active$/i, name: 'DAU', ask: activeStat(1) },
  { dashboard: people, panel: /^weekly active$/i, name: 'WAU', ask: activeStat(7) },
  { dashboard: people, panel: /^monthly active$/i, name: 'MAU', ask: activeStat(30) },
  {
    dashboard: /active users/i,
    panel: /^active users per day$/i,
    name: 'DAU per day',
    ask: perDay('uniqExact(user_id)'),
  },
  { dashboard: /active users/i, panel: /rolling/i, name: 'rolling WAU, MAU', ask: rolling([7, 30]) },
  { dashboard: /active users/i, panel: /^stickiness/i, name: 'DAU / MAU', ask: rolling([1, 30]) },
  { dashboard: /active users/i, panel: /^who came/i, name: 'lifecycle', ask: lifecycle },
  { dashboard: /active users/i, panel: /^when people come/i, name: 'DAU per day', ask: perDay('uniqExact(user_id)') },
  { dashboard: /active users|feature adoption/i, panel: /^events per minute/i, name: 'events', ask: ofEvents('') },
  { dashboard: /home/i, panel: /^active users: daily/i, name: 'rolling DAU, WAU, MAU', ask: rolling([1, 7, 30]) },
  { dashboard: /active users/i, panel: /^events per day/i, name: 'events by name', ask: perDay('event_name, count()') },
  { dashboard: /funnels/i, panel: /^(entries that|steps|conversion|by breakdown)/i, name: 'windowFunnel', ask: funnel },
  { dashboard: /retention/i, panel: /^(cohorts: |mean of)/i, name: 'weekly retention', ask: weekly },
  { dashboard: /retention/i, panel: /by month/i, name: 'retention by month', ask: retention },
  { dashboard: /feature adoption/i, panel: /^(features by|how often)/i, name: 'uses per user', ask: usesPerUser },
  { dashboard: /feature adoption/i, panel: /^(users of any|breadth)/i, name: 'breadth', ask: breadth },
  { dashboard: /feature adoption/i, panel: /^first uses$/i, name: 'first uses', ask: firstUses },
  { dashboard: /feature adoption/i, panel: /^adoption/i, name: 'adoption', ask: adoption },
  { dashboard: /feature adoption/i, panel: /^first use after/i, name: 'lag of first uses', ask: firstUseAfter },
  { dashboard: money, panel: /^orders$/i, name: 'orders', ask: ofOrders('count()') },
  { dashboard: money, panel: /^sold/i, name: 'sold', ask: ofOrders('count(), uniqExact(user_id), avg(amount)') },
  { dashboard: money, panel: /^gross revenue/i, name: 'gross', ask: ofOrders('sum(amount)') },
  { dashboard: money, panel: /^net revenue, /i, name: 'net', ask: ofOrders('sum(amount - refunded_amount)') },
  {
    dashboard: money,
    panel: /^refunds/i,
    name: 'refunds',
    ask: ofOrders('sum(refunded_amount), avg(refunded_amount > 0)'),
  },
  { dashboard: money, panel: /^given back/i, name: 'given back', ask: givenBack },
  {
    dashboard: money,
    panel: /^(net revenue per|revenue per|average order per)/i,
    name: 'revenue per day',
    ask: ordersPerDay('sum(amount), sum(refunded_amount), count()'),
  },
  {
    dashboard: money,
    panel: /^orders and buyers/i,
    name: 'orders and buyers per day',
    ask: ordersPerDay('count(), uniqExact(user_id)'),
  },
  { dashboard: money, panel: /^customers with/i, name: 'best customers', ask: bestCustomers },
  { dashboard: money, panel: /by month of first order/i, name: 'cohorts of orders', ask: orderCohorts },
  { dashboard: /subscriptions/i, panel: /^(mrr|subscriptions|churned)/i, name: 'MRR per day', ask: levels },
  { dashboard: /subscriptions/i, panel: /moved|month|retention/i, name: 'movements of MRR', ask: movements },
  {
    dashboard: /operations/i,
    panel: /p50|p95|p99|latency|duration|slow/i,
    name: 'p95',
    ask: (title: string) => ofRequests(p95, keyOf(title)),
    byTitle: true,
  },
  {
    dashboard: /operations/i,
    panel: /error/i,
    name: 'error rate',
    ask: (title: string) => ofRequests('countIf(status >= 500) / count() AS errors', keyOf(title)),
    byTitle: true,
  },
  {
    dashboard: /operations/i,
    panel: /apdex/i,
    name: 'Apdex',
    ask: (title: string) =>
      ofRequests('(countIf(duration_ms <= 100) + countIf(duration_ms <= 400)) / 2 / count() AS apdex', keyOf(title)),
    byTitle: true,
  },
  {
    dashboard: /operations/i,
    panel: /throughput|request|traffic|rate/i,
    name: 'throughput',
    ask: (title: string) => ofRequests('count()', keyOf(title)),
    byTitle: true,
  },
  { dashboard: /operations/i, panel: /event/i, name: 'events by name', ask: ofEvents('event_name, ') },
];

/** The raw question of a panel; undefined where none is known (freshness, states of the rollups). */
export function rawQuestion(target: Target, range: Range): RawQuestion | undefined {
  const found = known.find(({ dashboard, panel }) => dashboard.test(target.dashboard) && panel.test(target.panel));
  if (!found) return undefined;
  const ask = found.byTitle ? (found.ask as (title: string) => Question)(target.panel) : (found.ask as Question);
  const asked = { ...range, target, lastDayMs: dayStart(range.toMs) - dayMs };
  const settings = "\nSETTINGS session_timezone = 'UTC'";
  return { name: found.name, exact: ask(asked, 'FINAL') + settings, plain: ask(asked, '') + settings };
}
