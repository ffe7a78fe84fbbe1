import { literal } from '../../core/sql/quote';
import { pick } from './random';
import type { Random } from './random';

/** A type and how to make an SQL expression of it. */
export interface SqlType {
  readonly text: string;
  value(random: Random): string;
}

const decimalDigits = (random: Random, count: number) =>
  Array.from({ length: count }, () => String(random(10))).join('');

/** The numbers at the edges of `bits` bits, those about 2^53, small ones, and random ones. */
function integers(bits: number, signed: boolean): (random: Random) => string {
  const most = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const least = signed ? -most - 1n : 0n;
  const safe = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), -(2n ** 53n) - 1n, 2n ** 32n];
  const edges = [least, most, 0n, 1n, 7n, ...safe].filter((n) => n >= least && n <= most);
  return (random) => {
    if (random(2)) return String(pick(random, edges));
    const size = 1 + random(bits - 1);
    const value = BigInt.asUintN(size, BigInt(`1${decimalDigits(random, 78)}`));
    return String(signed && random(2) ? -value : value);
  };
}

const texts = [
  ...[
    '',
    'a',
    'plain text',
    'ü',
    '漢字',
    '👍🏽',
    'null',
    '"',
    "it's",
    '\\',
    'a\nb',
    'a\0b',
    '\u2028',
    '2024-01-01',
    '{}',
  ],
  ...['\ufeffmark', 'x'.repeat(200), 'ü'.repeat(130), '</script>', '\t', '\u007f', '1', 'true'],
];
/** Bytes that are not UTF-8. */
const rawTexts = ["unhex('fffe')", "unhex('e282')", "concat('cut', unhex('f09f'))"];

const days = ['1970-01-01', '1970-01-02', '2024-02-29', '2149-06-06'];
const farDays = ['1900-01-01', '1969-12-31', '1970-01-01', '2024-02-29', '2299-12-31'];
const seconds = ['1970-01-02 00:00:00', '2024-03-31 01:30:00', '2024-10-27 02:30:00', '2106-02-06 06:28:15'];
const farSeconds = ['1900-01-02 00:00:00', '1969-12-30 23:59:59', '2024-03-31 03:30:00', '2299-12-30 23:59:59'];
const fraction = (random: Random, digits: number) => (digits ? `.${decimalDigits(random, digits)}` : '');
const quotedPick = (from: readonly string[]) => (random: Random) => literal(pick(random, from));
const floats = ['0', '-0', '0.1', '-2.5', 'nan', 'inf', '-inf', '1e30', '1e-7', '3.25', '16777216', '1e21'];

