import { TidemarkError } from '../core/errors';
import { askBytes, typeSettings } from '../testing/native/ask';
import { leafTypes } from '../testing/native/leafTypes';
import { nestings, randomType, selectOf } from '../testing/native/nestedTypes';
import { pick, randomFrom, several } from '../testing/native/random';
import type { Random } from '../testing/native/random';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import type { Plain } from './column';
import { createNativeDecoder } from './decoder';
import { columnFamilies } from './columns/table';

/** Bytes to damage in all, and where the damage begins; `TIDEMARK_FUZZ_BYTES` asks for more. */
const fuzzBytes = Number(process.env['TIDEMARK_FUZZ_BYTES'] ?? 10_000_000);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);

jest.setTimeout(120_000 + fuzzBytes / 20);

const flattened = ', output_format_native_use_flattened_dynamic_and_json_serialization = 1';
const megabyte = 1_000_000;

let engine: TestEngine;
let blocks: Uint8Array[];
beforeAll(async () => {
  engine = await startEngine();
  const random = randomFrom(seed);
  const types = [
    ...leafTypes(random),
    ...[...nestings, ...nestings, ...nestings].map((name, i) => randomType(random, 1 + (i % 4), name)),
  ];
  blocks = [];
  for (const type of types)
    for (const settings of ['', flattened])
      blocks.push(
        await askBytes(engine.url, `${selectOf(type, random, 1 + random(12))} ${typeSettings}${settings}`, {
          default_format: 'Native',
        }),
      );
}, 120_000);
afterAll(() => engine.stop());

const names = [...columnFamilies.flatMap(({ types }) => types), 'AggregateFunction', 'Unknown'];
const odd = [
  '',
  '0',
  '1',
  '9',
  '76',
  '1e9',
  '4294967296',
  '-1',
  `'UTC'`,
  `'x' = 1`,
  'a',
  '`b c`',
  'SKIP',
  'REGEXP',
  '\\',
  `'`,
];

/** Texts that look like types: known names with any arguments, now and then cut or with a wrong character. */
function typeText(random: Random, depth: number): string {
  const name = pick(random, names);
  const argument = () => {
    const kind = random(4);
    if (kind === 0 || depth <= 0) return pick(random, odd);
    return (kind === 1 ? `${pick(random, odd)} ` : '') + typeText(random, depth - 1);
  };
  const text = random(3) ? `${name}(${several(random(4), argument).join(', ')})` : name;
  if (random(10)) return text;
  const at = random(text.length + 1);
  return text.slice(0, at) + (random(2) ? pick(random, ['(', ')', ',', `'`, '\0', '=']) + text.slice(at) : '');
}

/** Sometimes one type that repeats itself to a great depth or length. */
const deepType = (random: Random): string => {
  const times = 10 ** (1 + random(3));
  return pick(random, [
    'Array('.repeat(times),
    `Tuple(${'a '.repeat(times)}`,
    'Array('.repeat(60) + 'Dynamic' + ')'.repeat(60),
    `Tuple(${'Int8, '.repeat(times)}Int8)`,
    `Enum8(${several(300, (i) => `'${i}' = ${i - 128}`).join(', ')})`,
  ]);
};

const text = (value: string): number[] => {
  const bytes = [...Buffer.from(value)];
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
  return [...length, rest, ...bytes];
};

/** A whole length or count somewhere: small, round, about a power of two, or absurd. */
function putNumber(random: Random, bytes: Uint8Array): void {
  const at = random(bytes.length);
  const value = pick(random, [0, 1, 2, 3, 255, 256, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1]);
  if (random(2))
    bytes.set(new Uint8Array(new BigUint64Array([BigInt(value)]).buffer).subarray(0, bytes.length - at), at);
  else
    for (let i = at, rest = value; i < bytes.length; i++, rest = Math.floor(rest / 128)) {
      bytes[i] = (rest % 128) | (rest > 127 ? 128 : 0);
      if (rest <= 127) break;
    }
}

/** A block that is no longer what the engine sent. */
function damage(random: Random): Uint8Array {
  const kind = random(8);
  const source = pick(random, blocks);
  if (kind === 0) {
    // Another type over the same bytes.
    const type = random(20) ? typeText(random, 3) : deepType(random);
    return Uint8Array.from([1, 1 + random(20), 1, 118, ...text(type), ...source.subarray(random(source.length))]);
  }
  if (kind === 1) return Uint8Array.from(several(random(400), () => random(256)));
  if (kind === 2) {
    // The middle of one block in another.
    const other = pick(random, blocks);
    return Uint8Array.from([...source.subarray(0, random(source.length)), ...other.subarray(random(other.length))]);
  }
  const bytes = Uint8Array.from(source);
  if (kind === 3) for (let i = random(4); i >= 0; i--) putNumber(random, bytes);
  else for (let i = random(kind); i >= 0; i--) bytes[random(bytes.length)] = random(3) ? random(256) : random(4);
  return bytes;
}

/** Reads everything that a reader may ask of what could be decoded. */
function readAll(bytes: Uint8Array, revision: number): string {
  try {
    const decoder = createNativeDecoder({ maxBytes: megabyte, revision });
    for (const block of [...decoder.push(bytes), ...decoder.end()])
      for (const { data } of block.columns) {
        const target = new Array<Plain>(data.length);
        data.copyTo(target, 0);
        if (data.allExact && !data.allExact()) data.copyTextTo!(target, 0);
        data.copyNanosTo?.(new Array<number>(data.length), 0);
        for (let row = 0; row < Math.min(data.length, 1000); row++) data.json(row);
      }
    return 'read';
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
}

test('damaged blocks are read or refused by name, in time and in bounded memory', () => {
  const random = randomFrom(seed);
  const outcomes = new Map<string, number>();
  const before = process.memoryUsage();
  let [most, slowestMs, done] = [0, 0, 0];
  for (let i = 0; done < fuzzBytes; i++) {
    const bytes = damage(random);
    done += bytes.length;
    const start = process.cpuUsage();
    let outcome: string;
    try {
      outcome = readAll(bytes, random(8) ? 0 : pick(random, [54_405, 54_454, 54_480]));
    } catch (error) {
      throw new Error(`case ${i}, ${Buffer.from(bytes).toString('base64')}`, { cause: error });
    }
    // Time on the processor: the machine may be busy.
    slowestMs = Math.max(slowestMs, process.cpuUsage(start).user / 1000);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (i % 50 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
  }
  expect([...outcomes.keys()].filter((code) => code !== 'read' && !code.startsWith('native_'))).toEqual([]);
  expect(most).toBeLessThan(100 * megabyte);
  expect(slowestMs).toBeLessThan(5_000);
});
