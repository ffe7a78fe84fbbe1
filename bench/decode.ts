import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { toDataFrames } from '../src/frames/toDataFrames';
import { decodeNative } from '../src/native/decoder';
import { fetchFormats } from './lib/formats';
import { interleave } from './lib/interleave';
import type { Contestant, Measured } from './lib/interleave';
import { panelRows, panelStatements } from './lib/panelRows';
import { circumstances, table, writeReport } from './lib/report';

const rows = panelRows;
const rounds = 9;
const command = 'npm run bench -- decode';

const formats = ['JSON', 'JSONCompactColumns', 'Arrow', 'Native'] as const;

/**
 * Decoding of 1 M rows × 4 columns in memory: Native by this project, Arrow by apache-arrow, the JSON formats by
 * JSON.parse. `decoded` = the decoder's own columns; `frames` = plain arrays with every string made, as Grafana needs.
 */
export async function runDecode(): Promise<void> {
  const results = [];
  let engine = '';
  for (const { name, sql } of panelStatements) {
    const { version, byFormat } = await fetchFormats(sql, formats);
    engine = version;
    const bytes = Object.fromEntries(formats.map((format) => [format, byFormat.get(format)!.length]));
    const measured = interleave(contestants(byFormat), rounds);
    results.push({ label: name, bytes, measured });
    console.log(`\n${rows} rows × 4 columns, label as ${name}\n${describe(bytes, measured)}`);
  }
  const arrow = JSON.parse(readFileSync('node_modules/apache-arrow/package.json', 'utf8')) as { version: string };
  const facts = circumstances(command, { clickhouse: engine, 'apache-arrow': arrow.version });
  writeReport('decode', { ...facts, rows, rounds, results }, markdown(facts, results));
}

function contestants(byFormat: ReadonlyMap<string, Uint8Array>): Contestant[] {
  const bytes = (format: (typeof formats)[number]) => byFormat.get(format)!;
  // Text is made before the clock starts: JSON.parse alone is what is compared against, to its favour.
  const json = new TextDecoder().decode(bytes('JSON'));
  const compact = new TextDecoder().decode(bytes('JSONCompactColumns'));
  return [
    { name: 'JSON.parse of JSON', run: () => (JSON.parse(json) as { data: unknown[] }).data.length },
    { name: 'JSON.parse of JSONCompactColumns', run: () => (JSON.parse(compact) as unknown[][])[0]!.length },
    { name: 'apache-arrow, decoded', run: () => tableFromIPC(bytes('Arrow')).numRows },
    { name: 'apache-arrow, plain arrays', run: () => plainArrow(bytes('Arrow')) },
    { name: 'Native, decoded', run: () => decodeNative(bytes('Native')).reduce((sum, { rows: n }) => sum + n, 0) },
    { name: 'Native, frames', run: () => frames(bytes('Native')) },
  ];
}

function plainArrow(bytes: Uint8Array): number {
  const arrow = tableFromIPC(bytes);
  const columns = arrow.schema.fields.map((_, i) => {
    const values = new Array<unknown>(arrow.numRows);
    let at = 0;
    for (const value of arrow.getChildAt(i)!) values[at++] = typeof value === 'bigint' ? Number(value) : value;
    return values;
  });
  return columns[0]!.length;
}

const frames = (bytes: Uint8Array) =>
  toDataFrames(decodeNative(bytes), { refId: 'A', format: 'table' }).frames[0]!.length;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function rowsOf(measured: readonly Measured[]): string[][] {
  const base = measured[0]!.bestMs;
  return measured.map(({ name, bestMs, medianMs }) => [
    name,
    bestMs.toFixed(1),
    medianMs.toFixed(1),
    `1/${(base / bestMs).toFixed(1)}`,
  ]);
}

const head = ['', 'best, ms', 'median, ms', 'of JSON.parse of JSON'];

function describe(bytes: Readonly<Record<string, number>>, measured: readonly Measured[]): string {
  const sizes = Object.entries(bytes).map(([format, size]) => `${format} ${megabytes(size)}`);
  const lines = [head, ...rowsOf(measured)].map(([name, ...cells]) =>
    [name!.padEnd(34), ...cells.map((cell) => cell.padStart(22))].join(''),
  );
  return [sizes.join(', '), ...lines].join('\n');
}

type Result = { label: string; bytes: Readonly<Record<string, number>>; measured: readonly Measured[] };

function markdown(facts: ReturnType<typeof circumstances>, results: readonly Result[]): string {
  const parts = results.map(({ label: name, bytes, measured }) => {
    const sizes = Object.entries(bytes).map(([format, size]) => `${format} ${megabytes(size)}`);
    return `## Label as ${name}\n\n${sizes.join(', ')}.\n\n${table([head, ...rowsOf(measured)])}`;
  });
  const versions = Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`);
  return `# Decoding ${rows.toLocaleString('en')} rows × 4 columns

DateTime, a label of 20 values, UInt64, Float64, from the real engine; ${rounds} rounds in turn, the fastest counts.
"frames" and "plain arrays" hold every value as Grafana needs it, strings made; "decoded" is the decoder's own columns.
The text for JSON.parse is made before the clock starts.

${facts.date}, commit ${facts.commit}, \`${facts.command}\`
${facts.machine}; ${versions.join(', ')}. Raw: \`decode.json\`.

${parts.join('\n\n')}
`;
}
