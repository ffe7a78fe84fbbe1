/** A name of another ClickHouse plugin for Grafana, and what is written here. */
export interface Migration {
  /** As it is written there, without arguments. */
  readonly from: string;
  /** As it is written here; `undefined` where nothing has to be written at all. */
  readonly to: string | undefined;
  readonly note?: string;
}

const notes = {
  perSecond: 'a first bucket and a reset are `nan`',
  increase: 'a first bucket and a reset are `nan`, not 0',
  delta: 'a first bucket is `nan`, a fall is negative',
} as const;

/** Altinity's names; those of the official plugin are the same here, but for {@link dropped}. */
export const altinity: readonly Migration[] = [
  { from: '$timeFilter', to: '$__timeFilter(time)', note: 'with a date column too: `$__dateTimeFilter(date, time)`' },
  { from: '$timeFilterMs', to: '$__timeFilter_ms(time)' },
  { from: '$timeFilterByColumn', to: '$__timeFilter(column)', note: 'of a Date column `$__dateFilter(column)`' },
  { from: '$timeFilter64ByColumn', to: '$__timeFilter_ms(column)' },
  { from: '$timeSeries', to: '$__timeInterval(time)', note: 'a DateTime, not milliseconds' },
  { from: '$timeSeriesMs', to: '$__timeInterval_ms(time)', note: 'a DateTime64 below a second' },
  { from: '$naturalTimeSeries', to: '$__naturalTimeSeries(time)' },
  { from: '$from', to: '${__from:date:seconds}', note: 'as a DateTime `$__fromTime`' },
  { from: '$to', to: '${__to:date:seconds}', note: 'as a DateTime `$__toTime`' },
  { from: '$interval', to: '$__interval_s' },
  { from: '$table', to: 'database.table', note: 'the editor has no pickers: write the names' },
  { from: '$dateCol', to: 'the column' },
  { from: '$dateTimeCol', to: 'the column' },
  { from: '$adhoc', to: undefined, note: 'filters go into the WHERE by themselves, or to `$__adHocFilters(table, …)`' },
  { from: '$conditionalTest', to: '$__conditionalAll(condition, $variable)', note: 'without an else' },
  { from: '$unescape', to: '${variable:raw}', note: 'or another of the formats of interpolation.md' },
  { from: '$columns', to: '$__columns(time, key, value)', note: 'rows, not arrays of pairs' },
  {
    from: '$columnsMs',
    to: '$__columns(time, key, value)',
    note: 'below a second, write the SELECT with `$__timeInterval_ms`',
  },
  { from: '$rate', to: '$__rate(time, value AS name, …)', note: 'the first bucket is `nan`' },
  { from: '$rateColumns', to: '$__rateColumns(time, key, value)' },
  {
    from: '$rateColumnsAggregated',
    to: '$__rateColumnsAggregated(time, key, subkey, aggregate, value)',
    note: 'one value a query',
  },
  ...(['perSecond', 'increase', 'delta'] as const).flatMap((kind) => [
    { from: `$${kind}`, to: `$__${kind}(time, counter AS name, …)`, note: notes[kind] },
    { from: `$${kind}Columns`, to: `$__${kind}Columns(time, key, counter)`, note: notes[kind] },
    {
      from: `$${kind}ColumnsAggregated`,
      to: `$__${kind}ColumnsAggregated(time, key, subkey, aggregate, counter)`,
      note: 'one counter a query',
    },
  ]),
  { from: '$lttb', to: '$__lttb(points, x, y)', note: 'with a key: `$__lttbColumns(points, time, key, value)`' },
  { from: '$lttbMs', to: '$__lttb(points, x, y)', note: 'keeps the milliseconds of a DateTime64' },
];

/** Names of the official plugin that are no macros here. */
export const dropped: readonly Migration[] = [
  { from: '$__table', to: 'database.table', note: 'empty there too, but for its query builder' },
  { from: '$__column', to: 'the column', note: 'empty there too, but for its query builder' },
  {
    from: '$__adhoc_column',
    to: undefined,
    note: 'keys and values of ad hoc filters are read from the tables',
  },
];
