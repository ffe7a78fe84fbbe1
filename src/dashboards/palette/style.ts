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

/** Words for single values (0 → Fresh), or colours for words, with their colour. */
export interface Word {
  readonly value: number | string;
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

export const count = { unit: 'locale', decimals: 0 } as const;
/** Colour of a severity of alert rules. */
export const severityColours = {
  critical: verdictColours.bad,
  warning: verdictColours.watch,
  info: verdictColours.unknown,
} as const;
/** Money has no currency sign: Grafana takes no variable in a unit, and the currency is one. It is named in titles. */
export const money = { unit: 'locale', decimals: 2 } as const;
/** Grafana writes 1,500 ms as 1.5 s. */
export const latency = { unit: 'ms' } as const;
/** Share of failed requests from which on someone is called. */
export const errorLimit = 0.02;
export const share = { unit: 'percentunit', decimals: 1 } as const;

/** Text while it is zero. */
export const zeroIsGood = (colour: string) =>
  [
    { from: null, colour: 'text' },
    { from: 1, colour },
  ] as const;

/** Green while it is zero. */
export const noneIsGood = (colour: string) =>
  [
    { from: null, colour: verdictColours.good },
    { from: 1, colour },
  ] as const;
