/**
 * Something the user must be told although the query runs: shown as a notice on the panel, and in the CLI's answer.
 * `code` is a stable snake_case word, `message` one sentence: what was left undone, where, what to do.
 */
export interface Notice {
  readonly code: string;
  readonly message: string;
  /** The ad hoc filter key or the macro that the notice is about. */
  readonly subject?: string;
}
