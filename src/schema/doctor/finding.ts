/** How bad a finding is: `problem` = numbers are wrong or stand still, `warning` = they will be, or cost far too much. */
export const states = ['ok', 'note', 'warning', 'problem'] as const;
export type State = (typeof states)[number];

/** One thing that `tidemark doctor` has to say. */
export interface Finding {
  /** Name of the check. */
  readonly check: string;
  /** What was looked at: a role, a rollup, a table, a zone, the database. */
  readonly subject: string;
  readonly state: State;
  /** Stable snake_case name of the finding, for scripts and alerts; `ok` where there is nothing to say. */
  readonly code: string;
  readonly what: string;
  /** The next step; empty where nothing is to be done. */
  readonly todo: string;
}

/** A finding before its check's name is put to it. */
export type Found = Omit<Finding, 'check'>;

/** What a finding says, from its facts. */
export interface Wording<Facts> {
  readonly state: State;
  what(facts: Facts): string;
  todo(facts: Facts): string;
}

/** Makes one entry of a table of wordings; only gives the facts their type. */
export const wording = <Facts>(
  state: State,
  what: (f: Facts) => string,
  todo: (f: Facts) => string,
): Wording<Facts> => ({
  state,
  what,
  todo,
});

/** Writes a count with thousands separators: `200,000`. */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** A share as per cent: `12 %`, `0.4 %`. */
export const percent = (share: number): string =>
  `${share < 0.1 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;

/** Some names, the rest as a number: `a, b, c and 4 more`. */
export function some(names: readonly string[], most = 4): string {
  const left = names.length - most;
  return left > 0 ? `${names.slice(0, most).join(', ')} and ${left} more` : names.join(', ');
}
