/**
 * One table: the same metric has the same colour and unit wherever it is drawn. Colours keep 3:1 contrast to Grafana's
 * dark and light panels; those that meet in one panel stay apart for protan-, deutan- and tritanopes (palette.test.ts).
 */
export const colours = {
  sky: '#1597f3',
  blue: '#2569b7',
  orange: '#f86117',
  brown: '#845e5d',
  mauve: '#ad8691',
} as const;

/** Verdicts; always with a word, so that colour is never alone. */
export const verdictColours = { good: '#1a7f5a', watch: '#b86e00', bad: '#c4162a', unknown: '#6e7681' } as const;

/** How a number is judged: colours from a value upwards. `from: null` is the base. */
export interface Step {
  readonly from: number | null;
  readonly colour: string;
}

/** Words for single values of a number (0 → Fresh), with their colour. */
export interface Word {
  readonly value: number;
  readonly text: string;
  readonly colour: string;
}

export interface MetricStyle {
  /** Fixed colour, or none where thresholds or the value's name decide. */
  readonly colour?: string;
  /** Grafana unit id. Counts and money are written out (`locale`: 2,500,315.63), never shortened to 2.5 Mil. */
  readonly unit: string;
  readonly decimals?: number;
  readonly steps?: readonly Step[];
  readonly words?: readonly Word[];
}

const count = 'locale';
/** Money has no currency sign: Grafana takes no variable in a unit, and the currency is one. It is named in titles. */
const money = { unit: 'locale', decimals: 2 } as const;
const share = { unit: 'percentunit', decimals: 1 } as const;

const depth = (alpha: number) => `rgba(37, 105, 183, ${alpha})`;

export const metrics = {
  activeUsers: { colour: colours.sky, unit: count },
  weeklyUsers: { colour: colours.mauve, unit: count },
  monthlyUsers: { colour: colours.blue, unit: count },
  stickiness: { colour: colours.brown, ...share },
  newUsers: { colour: colours.orange, unit: count },
  returningUsers: { colour: colours.blue, unit: count },
  resurrectedUsers: { colour: colours.mauve, unit: count },
  dormantUsers: { colour: colours.brown, unit: count },
  events: { unit: count },
  orders: { colour: colours.blue, unit: count },
  buyers: { colour: colours.mauve, unit: count },
  grossRevenue: { colour: colours.blue, ...money },
  refunds: { colour: colours.orange, ...money },
  netRevenue: { colour: colours.sky, ...money },
  averageOrder: { colour: colours.brown, ...money },
  refundRate: { colour: colours.orange, ...share },
  cohortSize: { unit: count },
  retention: {
    ...share,
    steps: [
      { from: null, colour: depth(0.08) },
      { from: 0.02, colour: depth(0.2) },
      { from: 0.05, colour: depth(0.35) },
      { from: 0.1, colour: depth(0.5) },
      { from: 0.2, colour: depth(0.7) },
      { from: 0.4, colour: depth(1) },
    ],
  },
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
  day: { unit: 'string', colour: 'text' },
  verdict: {
    unit: 'none',
    words: [
      { value: 0, text: 'Fresh', colour: verdictColours.good },
      { value: 1, text: 'Filling', colour: verdictColours.unknown },
      { value: 2, text: 'Late', colour: verdictColours.watch },
      { value: 3, text: 'Failing', colour: verdictColours.bad },
      { value: 4, text: 'Not installed', colour: verdictColours.unknown },
    ],
  },
} as const satisfies Record<string, MetricStyle>;

export type MetricName = keyof typeof metrics;

/** Look of a metric. Never throws: the name is checked by the compiler. */
export const styleOf = (metric: MetricName): MetricStyle => metrics[metric];
