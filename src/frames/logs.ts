import type { Field } from '@grafana/data';
import type { Notice } from '../core/notice';
import type { Plain } from '../native/column';
import { nanosOf, newField, plainValues } from './gather';
import type { Gathered } from './gather';
import { frameNotice } from './notices';
import { columnNamed, firstOf } from './roles';
import { entriesOf, innerText, textsOf } from './texts';

const names = {
  time: ['timestamp', 'time', 'ts', 'event_time', 'datetime'],
  body: ['body', 'message', 'msg', 'line', 'log', 'content', 'text'],
  severity: ['severity', 'level', 'severity_text', 'log_level', 'lvl'],
  id: ['id', 'log_id', 'uuid'],
} as const;

/** Columns of which the entries become labels of their own, without the column's name before them. */
const labelColumns = ['labels', 'attributes', 'log_attributes'];

/**
 * The fields of Grafana's log lines, in the order of its data plane contract: `timestamp`, `body`, `severity`, `id`, `labels`.
 * Columns are taken by name (case and punctuation ignored), time and body else by type: the first time, the first string. All
 * other columns become labels; entries of a Map or JSON column `labels` or `attributes` under their own names, of others as
 * `column.entry`. Rows keep their order. Undefined without a time or a body column.
 */
export function logFields(columns: readonly Gathered[], notices: Notice[]): Field[] | undefined {
  const time = columnNamed(columns, names.time, ['time']) ?? firstOf(columns, 'time');
  const severity = columnNamed(columns, names.severity, ['string']);
  const id = columnNamed(columns, names.id);
  const rest = (taken: readonly (Gathered | undefined)[]) => columns.filter((column) => !taken.includes(column));
  const body = columnNamed(columns, names.body, ['string', 'other']) ?? firstOf(rest([time, severity, id]), 'string');
  if (!time || !body) return undefined;

  const times = plainValues(time, 'UTC');
  const keep = times.flatMap((value, row) => (value === null ? [] : [row]));
  if (keep.length < times.length)
    notices.push(frameNotice('null_time', { column: time.name, count: times.length - keep.length }));
  const kept = <T>(values: readonly T[]): T[] => keep.map((row) => values[row]!);
  const text = (column: Gathered) => kept(textsOf(column)).map((value) => value ?? '');

  const nanos = nanosOf(time);
  const timestamp = newField('timestamp', 'time', {}, kept(times));
  const labels = labelsOf(rest([time, body, severity, id]), times.length);
  return [
    nanos ? { ...timestamp, nanos: kept(nanos) } : timestamp,
    newField('body', 'string', {}, text(body)),
    ...(severity ? [newField('severity', 'string', {}, text(severity))] : []),
    ...(id ? [newField('id', 'string', {}, text(id))] : []),
    // Grafana reads plain objects here; `Plain` is what all other fields hold.
    newField('labels', 'other', {}, kept(labels) as unknown as Plain[]),
  ];
}

function labelsOf(columns: readonly Gathered[], rows: number): Record<string, string>[] {
  const labels = Array.from({ length: rows }, (): Record<string, string> => ({}));
  for (const column of columns) {
    const own = columnNamed([column], labelColumns) !== undefined;
    textsOf(column).forEach((value, row) => {
      if (value === null) return;
      const entries = column.shape.kind === 'other' ? entriesOf(value) : [];
      if (entries.length === 0 && !(own && value === '{}')) labels[row]![column.name] = value;
      for (const [key, inner] of entries) {
        if (inner !== null) labels[row]![own ? key : `${column.name}.${key}`] = innerText(inner);
      }
    });
  }
  return labels;
}
