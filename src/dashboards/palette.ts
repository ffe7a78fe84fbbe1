import { dbtMetrics } from './palette/dbt';
import { healthMetrics } from './palette/health';
import {
  colours,
  count,
  errorLimit,
  latency,
  money,
  noneIsGood,
  severityColours,
  share,
  verdictColours,
  zeroIsGood,
} from './palette/style';
import type { MetricStyle } from './palette/style';

export { colours, errorLimit, severityColours, verdictColours } from './palette/style';
export type { MetricStyle, Step, Word } from './palette/style';

/** Cells that grow deeper. Below 0.3 Grafana writes in the theme's own text colour; above it in white, also on a pale cell. */
const depth = (alpha: number) => `rgba(37, 105, 183, ${alpha})`;

/** Cells of cohorts, by the share of the cohort. */
const cohortSteps = [
  // A cell without a value takes the base: it stays blank.
  { from: null, colour: 'transparent' },
  { from: 0, colour: depth(0.05) },
  { from: 0.05, colour: depth(0.1) },
  { from: 0.1, colour: depth(0.15) },
  { from: 0.2, colour: depth(0.2) },
  { from: 0.3, colour: depth(0.25) },
  { from: 0.45, colour: depth(0.29) },
  { from: 0.6, colour: colours.blue },
] as const;

