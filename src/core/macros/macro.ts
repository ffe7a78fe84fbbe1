import type { AdhocFilter } from '../adhoc/filter';

/** What macros are filled in from. */
export interface MacroContext {
  /** Start of the range, milliseconds since 1970 UTC, included. */
  readonly fromMs: number;
  /** End of the range, milliseconds since 1970 UTC, included. */
  readonly toMs: number;
  /** Grafana's interval between two points, milliseconds, above 0. */
  readonly intervalMs: number;
  /** IANA name of the dashboard's time zone; Grafana's `utc` is understood, `browser` is not. */
  readonly timezone: string;
  /** Filters for `$__adHocFilters`; none by default. */
  readonly adhoc?: readonly AdhocFilter[];
}

/** One argument of a macro, for docs and completion. */
export interface MacroArgument {
  readonly name: string;
  readonly description: string;
  /** Whether the argument may be given again and again; only the last may. */
  readonly repeated?: boolean;
}

interface MacroFacts {
  /** With the prefix, e.g. `$__timeFilter`. */
  readonly name: string;
  readonly arguments: readonly MacroArgument[];
  /** One or two sentences: what it stands for, and where it differs from what users of other plugins know. */
  readonly description: string;
  /** A call as one would write it. */
  readonly example: string;
}

/** Thrown text of a macro that cannot be expanded: the reason alone, the caller adds macro and place. */
export type Refuse = (reason: string) => Error;

/** A macro that stands for an expression, expanded after variables were filled in. */
export interface ExpressionMacro extends MacroFacts {
  readonly kind: 'expression';
  /** Arguments come trimmed, macros in them expanded, as many as declared. */
  expand(args: readonly string[], context: MacroContext, refuse: Refuse): string;
}

/** A macro that has to know a variable's value, expanded before variables are filled in. */
export interface TemplateMacro extends MacroFacts {
  readonly kind: 'template';
  expand(args: readonly string[], isAll: (variable: string) => boolean | undefined, refuse: Refuse): string;
}

export type Macro = ExpressionMacro | TemplateMacro;
