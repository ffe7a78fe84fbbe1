/** What a column's comment says about drawing it. */
export interface ColumnHint {
  /** Grafana unit id. */
  readonly unit?: string;
  readonly decimals?: number;
  /** Shown instead of the column's name. */
  readonly name?: string;
  /** The comment without what is listed here. */
  readonly description?: string;
}

/** Units as people write them → Grafana's ids. Any other word is taken for an id itself. */
const unitIds: Readonly<Record<string, string>> = {
  ns: 'ns',
  us: 'µs',
  µs: 'µs',
  ms: 'ms',
  s: 's',
  sec: 's',
  seconds: 's',
  min: 'm',
  minutes: 'm',
  h: 'h',
  hours: 'h',
  d: 'd',
  days: 'd',
  b: 'bytes',
  byte: 'bytes',
  bytes: 'bytes',
  bits: 'bits',
  '%': 'percent',
  percent: 'percent',
  ratio: 'percentunit',
  'req/s': 'reqps',
  'rows/s': 'rowsps',
  'ops/s': 'ops',
  'events/s': 'cps',
  count: 'short',
};
/** Currencies for which Grafana has a unit with the sign; others show their code. */
const signed =
  'USD GBP EUR JPY RUB UAH BRL DKK ISK NOK SEK CZK CHF PLN BTC ZAR INR KRW IDR PHP VND TRY MYR BGN PYG UYU ILS';
const signs: ReadonlySet<string> = new Set(signed.split(' '));

/**
 * Reads `key=value` words of a column comment: `unit`, `decimals`, `name` (in double quotes where it has spaces). The rest is the
 * description. Undefined for an empty comment. Never throws.
 * @example hintOf('unit=ms decimals=1 name="Response time" Time until the last byte.')
 * // { unit: 'ms', decimals: 1, name: 'Response time', description: 'Time until the last byte.' }
 * @example hintOf('unit=EUR') // { unit: 'currencyEUR' }
 */
export function hintOf(comment: string): ColumnHint | undefined {
  const said = new Map<string, string>();
  const rest = comment.replace(
    /(^|[\s;,])(unit|decimals|name)=(?:"([^"]*)"|([^\s;,]+))/g,
    (_, before: string, key: string, quoted: string | undefined, word: string | undefined) => {
      said.set(key, quoted ?? word ?? '');
      return before;
    },
  );
  const description = rest
    .replace(/\s+/g, ' ')
    .replace(/^[\s;,]+|[\s;,]+$/g, '')
    .trim();
  const unit = said.get('unit');
  const decimals = Number(said.get('decimals') ?? NaN);
  const name = said.get('name');
  const hint: ColumnHint = {
    ...(unit && { unit: unitId(unit) }),
    ...(Number.isInteger(decimals) && decimals >= 0 && decimals <= 20 && { decimals }),
    ...(name && { name }),
    ...(description && { description }),
  };
  return Object.keys(hint).length > 0 ? hint : undefined;
}

function unitId(unit: string): string {
  if (/^[A-Z]{3}$/.test(unit)) return signs.has(unit) ? `currency${unit}` : `currency:${unit}`;
  return unitIds[unit.toLowerCase()] ?? unit;
}
