/** Operators that Grafana offers for ad hoc filters. */
export const adhocOperators = ['=', '!=', '=|', '!=|', '=~', '!~', '<', '<=', '>', '>='] as const;
export type AdhocOperator = (typeof adhocOperators)[number];

/** One of Grafana's ad hoc filters, as it arrives in `request.filters`; further fields are ignored. */
export interface AdhocFilter {
  /** Column, `table.column`, `map['key']` or a path into a JSON or Tuple column. */
  readonly key: string;
  /** One of {@link adhocOperators}; any other gives a notice. */
  readonly operator: string;
  readonly value: string;
  /** For one-of (`=|`) and none-of (`!=|`); `value` alone counts where it is missing. */
  readonly values?: readonly string[];
}
