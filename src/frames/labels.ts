import type { Labels } from '@grafana/data';
import type { Notice } from '../core/notice';
import type { Plain } from '../native/column';
import { plainValues } from './gather';
import type { Gathered } from './gather';
import { frameNotice } from './notices';

/** One time series of an answer: a set of labels and its points. */
export interface Series {
  /** Absent when the answer has no label column. */
  readonly labels?: Labels;
  /** The label values alone, as shown in legends. */
  readonly name: string;
  /** Indexes into the ordered rows. */
  readonly members: Uint32Array;
}

const byName = new Intl.Collator('en', { numeric: true });

/**
 * Splits the ordered `rows` by their labels. Series come in order of their names, so that a series keeps its colour
 * when the next refresh brings its points in another order. NULL labels read `NULL`, empty ones `(empty)`.
 */
export function seriesOf(
  columns: readonly Gathered[],
  rows: Uint32Array,
  maxSeries: number,
  timeColumn: string,
  notices: Notice[],
): Series[] {
  if (columns.length === 0) return [{ name: '', members: Uint32Array.from(rows, (_, k) => k) }];
  const values = columns.map((column) => plainValues(column, 'UTC'));
  const { first, of } = numberSeries(values, rows);
  const sizes = new Uint32Array(first.length);
  for (const s of of) sizes[s]!++;
  const all = first.map((row, s) => ({ ...named(columns, values, row), members: new Uint32Array(sizes[s]!) }));
  const filled = new Uint32Array(first.length);
  for (let k = 0; k < of.length; k++) {
    const s = of[k]!;
    all[s]!.members[filled[s]!++] = k;
  }
  if (all.length > maxSeries) {
    const count = all.length - maxSeries;
    notices.push(frameNotice('series_left_out', { column: timeColumn, count, kept: maxSeries }));
  }
  return all.sort((a, b) => byName.compare(a.name, b.name)).slice(0, maxSeries);
}

/** Gives each label set a number: `of[k]` is that of the k-th ordered row, `first[s]` a row of label set s. */
function numberSeries(values: readonly Plain[][], rows: Uint32Array) {
  const first: number[] = [];
  const of = new Uint32Array(rows.length);
  const [only] = values;
  const keyOf =
    values.length === 1
      ? (row: number) => only![row]!
      : (row: number) => JSON.stringify(values.map((column) => column[row]));
  const known = new Map<Plain, number>();
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!;
    const key = keyOf(row);
    let s = known.get(key);
    if (s === undefined) {
      known.set(key, (s = first.length));
      first.push(row);
    }
    of[k] = s;
  }
  return { first, of };
}

function named(columns: readonly Gathered[], values: readonly Plain[][], row: number) {
  const texts = values.map((column) => column[row] ?? 'NULL').map(String);
  const labels: Labels = Object.fromEntries(columns.map(({ name }, i) => [name, texts[i]!]));
  return { labels, name: texts.map((text) => text || '(empty)').join(', ') };
}
