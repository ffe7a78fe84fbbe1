import { between, second } from './range';
import { bucketOf, bucketSql } from '../time/bucket';
import { checkZone } from '../time/zone';
import { unquote } from '../sql/names';
import { splitAlias, twice } from './alias';
import type { MacroArgument, MacroContext, Refuse, SelectAround } from './macro';

/** The arguments that macros of series share. */
export const seriesArguments = {
  time: { name: 'time', description: 'DateTime or DateTime64 column: the filter and the buckets are made of it' },
  key: {
    name: 'key',
    description: 'what a series stands for, made a string; `key AS name` names its column, else it is `metric`',
  },
  value: {
    name: 'value',
    description: 'aggregate, as `count()`; `value AS name` names its column, else it is `value`',
  },
  counter: {
    name: 'counter',
    description:
      'column of a counter, of which the highest value in the bucket is taken; `counter AS name` names its column, else it is `value`',
  },
  values: {
    name: 'value',
    description: 'aggregate, as `count()`, each with a name, `count() AS requests`; a single one may be without',
    repeated: true,
  },
  counters: {
    name: 'counter',
    description:
      'column of a counter, of which the highest value in the bucket is taken, each with a name, `bytes AS sent`; a single one may be without',
    repeated: true,
  },
} as const satisfies Readonly<Record<string, MacroArgument>>;

/** A column that a macro makes: what it is, how the user knows it, and how the inner query calls it. */
export interface MadeColumn {
  readonly expression: string;
  /** Name in the result. */
  readonly name: string;
  /** Name in the query that makes it: never one by which the user's own clauses mean something else. */
  readonly inner: string;
}

/**
 * Reads an argument as a column. `hidden` gives it a private name inside even where nothing reads its name: for columns
 * that are computed again outside. HAVING still may speak of it by its name.
 */
export function madeColumn(argument: string, fallback: string, around: SelectAround, hidden = false): MadeColumn {
  const { expression, alias } = splitAlias(argument);
  const name = alias ?? fallback;
  const plain = unquote(name);
  const free = around.groupsBy(plain) || (!hidden && !around.reads(plain));
  return { expression, name, inner: free ? name : around.fresh(plain.replace(/\W/g, '_')) };
}

/** The column of the bucket, `t`: the dashboard's interval in its zone, as `$__timeInterval` makes it. */
export function bucketColumn(time: string, around: SelectAround, { intervalMs, timezone }: MacroContext): MadeColumn {
  return madeColumn(`${bucketSql(time, bucketOf(intervalMs), checkZone(timezone))} AS t`, 't', around);
}

/** The filter of the range on the time column, as `$__timeFilter` makes it. */
export function rangeOf(time: string, { fromMs, toMs }: MacroContext): string {
  return between(time, second(fromMs), second(toMs));
}

/** `expression AS name` for a SELECT list. */
export function itemOf({ expression, inner }: MadeColumn): string {
  return `${expression} AS ${inner}`;
}

/** A column of the inner query under its name in the result. */
export function renamed({ inner, name }: MadeColumn): string {
  return inner === name ? name : `${inner} AS ${name}`;
}

/** Refuses a GROUP BY of the user's and two columns of one name. */
export function checkSeries(columns: readonly MadeColumn[], around: SelectAround, refuse: Refuse): void {
  const double = twice(columns.map(({ name }) => name));
  if (double !== undefined)
    throw refuse(`two of its columns would be named ${double}. Give one of them another name: expression AS name.`);
  if (around.grouped)
    throw refuse(
      'it groups by bucket and key itself. Take out GROUP BY (and WITH TOTALS); several keys are one: tuple(a, b) or a || b.',
    );
}

const aggregates = /^(?:max|min|sum|avg|any|anyLast|count|argMax)(?:If)?\s*\(/i;

/** Refuses an aggregate where the macro takes the highest value of a column itself. */
export function checkCounter(expression: string, refuse: Refuse): void {
  if (aggregates.test(expression))
    throw refuse(
      `it takes the highest value in each bucket itself. Write the counter's column in place of ${expression}.`,
    );
}
