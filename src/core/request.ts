import { TidemarkError, errorTable } from './errors';
import { checkZone } from './time/zone';
import type { AdhocFilter } from './adhoc/filter';
import type { ExpandQuery } from './expand';
import type { Notice } from './notice';
import type { Variable, Variables } from './interpolate/variable';

/** What can be wrong with a request to expand a query. */
export const failRequest = errorTable({
  bad_input: (f: { field: string; rule: string; given: string }) =>
    `The field "${f.field}" has to be ${f.rule}, but is ${f.given}.`,
  bad_json: (f: { reason: string }) => `The line is not JSON (${f.reason}). Write one JSON object per line.`,
  bad_zone: (f: { field: string; zone: string }) =>
    `The field "${f.field}" names the time zone ${JSON.stringify(f.zone)}, which does not exist. Use an IANA name such as Europe/Berlin, or UTC.`,
});

/** A request read from JSON, and what in it was not understood. */
export interface ExpandRequest {
  readonly query: ExpandQuery;
  readonly notices: readonly Notice[];
}

type Json = Readonly<Record<string, unknown>>;
type Scalar = string | number | boolean;

const fields = ['sql', 'fromMs', 'toMs', 'intervalMs', 'timezone', 'variables', 'adhoc'];
const latestMs = 8.64e15; // the largest instant of a JavaScript Date

/**
 * Reads one line of `tidemark sql expand`. Throws TidemarkError `bad_input` or `bad_zone`, naming the field; a field
 * that does not exist gives a notice.
 */
export function parseExpandRequest(line: string): ExpandRequest {
  const json = readJson(line);
  const query: ExpandQuery = {
    sql: text(json, 'sql'),
    fromMs: instant(json, 'fromMs'),
    toMs: instant(json, 'toMs'),
    intervalMs: number(json, 'intervalMs', 'a number of milliseconds above 0', (n) => n > 0 && n <= latestMs),
    timezone: zone(json, 'timezone'),
    variables: variablesOf(json['variables']),
    adhoc: list(json['adhoc'], 'adhoc', 'a list of filters').map(filter),
  };
  if (query.toMs < query.fromMs)
    throw failRequest('bad_input', { field: 'toMs', rule: 'at or after "fromMs"', given: String(query.toMs) });
  const unknown = Object.keys(json).filter((key) => !fields.includes(key));
  return {
    query,
    notices: unknown.map((key) => ({
      code: 'unknown_field',
      message: `The field "${key}" is not known and was ignored. Known are ${fields.join(', ')}.`,
      subject: key,
    })),
  };
}

function readJson(line: string): Json {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    const { message, facts } = failRequest('bad_json', { reason: cause instanceof Error ? cause.message : 'unknown' });
    throw new TidemarkError('bad_input', message, facts, { cause });
  }
  return object(json, 'line', 'a JSON object');
}

function wrong(field: string, rule: string, given: unknown): TidemarkError {
  const shown = given === undefined ? 'missing' : (JSON.stringify(given)?.slice(0, 80) ?? String(given));
  return failRequest('bad_input', { field, rule, given: shown });
}

function object(json: unknown, field: string, rule: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong(field, rule, json);
  return json as Json;
}

function text(json: Json, field: string, name = field): string {
  const value = json[field];
  if (typeof value !== 'string') throw wrong(name, 'a string', value);
  return value;
}

function number(json: Json, field: string, rule: string, valid: (value: number) => boolean): number {
  const value = json[field];
  if (typeof value !== 'number' || !Number.isFinite(value) || !valid(value)) throw wrong(field, rule, value);
  return value;
}

function instant(json: Json, field: string): number {
  return number(json, field, 'milliseconds since 1970 as a number', (n) => Math.abs(n) <= latestMs);
}

function zone(json: Json, field: string): string {
  const name = text(json, field);
  try {
    return checkZone(name);
  } catch (cause) {
    throw failRequest('bad_zone', { field, zone: name }, { cause });
  }
}

function list(json: unknown, field: string, rule: string): readonly unknown[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) throw wrong(field, rule, json);
  return json;
}

function isScalar(json: unknown): json is Scalar {
  return typeof json === 'string' || typeof json === 'boolean' || (typeof json === 'number' && Number.isFinite(json));
}

function variablesOf(json: unknown): Variables {
  if (json === undefined || json === null) return {};
  const entries = Object.entries(object(json, 'variables', 'an object of variables by name'));
  return Object.fromEntries(entries.map(([name, value]) => [name, variable(name, value)]));
}

function variable(name: string, json: unknown): Variable {
  const field = `variables.${name}`;
  const rule = 'a string, a number, a list of them, or an object with "value"';
  if (isScalar(json)) return { name, value: json };
  if (Array.isArray(json)) return { name, value: scalars(json, field, rule) };
  const given = object(json, field, rule);
  const { value, text, multi, includeAll, allValue, options } = given;
  if (value === undefined) throw wrong(`${field}.value`, rule, value);
  return {
    name,
    value: Array.isArray(value)
      ? scalars(value, `${field}.value`, rule)
      : isScalar(value)
        ? value
        : object(value, `${field}.value`, rule),
    ...(text === undefined || text === null ? {} : { text: texts(text, `${field}.text`) }),
    multi: multi === true,
    includeAll: includeAll === true,
    ...(allValue === undefined || allValue === null ? {} : { allValue: String(texts(allValue, `${field}.allValue`)) }),
    ...(options === undefined || options === null
      ? {}
      : { options: scalars(options, `${field}.options`, 'a list of values').map(String) }),
  };
}

function scalars(json: unknown, field: string, rule: string): readonly Scalar[] {
  return list(json, field, rule).map((item, i) => {
    if (!isScalar(item)) throw wrong(`${field}[${i}]`, 'a string or a number', item);
    return item;
  });
}

function texts(json: unknown, field: string): string | readonly string[] {
  if (isScalar(json)) return String(json);
  return scalars(json, field, 'a string or a list of strings').map(String);
}

function filter(json: unknown, index: number): AdhocFilter {
  const field = `adhoc[${index}]`;
  const given = object(json, field, 'an object with "key", "operator" and "value"');
  const values = scalars(given['values'], `${field}.values`, 'a list of strings').map(String);
  const value = given['value'] ?? values[0];
  if (!isScalar(value)) throw wrong(`${field}.value`, 'a string or a number', value);
  return {
    key: text(given, 'key', `${field}.key`),
    operator: text(given, 'operator', `${field}.operator`),
    value: String(value),
    ...(values.length > 0 ? { values } : {}),
  };
}
