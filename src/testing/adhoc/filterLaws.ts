import type { AdhocFilter } from '../../core/adhoc/filter';

/** Where a condition by hand stands: behind which table name, and whether ARRAY JOIN has made elements of `tags`. */
export interface Place {
  readonly table: string;
  readonly unfolded: boolean;
}

/** A filter, and the condition that somebody who knows the table would write, in other words than Tidemark's. */
export interface FilterLaw {
  readonly filter: AdhocFilter;
  hand(column: (name: string) => string, place: Place): string;
  /** Right only where the column's type is known. */
  readonly typed?: boolean;
  /** The table has no such column: it has to be left out with a notice. */
  readonly missing?: boolean;
}

const law = (key: string, operator: string, value: string | readonly string[], hand: FilterLaw['hand']): FilterLaw => ({
  filter:
    typeof value === 'string' ? { key, operator, value } : { key, operator, value: value[0] ?? '', values: value },
  hand,
});
const typed = (...given: Parameters<typeof law>): FilterLaw => ({ ...law(...given), typed: true });

/** Columns and rows of the table that the filters ask: 60 rows with every kind of column. */
export const eventColumns = `d Date, t DateTime('UTC'), id UInt32, country String, city LowCardinality(Nullable(String)), n Int32, e Enum('a' = 1, 'b' = 2), labels Map(String, String), sizes Map(UInt8, UInt64), tags Array(String), nums Array(UInt16), js JSON, dyn Dynamic, u UUID, ip IPv4, price Decimal(10, 2), f Float64, ok Bool, fixed FixedString(4), t64 DateTime64(3, 'UTC'), pair Tuple(x String, y Int32), nest Nested(a String, b UInt8), \`o'dd\` String`;
export const eventRows = `SELECT toDate('2024-01-01') + number % 10, toDateTime('2024-01-01 00:00:00', 'UTC') + number * 3600, number, ['DE', 'FR', 'O''B', 'x\\\\'][number % 4 + 1], [NULL, 'B', 'P'][number % 3 + 1], number % 7 - 3, ['a', 'b'][number % 2 + 1], map('k', toString(number % 5), 'it''s', 'y'), map(1, number % 3), range(number % 3)::Array(String), range(number % 4)::Array(UInt16), concat('{"a": {"b": "', toString(number % 4), '"}, "n": ', toString(number % 6), '}'), toString(number % 3), toUUID(concat('00000000-0000-0000-0000-00000000000', toString(number % 6))), toIPv4(concat('10.0.0.', toString(number % 5))), number % 8 / 4, number % 5 / 2, number % 2, toString(number % 4), toDateTime64('2024-01-01 00:00:00', 3, 'UTC') + number % 6, (toString(number % 3), number % 5), [toString(number % 3), 'z'], [number % 3, 9], toString(number % 2) FROM numbers(60)`;

