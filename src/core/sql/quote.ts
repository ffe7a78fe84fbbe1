/**
 * The doors by which names and values enter SQL text. A third door, server-side parameters (`{name:Type}`), needs no
 * quoting and is preferred for values wherever the statement goes straight to a server.
 */

/**
 * Quotes an identifier with backticks, always. Throws nothing: every string is a legal quoted identifier but the empty
 * one, which ClickHouse refuses itself.
 * @example ident('a`b') // `a\`b`
 */
export function ident(name: string): string {
  return '`' + name.replace(/\\/g, '\\\\').replace(/`/g, '\\`') + '`';
}

/**
 * Quotes `database.table` (or a bare `table`) given with one dot as separator.
 * @example qualified('shop.orders') // `shop`.`orders`
 */
export function qualified(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? ident(name) : `${ident(name.slice(0, dot))}.${ident(name.slice(dot + 1))}`;
}

/** Values that {@link literal} can write. Dates and decimals go in as strings of the server's own spelling. */
export type LiteralValue = string | number | bigint | boolean | null | readonly LiteralValue[];

/**
 * Writes a value as a ClickHouse literal: strings escaped and single-quoted, arrays in brackets, `null` as NULL,
 * non-finite numbers as `nan`, `inf`, `-inf`. Nothing is lost; a number is printed with all its digits.
 * @example literal("O'Brien") // 'O\'Brien'
 */
export function literal(value: LiteralValue): string {
  if (value === null) return 'NULL';
  switch (typeof value) {
    case 'string':
      return quoteString(value);
    case 'number':
      return Number.isNaN(value) ? 'nan' : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return `[${value.map(literal).join(', ')}]`;
  }
}

function quoteString(text: string): string {
  return (
    "'" +
    text
      .replace(/\\/g, '\\\\')
      .replace(/'/g, "\\'")
      .replace(/\0/g, '\\0')
      .replace(/\n/g, '\\n')
      .replace(/\r/g, '\\r')
      .replace(/\t/g, '\\t') +
    "'"
  );
}
