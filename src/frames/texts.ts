import type { Plain } from '../native/column';
import { allExact, exactTexts, plainValues } from './gather';
import type { Gathered } from './gather';

/** The values of any column as texts: all digits of numbers, times in ISO 8601 (UTC), nested values as JSON; null stays. */
export function textsOf(column: Gathered): (string | null)[] {
  const { shape } = column;
  const values: Plain[] =
    shape.kind === 'number' && !allExact(column) ? exactTexts(column) : plainValues(column, 'UTC');
  return values.map((value) => {
    if (value === null) return null;
    return shape.kind === 'time' && typeof value === 'number' ? isoText(value) : String(value);
  });
}

function isoText(ms: number): string {
  return Math.abs(ms) <= 8_640_000_000_000_000 ? new Date(ms).toISOString() : String(ms);
}

/** JSON of a Map, Tuple or JSON column as values; numbers of 16 digits and more stay text, so that no id is rounded. */
export function parseExact(json: string): unknown {
  const quoted = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') || token.replace(/\D/g, '').length < 16 ? token : `"${token}"`,
  );
  return JSON.parse(quoted) as unknown;
}

/** The entries of a row of a Map, named Tuple or JSON column; empty for anything else. */
export function entriesOf(json: string | null): (readonly [string, unknown])[] {
  if (!json?.startsWith('{')) return [];
  return Object.entries(parseExact(json) as Record<string, unknown>);
}

/** A value inside of such a row as one text. */
export const innerText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