export const metrics = {
  activeUsers: { colour: colours.sky, ...count },
  weeklyUsers: { colour: colours.mauve, ...count },
  monthlyUsers: { colour: colours.blue, ...count },
  /** What the same weekday usually has, and where one begins to look. */
  usualUsers: { colour: colours.brown, ...count },
  watchedUsers: { colour: colours.orange, ...count },
  /** Of the busiest day. */
  activity: {
    ...share,
    decimals: 0,
    steps: [
      { from: null, colour: 'transparent' },
      { from: 0, colour: depth(0.03) },
      { from: 0.2, colour: depth(0.08) },
      { from: 0.4, colour: depth(0.14) },
      { from: 0.6, colour: depth(0.2) },
      { from: 0.75, colour: depth(0.25) },
      { from: 0.85, colour: depth(0.29) },
      { from: 0.95, colour: colours.blue },
    ],
  },
  featureUsers: { colour: colours.blue, ...count },
  adopters: { colour: colours.orange, ...count },
  uses: { ...count },
  usesPerUser: { unit: 'none', decimals: 1 },
  usesOfUser: { ...count },
  stickiness: { colour: colours.brown, ...share },
  newUsers: { colour: colours.orange, ...count },
  returningUsers: { colour: colours.blue, ...count },
  resurrectedUsers: { colour: colours.mauve, ...count },
  dormantUsers: { colour: colours.brown, ...count },
  events: { ...count },
  requests: { colour: colours.sky, ...count },
  requestRate: { colour: colours.sky, unit: 'reqps' },
  failedRequests: { colour: colours.orange, ...count },
  /** As a verdict, against the 2 % at which one is called. */
  errorRate: {
    unit: 'percentunit',
    decimals: 2,
    steps: [
      { from: null, colour: verdictColours.good },
      { from: errorLimit, colour: verdictColours.bad },
    ],
  },
  /** The same over time, one colour per name. */
  errorRates: { unit: 'percentunit', decimals: 1 },
  p50: { colour: colours.sky, ...latency },
  p95: { colour: colours.blue, ...latency },
  p99: { colour: colours.orange, ...latency },
  latencyLimit: { colour: verdictColours.bad, ...latency },
  apdex: {
    unit: 'none',
    decimals: 2,
    steps: [
      { from: null, colour: verdictColours.bad },
      { from: 0.7, colour: verdictColours.watch },
      { from: 0.85, colour: verdictColours.good },
    ],
  },
  orders: { colour: colours.blue, ...count },
  buyers: { colour: colours.mauve, ...count },
  grossRevenue: { colour: colours.blue, ...money },
  refunds: { colour: colours.orange, ...money },
  netRevenue: { colour: colours.sky, ...money },
  averageOrder: { colour: colours.brown, ...money },
  cohortRevenue: { unit: 'locale', decimals: 0 },
  refundRate: { colour: colours.orange, ...share },
  funnelEntries: { colour: colours.blue, ...count },
  conversion: { colour: colours.blue, ...share },
  conversionCell: { ...share, steps: cohortSteps },
  convertTime: { unit: 'ms', decimals: 1 },
  mrr: { colour: colours.blue, ...money },
  subscriptions: { colour: colours.mauve, ...count },
  newMrr: { colour: colours.sky, ...money },
  expansionMrr: { colour: colours.blue, ...money },
  reactivatedMrr: { colour: colours.mauve, ...money },
  contractionMrr: { colour: colours.brown, ...money },
  churnedMrr: { colour: colours.orange, ...money },
  netRetention: { colour: colours.blue, ...share },
  grossRetention: { colour: colours.sky, ...share },
  churnRate: { colour: colours.orange, ...share },
  cohortSize: { ...count },
  cohortMembers: { colour: colours.blue, ...count },
  retentionWeighted: { colour: colours.blue, ...share },
  retentionSimple: { colour: colours.sky, ...share },
  retentionAfter: { colour: colours.orange, ...share },
  retention: { ...share, steps: cohortSteps },
  /** Share of a cohort that has used a feature, in a cell. */
  adoption: { ...share, steps: cohortSteps },
  /** The same as a bar. */
  adoptedShare: { colour: colours.sky, ...share },
  change: {
    ...share,
    steps: [
      { from: null, colour: colours.orange },
      { from: -0.1, colour: 'text' },
      { from: 0.1, colour: colours.sky },
    ],
  },
  lag: {
    unit: 's',
    decimals: 0,
    steps: [
      { from: null, colour: verdictColours.good },
      { from: 300, colour: verdictColours.watch },
      { from: 900, colour: verdictColours.bad },
    ],
  },
  lags: { unit: 's' },
  duration: { unit: 'ms' },
  period: { unit: 's', decimals: 0 },
  /** Of its period that a refresh takes: above 80 % the next one is soon late. */
  periodShare: { unit: 'percentunit', decimals: 0 },
  queuedDays: { ...count, steps: zeroIsGood(verdictColours.watch) },
  wrongRows: { ...count, steps: zeroIsGood(verdictColours.bad) },
  failingRollups: { ...count, steps: zeroIsGood(verdictColours.bad) },
  behindRollups: { ...count, steps: zeroIsGood(verdictColours.watch) },
  freshRollups: { colour: 'text', ...count },
  days: { ...count },
  lateDays: { colour: colours.orange, ...count },
  filledDays: { colour: colours.mauve, ...count },
  sweptDays: { colour: colours.sky, ...count },
  rows: { ...count },
  lateShare: { unit: 'percentunit', decimals: 2 },
  storage: { unit: 'bytes', decimals: 1 },
  /** Cost of queries. */
  spend: { colour: colours.blue, ...money },
  spendLimit: { colour: verdictColours.bad, ...money },
  spends: { ...money },
  readBytes: { unit: 'bytes', decimals: 1 },
  cpuSeconds: { unit: 's', decimals: 1 },
  gibHours: { unit: 'none' },
  queries: { ...count },
  scans: { ...count, steps: zeroIsGood(verdictColours.watch) },
  spendShare: { ...share },
  quotaShare: {
    ...share,
    decimals: 0,
    steps: [
      { from: null, colour: verdictColours.good },
      { from: 0.8, colour: verdictColours.watch },
      { from: 1, colour: verdictColours.bad },
    ],
  },
  ttlDue: { unit: 'bytes', decimals: 1 },
  answer: {
    unit: 'string',
    words: [
      { value: 'raw', text: 'raw rows', colour: verdictColours.watch },
      { value: 'refused', text: 'refused', colour: verdictColours.unknown },
    ],
  },
  /** Alerts: a whole tile, green while there is none. */
  criticalAlerts: { ...count, steps: noneIsGood(severityColours.critical) },
  warningAlerts: { ...count, steps: noneIsGood(severityColours.warning) },
  infoAlerts: { ...count, steps: noneIsGood(severityColours.info) },
  pendingAlerts: { ...count, steps: zeroIsGood(verdictColours.watch) },
  heldAlerts: { ...count, steps: zeroIsGood(verdictColours.unknown) },
  silentRules: { ...count, steps: zeroIsGood(verdictColours.bad) },
  rules: { colour: 'text', ...count },
  messages: { ...count },
  messagesPerWeek: { unit: 'none', decimals: 1 },
  firingSubjects: { ...count },
  lasted: { unit: 's', decimals: 0 },
  severity: {
    unit: 'string',
    words: Object.entries(severityColours).map(([value, colour]) => ({ value, text: value, colour })),
  },
  alertState: {
    unit: 'string',
    words: [
      { value: 'firing', text: 'firing', colour: verdictColours.bad },
      { value: 'recovering', text: 'recovering', colour: verdictColours.watch },
      { value: 'pending', text: 'pending', colour: verdictColours.watch },
      { value: 'held', text: 'held', colour: verdictColours.unknown },
      { value: 'muted', text: 'muted', colour: verdictColours.unknown },
      { value: 'over', text: 'over', colour: verdictColours.good },
      { value: 'brief', text: 'brief', colour: verdictColours.unknown },
    ],
  },
  /** Where a limit comes from. */
  origin: {
    unit: 'string',
    words: [
      { value: 'default', text: 'default', colour: verdictColours.unknown },
      { value: 'tidemark.yaml', text: 'tidemark.yaml', colour: verdictColours.good },
      { value: 'edited', text: 'edited', colour: verdictColours.watch },
    ],
  },
  ...healthMetrics,
  ...dbtMetrics,
  day: { unit: 'string', colour: 'text' },
  /** To the second, in the zone of the dashboard. */
  moment: { unit: 'dateTimeAsIso', colour: 'text' },
  state: {
    unit: 'string',
    words: [
      { value: 'fresh', text: 'fresh', colour: verdictColours.good },
      { value: 'filling', text: 'filling', colour: verdictColours.unknown },
      { value: 'catching up', text: 'catching up', colour: verdictColours.watch },
      { value: 'stale', text: 'late', colour: verdictColours.watch },
      { value: 'clock back', text: 'clock back', colour: verdictColours.bad },
      { value: 'failing', text: 'failing', colour: verdictColours.bad },
    ],
  },
  verdict: {
    unit: 'none',
    words: [
      { value: 0, text: 'Fresh', colour: verdictColours.good },
      { value: 1, text: 'Filling', colour: verdictColours.unknown },
      { value: 2, text: 'Late', colour: verdictColours.watch },
      { value: 3, text: 'Failing', colour: verdictColours.bad },
      { value: 4, text: 'Not installed', colour: verdictColours.unknown },
      { value: 5, text: 'Catching up', colour: verdictColours.watch },
      { value: 6, text: 'Clock back', colour: verdictColours.bad },
    ],
  },
} as const satisfies Record<string, MetricStyle>;

export type MetricName = keyof typeof metrics;

/** Look of a metric. Never throws: the name is checked by the compiler. */
export const styleOf = (metric: MetricName): MetricStyle => metrics[metric];