const zones = ['UTC', 'Asia/Tokyo', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'];

/** Makes values from text: `CAST('…', 'T')`. */
const cast = (text: string, value: (random: Random) => string): SqlType => ({
  text,
  value: (random) => `CAST(${value(random)}, ${literal(text)})`,
});
const castText = (text: string, value: (random: Random) => string) => cast(text, (random) => literal(value(random)));

function decimal(digits: number, scale: number): SqlType {
  return castText(`Decimal(${digits}, ${scale})`, (random) => {
    const whole = decimalDigits(random, random(digits - scale + 1)).replace(/^0+(?=\d)/, '') || '0';
    return `${random(2) ? '-' : ''}${whole}${fraction(random, scale)}`;
  });
}

const intervals = [
  ...['Nanosecond', 'Microsecond', 'Millisecond', 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month'],
  ...['Quarter', 'Year'],
];

/** Types without other types inside, made anew each time: scales, zones and names vary. */
const makers: readonly ((random: Random) => SqlType)[] = [
  ...[8, 16, 32, 64, 128, 256].flatMap((bits) => [
    () => castText(`Int${bits}`, integers(bits, true)),
    () => castText(`UInt${bits}`, integers(bits, false)),
  ]),
  () => castText('Float32', (random) => pick(random, floats)),
  () => castText('Float64', (random) => pick(random, [...floats, '1e300', '5e-324', '0.30000000000000004'])),
  () => castText('BFloat16', (random) => pick(random, ['0', '1.5', '-2', 'nan', 'inf', '0.0078125'])),
  () => castText('Bool', (random) => pick(random, ['true', 'false'])),
  () => cast('String', (random) => (random(12) ? literal(pick(random, texts)) : pick(random, rawTexts))),
  (random) => {
    const size = 1 + random(9);
    return cast(`FixedString(${size})`, quotedPick(texts.filter((text) => Buffer.byteLength(text) <= size)));
  },
  () => cast(`Enum8('a' = 1, 'b\\'c' = -128, '' = 127)`, quotedPick(['a', "b'c", ''])),
  () => cast(`Enum16('x, y' = 300, '(' = -300, 'ü' = 0)`, quotedPick(['x, y', '(', 'ü'])),
  () => cast('UUID', quotedPick(['61f0c404-5cb3-11e7-907b-a6006ad3dba0', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])),
  () => cast('IPv4', quotedPick(['0.0.0.0', '255.255.255.255', '10.1.2.3'])),
  () => cast('IPv6', quotedPick(['::', '::1', '1::', '::ffff:1.2.3.4', 'fe80::1:0:0:1', '1:0:0:2:0:0:0:3'])),
  () => cast('Date', quotedPick(days)),
  () => cast('Date32', quotedPick(farDays)),
  () => cast('DateTime', quotedPick(seconds)),
  (random) => cast(`DateTime('${pick(random, zones)}')`, quotedPick(seconds)),
  (random) => {
    const digits = random(9);
    const zone = random(2) ? `, '${pick(random, zones)}'` : '';
    return castText(`DateTime64(${digits}${zone})`, (next) => pick(next, farSeconds) + fraction(next, digits));
  },
  () => castText('DateTime64(9)', (random) => `19${70 + random(30)}-06-30 23:59:59${fraction(random, 9)}`),
  () => castText('Time', (random) => pick(random, ['-', '']) + pick(random, ['00:00:00', '12:34:56', '999:59:59'])),
  (random) => {
    const digits = random(10);
    const clocks = ['00:00:00', '12:34:56', '999:59:59', '-00:00:00', '-999:59:59'];
    return castText(`Time64(${digits})`, (next) => pick(next, clocks) + fraction(next, digits));
  },
  (random) => {
    const kind = pick(random, intervals);
    return { text: `Interval${kind}`, value: (next) => `toInterval${kind}(${next(2000) - 1000})` };
  },
  (random) => decimal(1 + random(9), 0),
  () => decimal(9, 9),
  (random) => decimal(18, random(19)),
  (random) => decimal(38, random(39)),
  (random) => decimal(76, random(77)),
];

/** A random type without other types inside. */
export const leafType = (random: Random): SqlType => pick(random, makers)(random);

/** All of them, once each. */
export const leafTypes = (random: Random): SqlType[] => makers.map((make) => make(random));

/** A random type that the server takes as the key of a Map. */
export const keyType = (random: Random): SqlType =>
  oneThat(random, /^(?:U?Int(?:8|16|32|64)$|String|FixedString|Date$|DateTime$|UUID|IPv|Enum)/);

/** A random type that it takes in LowCardinality. */
export const dictionaryType = (random: Random): SqlType =>
  oneThat(random, /^(?:U?Int\d+$|Float|String|FixedString|Date$|DateTime(?!64)|UUID|IPv)/);

/** A random type that it takes in both. */
export const dictionaryKeyType = (random: Random): SqlType =>
  oneThat(random, /^(?:U?Int(?:8|16|32|64)$|String|FixedString|Date$)/);

function oneThat(random: Random, names: RegExp): SqlType {
  for (;;) {
    const type = leafType(random);
    if (names.test(type.text)) return type;
  }
}
