/** A variable's value as Grafana hands it over: one, or a list where several are chosen. */
export type VariableValue = string | number | boolean | null | undefined | readonly (string | number | boolean)[];

/** What {@link formatVariable} may know of the variable; Grafana leaves fields out, or hands over `{}`. */
export interface VariableFacts {
  readonly name?: string;
  /** Whether several values may be chosen: such a variable is a list, also while one is chosen. */
  readonly multi?: boolean;
  readonly includeAll?: boolean;
}

/** A variable as the CLI takes it, all of it in one place. */
export interface Variable extends VariableFacts {
  readonly value: VariableValue | Readonly<Record<string, unknown>>;
  /** What the user sees; the value where missing. */
  readonly text?: string | readonly string[];
  /** What to fill in for All, as it is; without it All stands for `options`. */
  readonly allValue?: string;
  /** All values that may be chosen: what All stands for where no `allValue` is set. */
  readonly options?: readonly string[];
}

export type Variables = Readonly<Record<string, Variable>>;

/** The value by which Grafana marks "All". */
export const allMark = '$__all';

/** Whether the variable stands for All. */
export function standsForAll({ value }: Pick<Variable, 'value'>): boolean {
  return value === allMark || (Array.isArray(value) && value.includes(allMark));
}

/** Whether the variable is All or has no value: what `$__conditionalAll` asks. An empty string counts as none. */
export function isAllOrEmpty({ value }: Pick<Variable, 'value'>): boolean {
  if (standsForAll({ value })) return true;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((item) => item === '' || item === null || item === undefined);
}
