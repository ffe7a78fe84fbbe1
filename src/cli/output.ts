import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';

/** A stream to write to and whether a person watches it. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Where output goes and how it looks. */
export interface OutputOptions {
  readonly json: boolean;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Colours; default: only on a terminal and without NO_COLOR. */
  readonly color: boolean;
}

/** Cells of a table; numbers are set to the right. */
export type Cell = string | number | null;

/** How far a long step is. */
export interface Progress {
  /** Sets how many units are done in all. */
  update(done: number): void;
  /** Ends it, whether or not the total was reached. */
  stop(): void;
}

/**
 * What a command says. With `--json`, stdout carries nothing but the objects given to {@link Output.data}; sentences and
 * tables are left out and notes go to stderr.
 */
export interface Output {
  readonly json: boolean;
  /** A sentence on stdout. */
  say(text: string): void;
  /** A line on stderr, also with `--json`: something to know that is no error. */
  note(text: string): void;
  /** A table on stdout. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** One line of JSON on stdout, only with `--json`. */
  data(value: unknown): void;
  /** A bar on a terminal's stderr, otherwise a plain line at every quarter. `unit` is a plural, such as `rows`. */
  progress(title: string, total: number, unit: string): Progress;
}

/** Writes a number with thousands separators: `69,659`. */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** Makes the output of a command. */
export function createOutput({ json, stdout, stderr, color }: OutputOptions): Output {
  const { bold } = pc.createColors(color);
  return {
    json,
    say: (text) => void (json || stdout.write(`${text}\n`)),
    note: (text) => void stderr.write(`${text}\n`),
    table: (head, rows) =>
      void (
        json ||
        stdout.write(
          `${drawn(
            head.map((h) => bold(h)),
            rows,
            color,
          )}\n`,
        )
      ),
    data: (value) => void (json && stdout.write(`${JSON.stringify(value)}\n`)),
    progress: (title, total, unit) => (stderr.isTTY ? bar(title, total, unit) : lines(title, total, unit, stderr)),
  };
}

function drawn(head: readonly string[], rows: readonly (readonly Cell[])[], color: boolean): string {
  const numeric = head.map(
    (_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number' || row[i] == null),
  );
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((right) => (right ? 'right' : 'left')),
    style: { head: [], border: color ? ['gray'] : [], compact: true },
  });
  for (const row of rows) table.push(row.map((cell) => (typeof cell === 'number' ? grouped(cell) : (cell ?? ''))));
  return table.toString();
}

function bar(title: string, total: number, unit: string): Progress {
  const shown = new SingleBar({
    format: `${title} {bar} {percentage} % · {value} of {total} ${unit} · {speed}/s · {eta_formatted} left`,
    formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? grouped(value) : String(value)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
  });
  const startedMs = Date.now();
  const speed = (done: number) => grouped(Math.round((1000 * done) / Math.max(1, Date.now() - startedMs)));
  shown.start(total, 0, { speed: '0' });
  return { update: (done) => shown.update(done, { speed: speed(done) }), stop: () => shown.stop() };
}

function lines(title: string, total: number, unit: string, stderr: Sink): Progress {
  let quarter = 0;
  return {
    update(done) {
      const reached = Math.floor((4 * done) / total);
      if (reached <= quarter) return;
      quarter = reached;
      stderr.write(`${title}: ${grouped(done)} of ${grouped(total)} ${unit}\n`);
    },
    stop: () => undefined,
  };
}
