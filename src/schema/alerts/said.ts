/** What a rule says of one subject. */
export interface Said {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly firing: boolean;
  readonly held: boolean;
  /** UTC, as ClickHouse writes it. */
  readonly asOf: string;
  readonly detail: string;
}

/** The same as the server answers it. 64-bit integers may come as text. */
export interface SaidRow {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly firing: number | string;
  readonly held: number | string;
  readonly as_of: string;
  readonly detail: string;
}

/** A row of an alert view. 64-bit integers may come as text. */
export const saidOf = ({ firing, held, as_of: asOf, ...row }: SaidRow): Said => ({
  subject: row.subject,
  value: row.value,
  threshold: row.threshold,
  firing: Number(firing) === 1,
  held: Number(held) === 1,
  asOf,
  detail: row.detail,
});
