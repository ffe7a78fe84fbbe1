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
  /** A call as one would write it; of a statement macro, the whole query. */
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

/** What a statement macro may ask of the SELECT that it makes. */
export interface SelectAround {
  /** Whether the user wrote a GROUP BY. */
  readonly grouped: boolean;
  /**
   * Whether the macro's arguments, WITH, FROM, PREWHERE or WHERE speak of a column or table of that name; the argument of
   * the index `but` aside.
   */
  reads(name: string, but?: number): boolean;
  /** Whether HAVING or GROUP BY do. */
  groupsBy(name: string): boolean;
  /** A name that stands nowhere in the SELECT, made of `name`. */
  fresh(name: string): string;
}

/** A query around another: `SELECT … FROM (` … `)` and what follows. */
export interface Layer {
  /** From `SELECT` to before FROM. */
  readonly head: string;
  readonly groupBy?: string;
  /** `name AS (…)`. */
  readonly window?: string;
}

/** What becomes of a SELECT whose first word is a statement macro; FROM, PREWHERE and all clauses of the user stay. */
export interface Rewrite {
  /** From `SELECT` to before FROM. */
  readonly select: string;
  /** Condition ahead of the user's own. */
  readonly where: string;
  /** Keys of a GROUP BY, where the macro groups. */
  readonly groupBy?: string;
  /** Queries around it, from the inside out; what follows HAVING belongs to the last of them. */
  readonly layers: readonly Layer[];
  /** Order of the rows unless the user wrote one. */
  readonly orderBy: string;
}

/** A macro that stands in place of SELECT and makes a whole query of it, expanded after all other macros. */
export interface StatementMacro extends MacroFacts {
  readonly kind: 'statement';
  /** Arguments come trimmed, macros in them expanded, as many as declared. */
  expand(args: readonly string[], around: SelectAround, context: MacroContext, refuse: Refuse): Rewrite;
}

export type Macro = ExpressionMacro | TemplateMacro | StatementMacro;
