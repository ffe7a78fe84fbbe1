/** Facts of an error as data: what was wrong, where, which values are accepted. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * The one error class of Tidemark: a stable `code`, the facts behind it, and a message that names the input, the rule
 * and the next step. Every room keeps its codes and their wording in one table made by {@link errorTable}.
 */
export class TidemarkError extends Error {
  override readonly name = 'TidemarkError';

  /** Stable snake_case word, e.g. `unknown_macro`: safe to branch on, never shown alone. */
  readonly code: string;
  readonly facts: ErrorFacts;

  constructor(code: string, message: string, facts: ErrorFacts = {}, options?: { readonly cause?: unknown }) {
    super(message);
    this.code = code;
    this.facts = facts;
    if (options && 'cause' in options)
      Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false });
  }
}

type Wording = (facts: never) => string;

/**
 * Makes the error factory of a room from its table code → sentence.
 * @example
 * const fail = errorTable({ bad_zone: (f: { zone: string }) => `Time zone "${f.zone}" does not exist. Use an IANA name such as Europe/Berlin.` });
 * throw fail('bad_zone', { zone: 'Mars/Base' });
 */
export function errorTable<T extends Record<string, Wording>>(table: T) {
  return function fail<C extends keyof T & string>(
    code: C,
    facts: Parameters<T[C]>[0],
    options?: { readonly cause?: unknown },
  ): TidemarkError {
    const wording = table[code] as (f: unknown) => string;
    return new TidemarkError(code, wording(facts), facts as ErrorFacts, options);
  };
}

/** The text of whatever was thrown; never empty. */
export function messageOf(thrown: unknown): string {
  // By its shape, not by instanceof: errors of another realm (a frame, a worker, a test's sandbox) are errors too.
  const message = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : undefined;
  if (typeof message === 'string' && message) return message;
  const text = typeof thrown === 'string' ? thrown : safeJson(thrown);
  return text && text !== '{}' ? text : 'Unknown error (nothing was said about its cause).';
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