export const filterLaws: readonly FilterLaw[] = [
  law('country', '=', 'DE', (c) => `startsWith(${c('country')}, 'DE')`),
  law('country', '!=', "O'B", (c) => `NOT ${c('country')} = 'O''B'`),
  law('country', '=|', ["O'B", 'x\\', 'none'], (c) => `(${c('country')} = 'O\\'B' OR ${c('country')} = 'x\\\\')`),
  law('country', '=|', [], (c) => `${c('country')} = ''`),
  law('country', '!=|', ['DE', 'x\\'], (c) => `(${c('country')} != 'DE' AND ${c('country')} != 'x\\\\')`),
  law('country', '=~', "^(D|O')", (c) => `(${c('country')} LIKE 'D%' OR ${c('country')} LIKE 'O\\'%')`),
  law('country', '!~', '\\\\$', (c) => `NOT endsWith(${c('country')}, '\\\\')`),
  law('country', '>', 'DE', (c) => `${c('country')} > 'DE'`),
  law('city', '=', 'B', (c) => `ifNull(${c('city')} = 'B', 0)`),
  law('city', '!=', 'B', (c) => `(isNotNull(${c('city')}) AND ${c('city')} != 'B')`),
  law('city', '=~', 'B|P', (c) => `isNotNull(${c('city')})`),
  law('city', '!=|', ['B'], (c) => `${c('city')} = 'P'`),
  law('n', '>', '0', (c) => `toInt64(${c('n')}) >= 1`),
  law('n', '<=', '-1', (c) => `toInt64(${c('n')}) < 0`),
  law('n', '=|', ['1', '2'], (c) => `(${c('n')} = 1 OR ${c('n')} = 2)`),
  law('n', '=~', '^-', (c) => `${c('n')} < toInt32(0)`),
  law('id', '<', '30', (c) => `intDiv(${c('id')}, 30) = 0`),
  law('e', '=', 'b', (c) => `CAST(${c('e')}, 'Int8') = 2`),
  law('e', '=|', ['a'], (c) => `CAST(${c('e')}, 'Int8') = 1`),
  law('d', '>=', '2024-01-05', (c) => `toUInt16(${c('d')}) >= toUInt16(toDate('2024-01-05'))`),
  law('t', '<', '2024-01-02 05:00:00', (c) => `toUnixTimestamp(${c('t')}) < 1704171600`),
  law('t64', '=', '2024-01-01 00:00:03', (c) => `toUnixTimestamp64Milli(${c('t64')}) = 1704067203000`),
  law('u', '=', '00000000-0000-0000-0000-000000000003', (c) => `endsWith(toString(${c('u')}), '003')`),
  law('u', '!=|', ['00000000-0000-0000-0000-000000000003'], (c) => `NOT endsWith(toString(${c('u')}), '3')`),
  law('ip', '=|', ['10.0.0.1', '10.0.0.4'], (c) => `toString(${c('ip')}) IN ('10.0.0.1', '10.0.0.4')`),
  law('ip', '=~', '[23]$', (c) => `(toUInt32(${c('ip')}) % 256) IN (2, 3)`),
  law('price', '=', '0.25', (c) => `toFloat64(${c('price')}) = 0.25`),
  law('price', '>', '1.5', (c) => `toFloat64(${c('price')}) > 1.5`),
  law('f', '=', '1.5', (c) => `${c('f')} * 2 = 3`),
  law('ok', '=', 'true', (c) => `${c('ok')}`),
  law('ok', '!=', '1', (c) => `NOT ${c('ok')}`),
  law('fixed', '=', '2', (c) => `toFixedString('2', 4) = ${c('fixed')}`),
  law("labels['k']", '=', '3', (c) => `(mapContains(${c('labels')}, 'k') AND ${c('labels')}['k'] = '3')`),
  law("labels['it\\'s']", '=', 'y', (c) => `has(mapValues(${c('labels')}), 'y')`),
  law("labels['none']", '!=', 'y', () => '1'),
  law('js.a.b', '=', '2', (c) => `toString(${c('js.a.b')}) = '2'`),
  law("o'dd", '=', '1', (c) => `${c("`o'dd`")} != '0'`),
  typed('js.a.b', '=|', ['2', '3'], (c) => `toString(${c('js.a.b')}) IN ('2', '3')`),
  typed('js.n', '>', '2.5', (c) => `CAST(${c('js.n')}, 'Nullable(Int64)') > 2`),
  typed('js.n', '!=', '3', (c) => `CAST(${c('js.n')}, 'Nullable(Int64)') != 3`),
  typed('js.none', '!=', 'x', (c) => `toString(${c('js.none')}) = 'x'`),
  typed('js.none', '=', '', (c) => `length(toString(${c('js.none')})) > 1`),
  typed('js.a.b', '=~', '[12]', (c) => `toString(${c('js.a.b')}) IN ('1', '2')`),
  typed('dyn', '!~', '0', (c) => `toString(${c('dyn')}) != '0'`),
  typed('dyn', '=|', ['1', '2'], (c) => `toString(${c('dyn')}) != '0'`),
  typed("sizes['1']", '=', '2', (c) => `${c('sizes')}[1] = 2`),
  typed("sizes['1']", '<=', '1', (c) => `${c('sizes')}[1] < 2`),
  typed('pair.x', '=', '2', (c) => `tupleElement(${c('pair')}, 'x') = '2'`),
  typed('pair.y', '>', '2', (c) => `tupleElement(${c('pair')}, 2) > 2`),
  typed('nest.a', '=', '2', (c) => `has(${c('nest.a')}, '2')`),
  typed('nums', '=', '2', (c) => `has(${c('nums')}, 2)`),
  typed('nums', '<', '1', (c) => `has(${c('nums')}, 0)`),
  typed('nums', '!=|', ['1', '2'], (c) => `NOT hasAny(${c('nums')}, [1, 2]::Array(UInt16))`),
  typed('tags', '=', '1', (c, { unfolded }) => (unfolded ? `tags = '1'` : `has(${c('tags')}, '1')`)),
  typed('tags', '!=', '1', (c, { unfolded }) => (unfolded ? `tags != '1'` : `NOT has(${c('tags')}, '1')`)),
  typed('tags', '=~', '^[01]$', (c, { unfolded }) => (unfolded ? '1' : `notEmpty(${c('tags')})`)),
  { ...typed('nowhere', '=', 'x', () => '1'), missing: true },
  { ...typed('other_table.country', '=', 'x', () => '1'), missing: true },
];
