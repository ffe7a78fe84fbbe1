import type { Field, TraceKeyValuePair, TraceLog } from '@grafana/data';
import type { Plain } from '../native/column';
import { nanosOf, newField, plainValues } from './gather';
import type { Gathered } from './gather';
import { columnNamed } from './roles';
import { entriesOf, innerText, parseExact, textsOf } from './texts';

/** Names under which each field of a span is found; those of OpenTelemetry's tables in ClickHouse among them. */
const texts: Readonly<Record<string, readonly string[]>> = {
  traceID: ['traceID'],
  spanID: ['spanID'],
  parentSpanID: ['parentSpanID', 'parentID'],
  operationName: ['operationName', 'spanName', 'operation', 'name'],
  serviceName: ['serviceName', 'service'],
  kind: ['kind', 'spanKind'],
  statusMessage: ['statusMessage'],
  traceState: ['traceState'],
  instrumentationLibraryName: ['instrumentationLibraryName', 'scopeName'],
  instrumentationLibraryVersion: ['instrumentationLibraryVersion', 'scopeVersion'],
};
const required = ['traceID', 'spanID', 'operationName', 'serviceName'];
const tagColumns: Readonly<Record<string, readonly string[]>> = {
  tags: ['tags', 'spanTags', 'attributes', 'spanAttributes'],
  serviceTags: ['serviceTags', 'resourceAttributes', 'resourceTags'],
};
const startNames = ['startTime', 'timestamp', 'start', 'time'];

/** Duration columns and what makes them milliseconds. OpenTelemetry's own `Duration` is in nanoseconds. */
const durations: readonly (readonly [name: string, toMs: number])[] = [
  ['duration_ns', 1e-6],
  ['duration_us', 1e-3],
  ['duration_ms', 1],
  ['duration_s', 1e3],
  ['duration', 1],
];

/**
 * The fields of Grafana's trace view, one row per span: `startTime` in ms since 1970 (with its fraction), `duration` in ms,
 * `tags` and `serviceTags` as key-value pairs, `statusCode` 0 unset, 1 ok, 2 error. Columns are taken by name, case and
 * punctuation ignored. Undefined, with the names that are missing, where a span cannot be made.
 */
export function traceFields(columns: readonly Gathered[]): { readonly fields?: Field[]; readonly missing: string[] } {
  const start = columnNamed(columns, startNames, ['time']);
  const duration = durationOf(columns);
  const missing = [
    ...required.filter((name) => !columnNamed(columns, texts[name]!)),
    ...(start ? [] : ['startTime']),
    ...(duration ? [] : ['duration']),
  ];
  if (!start || !duration || missing.length > 0) return { missing };
  const strings = Object.entries(texts).flatMap(([field, names]) => {
    const column = columnNamed(columns, names);
    return column ? [newField(field, 'string', {}, textsOf(column).map(emptyAsUndefined(field)))] : [];
  });
  const pairs = Object.entries(tagColumns).map(([field, names]) => {
    const column = columnNamed(columns, names, ['other', 'string']);
    const values = column ? textsOf(column).map(pairsOf) : Array.from({ length: start.length }, () => []);
    return newField(field, 'other', {}, values as unknown as Plain[]);
  });
  const status = columnNamed(columns, ['statusCode', 'status']);
  const logs = columnNamed(columns, ['logs', 'events'], ['other', 'string']);
  return {
    missing,
    fields: [
      ...strings,
      newField('startTime', 'number', {}, startMs(start)),
      newField('duration', 'number', { unit: 'ms' }, duration),
      ...pairs,
      ...(status ? [newField('statusCode', 'number', {}, textsOf(status).map(statusCode))] : []),
      ...(logs ? [newField('logs', 'other', {}, textsOf(logs).map(logsOf) as unknown as Plain[])] : []),
    ],
  };
}

/** A root span has no parent: Grafana takes an empty id for the name of one. */
const emptyAsUndefined = (field: string) => (value: string | null) =>
  field === 'parentSpanID' && !value ? (undefined as unknown as Plain) : (value ?? '');

function durationOf(columns: readonly Gathered[]): Plain[] | undefined {
  for (const [name, toMs] of durations) {
    const column = columnNamed(columns, [name], ['number']);
    if (!column) continue;
    const factor = column.name === 'Duration' ? 1e-6 : toMs;
    return plainValues(column, 'UTC').map((value) => (typeof value === 'number' ? value * factor : 0));
  }
  return undefined;
}

function startMs(column: Gathered): Plain[] {
  const nanos = nanosOf(column);
  return plainValues(column, 'UTC').map((ms, row) => (typeof ms === 'number' && nanos ? ms + nanos[row]! / 1e6 : ms));
}

function pairsOf(json: string | null): TraceKeyValuePair[] {
  return entriesOf(json).map(([key, value]) => ({ key, value: innerText(value) }));
}

function statusCode(text: string | null): number {
  if (/error|^2$/i.test(text ?? '')) return 2;
  return /ok|^1$/i.test(text ?? '') ? 1 : 0;
}

/** Logs of a span: a JSON array of objects with `timestamp` (ms since 1970 or a date), and further keys as fields. */
function logsOf(json: string | null): TraceLog[] {
  if (!json?.startsWith('[')) return [];
  return (parseExact(json) as unknown[]).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
    const { timestamp, ...rest } = entry as Record<string, unknown>;
    const at = typeof timestamp === 'number' ? timestamp : Date.parse(`${String(timestamp).replace(' ', 'T')}Z`);
    if (!Number.isFinite(at)) return [];
    return [{ timestamp: at, fields: Object.entries(rest).map(([key, value]) => ({ key, value: innerText(value) })) }];
  });
}
