import { dayMs } from './calendar';

/** What an incident changes while it lasts: factors, and what is added to the share of failed requests. */
export interface Effect {
  readonly events?: number;
  readonly users?: number;
  readonly requests?: number;
  readonly errors?: number;
  readonly latency?: number;
  /** Only this service (of errors, latency and requests), only its newest release. */
  readonly service?: string;
  readonly newest?: boolean;
  /** Funnel and number of the step that so many fewer reach. */
  readonly funnel?: { readonly name: string; readonly step: number; readonly factor: number };
  readonly refunds?: number;
  /** Amount that is missing among the movements of MRR. */
  readonly mrr?: number;
}

export interface Incident {
  readonly profile: string;
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly effect: Effect;
  /** The rule that is to find it. */
  readonly rule: string;
}

const at = (from: string, minutes: number) => {
  const fromMs = Date.parse(`${from}:00Z`);
  return { fromMs, toMs: fromMs + minutes * 60_000 };
};
const day = (text: string) => at(`${text}T00:00`, dayMs / 60_000);

/** Twenty incidents, far enough from each other that none is in the way of another's usual numbers. */
export const incidents: readonly Incident[] = [
  {
    profile: 'b2c',
    what: 'no events for an hour',
    ...at('2025-02-11T14:00', 60),
    effect: { events: 0 },
    rule: 'events_silence',
  },
  {
    profile: 'b2c',
    what: 'nine in ten events lost for an hour',
    ...at('2025-02-20T20:30', 60),
    effect: { events: 0.1 },
    rule: 'events_silence',
  },
  {
    profile: 'b2c',
    what: 'no events for 30 minutes at night',
    ...at('2025-03-06T03:00', 30),
    effect: { events: 0 },
    rule: 'events_silence',
  },
  {
    profile: 'b2b',
    what: 'no events for an hour',
    ...at('2025-02-12T09:30', 60),
    effect: { events: 0 },
    rule: 'events_silence',
  },
  {
    profile: 'b2c',
    what: 'half of the events lost for a day, 35 % of the users unseen',
    ...day('2025-03-18'),
    effect: { events: 0.5, users: 0.65 },
    rule: 'dau_drop',
  },
  {
    profile: 'b2c',
    what: 'a quarter of the users unseen on a Sunday',
    ...day('2025-04-06'),
    effect: { users: 0.75 },
    rule: 'dau_drop',
  },
  {
    profile: 'b2b',
    what: '30 % of the users unseen for a day',
    ...day('2025-03-05'),
    effect: { users: 0.7 },
    rule: 'dau_drop',
  },
  {
    profile: 'b2c',
    what: '6 % of api fail for 30 minutes',
    ...at('2025-04-29T10:00', 30),
    effect: { errors: 0.06, service: 'api' },
    rule: 'error_rate',
  },
  {
    profile: 'b2c',
    what: '4 % of web fail for 20 minutes',
    ...at('2025-05-14T16:00', 20),
    effect: { errors: 0.04, service: 'web' },
    rule: 'error_rate',
  },
  {
    profile: 'b2c',
    what: '10 % of api’s newest release fail for an hour',
    ...at('2025-05-22T13:00', 60),
    effect: { errors: 0.1, service: 'api', newest: true },
    rule: 'error_rate',
  },
  {
    profile: 'b2b',
    what: '8 % of api fail for 30 minutes',
    ...at('2025-05-07T10:00', 30),
    effect: { errors: 0.08, service: 'api' },
    rule: 'error_rate',
  },
  {
    profile: 'b2c',
    what: 'p95 of api doubled for an hour',
    ...at('2025-06-12T18:00', 60),
    effect: { latency: 2, service: 'api' },
    rule: 'latency_p95',
  },
  {
    profile: 'b2c',
    what: 'p95 of web five-fold for 45 minutes',
    ...at('2025-06-26T09:00', 45),
    effect: { latency: 5, service: 'web' },
    rule: 'latency_p95',
  },
  {
    profile: 'b2b',
    what: 'p95 of api doubled for an hour',
    ...at('2025-06-18T14:00', 60),
    effect: { latency: 2, service: 'api' },
    rule: 'latency_p95',
  },
  {
    profile: 'b2c',
    what: 'no requests of any service for 20 minutes',
    ...at('2025-07-24T12:00', 20),
    effect: { requests: 0 },
    rule: 'throughput_drop',
  },
  {
    profile: 'b2b',
    what: 'a fifth of api’s requests for 45 minutes',
    ...at('2025-07-09T11:00', 45),
    effect: { requests: 0.2, service: 'api' },
    rule: 'throughput_drop',
  },
  {
    profile: 'b2c',
    what: 'conversion 40 % lower for a day',
    ...day('2025-08-13'),
    effect: { funnel: { name: 'signup_to_purchase', step: 3, factor: 0.6 } },
    rule: 'funnel_drop',
  },
  {
    profile: 'b2b',
    what: 'a step of a funnel broken for a day',
    ...day('2025-09-17'),
    effect: { funnel: { name: 'activation', step: 2, factor: 0.1 } },
    rule: 'funnel_drop',
  },
  {
    profile: 'b2c',
    what: 'four times the refunds for a day',
    ...day('2025-09-03'),
    effect: { refunds: 4 },
    rule: 'refund_spike',
  },
  {
    profile: 'b2b',
    what: 'a movement of MRR lost for a day',
    ...day('2025-10-08'),
    effect: { mrr: 120 },
    rule: 'mrr_mismatch',
  },
];

/** What of the incidents holds at a moment. */
export const effectsAt = (all: readonly Incident[], ms: number): readonly Effect[] =>
  all.filter(({ fromMs, toMs }) => ms >= fromMs && ms < toMs).map(({ effect }) => effect);

/** Product of a factor over effects. */
export const factorOf = (effects: readonly Effect[], of: (effect: Effect) => number | undefined): number =>
  effects.reduce((product, effect) => product * (of(effect) ?? 1), 1);
