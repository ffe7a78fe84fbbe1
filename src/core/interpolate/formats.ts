import { formatDate } from '../time/formatDate';
import { isList } from './formatVariable';

/** What a format is applied to. */
export interface Formatted {
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
  /** `YYYY` of `:date:YYYY`. */
  readonly args: readonly string[];
  /** For `date` patterns. */
  readonly timezone: string;
}

type Format = (input: Formatted) => string;

/** Both cases of a format: one value, and a list. */
const each =
  (one: (value: string) => string, join: (values: string[]) => string): Format =>
  ({ value }) =>
    isList(value) ? join(value.map((item) => one(String(item)))) : one(String(value));

const same = (value: string) => value;
const joined = (separator: string) => (values: string[]) => values.join(separator);

/**
 * Grafana's formats by name. As Grafana writes them, with one difference: `singlequote`, `doublequote` and `sqlstring`
 * also double backslashes, because in ClickHouse a backslash escapes, and `\' OR 1 = 1` would end Grafana's literal.
 */
export const formats: Readonly<Record<string, Format>> = {
  raw: each(same, joined(',')),
  csv: each(same, joined(',')),
  json: ({ value }) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
  pipe: each(same, joined('|')),
  join: ({ value, args }) => (isList(value) ? value.join(args[0] ?? ',') : String(value)),
  glob: each(same, (values) => (values.length > 1 ? `{${values.join(',')}}` : values.join(','))),
  regex: each(escapeRegex, (values) => (values.length === 1 ? values.join('') : `(${values.join('|')})`)),
  lucene: ({ value }) => (isList(value) ? luceneList(value.map(String)) : escapeLucene(String(value))),
  distributed: ({ value, name }) =>
    isList(value) ? value.map((item, i) => (i === 0 ? String(item) : `${name}=${item}`)).join(',') : String(value),
  html: each(same, joined(', ')),
  singlequote: ({ value }) => quoteEach(value, (text) => `'${slashes(text).replace(/'/g, "\\'")}'`),
  doublequote: ({ value }) => quoteEach(value, (text) => `"${slashes(text).replace(/"/g, '\\"')}"`),
  sqlstring: ({ value }) => quoteEach(value, (text) => `'${slashes(text).replace(/'/g, "''").replace(/"/g, '\\"')}'`),
  percentencode: ({ value }) => encode(isList(value) ? `{${value.join(',')}}` : String(value), encodeURIComponent),
  uriencode: ({ value }) => encode(isList(value) ? `{${value.join(',')}}` : String(value), encodeURI),
  queryparam: ({ value, name }) => queryParameters(value, `var-${name}=`),
  customqueryparam: ({ value, name, args }) =>
    queryParameters(
      value,
      `${encode(args[0] || name, encodeURIComponent)}=${encode(args[1] ?? '', encodeURIComponent)}`,
    ),
  date: ({ value, args, timezone }) => formatDate(value, args.join(':') || 'iso', timezone),
  text: ({ text }) => text,
};

/**
 * Writes a value by one of Grafana's formats; an unknown one falls back to `glob`, as in Grafana. No value gives an
 * empty text. Throws `bad_zone` for a `date` in an unknown time zone.
 * @example applyFormat('pipe', { value: ['a', 'b'], … }) // a|b
 */
export function applyFormat(format: string, input: Omit<Formatted, 'args'>): string {
  if (input.value === null || input.value === undefined) return '';
  const [name = '', ...args] = format.split(':');
  const apply = Object.hasOwn(formats, name) ? formats[name]! : formats['glob']!;
  const escaped = apply({ ...input, args });
  return name === 'html' ? escapeHtml(escaped) : escaped;
}

function quoteEach(value: unknown, quote: (text: string) => string): string {
  return isList(value) ? value.map((item) => quote(String(item))).join(',') : quote(String(value));
}

function slashes(text: string): string {
  return text.replace(/\\/g, '\\\\');
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');
}

function luceneList(values: readonly string[]): string {
  return values.length === 0 ? '__empty__' : `(${values.map((value) => `"${escapeLucene(value)}"`).join(' OR ')})`;
}

function escapeLucene(text: string): string {
  return Number.isNaN(Number(text)) ? text.replace(/[!*+\-=<>\s&|()[\]{}^~?:\\/"]/g, '\\$&') : text;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function queryParameters(value: unknown, prefix: string): string {
  const values = isList(value) ? value : [value];
  return values.map((item) => prefix + encode(String(item), encodeURIComponent)).join('&');
}

/** Percent encoding, also of the characters that the browser's functions leave; a broken half of a pair becomes U+FFFD. */
function encode(text: string, by: (text: string) => string): string {
  const whole = text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  return by(whole).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
