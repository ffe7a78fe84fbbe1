import { between, second } from './range';
import { bucketOf, bucketSql } from '../time/bucket';
import { checkZone } from '../time/zone';
import { unquote } from '../sql/names';
import { splitAlias, twice } from './alias';
import type { MacroArgument, MacroContext, Refuse, SelectAround } from './macro';

/** The arguments that macros of series share. */
export const seriesArguments = {
  time: {
    name: 'time',
    description:
      'DateTime or DateTime64 column: the filter and the buckets are made of it; `time AS name` names the column of the bucket, else it is `t`',
  },
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

/** How an argument is read: the SELECT that it stands in, and how to refuse it. */
export interface Reading {
  readonly around: SelectAround;
  readonly refuse: Refuse;
  /** Whether the column gets a private name even where nothing reads its own: for those computed again outside. */
  readonly hidden?: boolean;
}

/**
 * Reads the argument of the index `at` as a column. HAVING may speak of it by its name, even where that is hidden:
 * refused where others mean a column of the table by the same name, but for the argument itself.
 */
export function madeColumn(argument: string, at: number, fallback: string, reading: Reading): MadeColumn {
  const { expression, alias } = splitAlias(argument, reading.refuse);
  return { expression, name: alias ?? fallback, inner: innerName(alias ?? fallback, at, reading) };
}

function innerName(name: string, at: number | undefined, { around, refuse, hidden = false }: Reading): string {
  const plain = unquote(name);
  if (!around.groupsBy(plain)) return hidden || around.reads(plain) ? around.fresh(plain.replace(/\W/g, '_')) : name;
  if (!around.reads(plain, at)) return name;
  throw refuse(
    `HAVING speaks of ${name}, which elsewhere in the query is a column of the table. Give the macro's column another name: expression AS name.`,
  );
}

/** What a series is cut by: the time it was given, its bucket as a column, and the filter of the range. */
export interface SeriesTime {
  readonly bucket: MadeColumn;
  /** As `$__timeFilter` makes it, on the time itself. */
  readonly range: string;
}

/** Reads the time: its bucket is the dashboard's interval in its zone, as `$__timeInterval` makes it. */
export function seriesTime(argument: string, context: MacroContext, reading: Reading): SeriesTime {
  const { expression: time, alias: name = 't' } = splitAlias(argument, reading.refuse);
  const expression = bucketSql(time, bucketOf(context.intervalMs), checkZone(context.timezone));
  // The filter reads the time too: no argument is put aside.
  const bucket = { expression, name, inner: innerName(name, undefined, reading) };
  return { bucket, range: rangeOn(time, context) };
}

/** The filter of the range on a time column, as `$__timeFilter` makes it. */
export function rangeOn(time: string, { fromMs, toMs }: MacroContext): string {
  return between(time, second(fromMs), second(toMs));
}

/** The column of the key, a string. */
export function keyColumn(argument: string, at: number, reading: Reading): MadeColumn {
  const key = madeColumn(argument, at, 'metric', reading);
  return { ...key, expression: `toString(${key.expression})` };
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
export function checkSeries(columns: readonly MadeColumn[], { around, refuse }: Reading): void {
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
