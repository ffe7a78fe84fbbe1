import { altinity, dropped } from './migration';
import { macroNamed, macros } from './table';
import { tokenize } from '../sql/lexer';
import type { Migration } from './migration';
import type { Notice } from '../notice';
import type { Token } from '../sql/tokens';

/**
 * What the user has to be told of a statement's macros: those within quotes were left as they are, and so was what looks
 * like a macro but is none, with the name that was meant where that can be told.
 */
export function noticesOf(sql: string): Notice[] {
  if (!sql.includes('$')) return [];
  const tokens = tokenize(sql);
  return [...quoted(tokens), ...unknown(tokens)];
}

function quoted(tokens: readonly Token[]): Notice[] {
  const strings = tokens.filter(({ kind }) => kind === 'string' || kind === 'heredoc');
  return macros
    .filter(({ name }) => strings.some(({ text }) => new RegExp(`\\${name}(?!\\w)`).test(text)))
    .map(({ name }) => ({
      code: 'macro_in_string',
      message: `${name} stands within quotes and was left as it is. Take the quotes away to have it expanded.`,
      subject: name,
    }));
}

const elsewhere = new Map([...altinity, ...dropped].map((migration) => [migration.from, migration]));

function unknown(tokens: readonly Token[]): Notice[] {
  const names = tokens.flatMap(({ kind, text }) =>
    (kind === 'macro' && !macroNamed(text)) || (kind === 'word' && elsewhere.has(text)) ? [text] : [],
  );
  return [...new Set(names)].map((name) => ({
    code: 'unknown_macro',
    message: `${name} is no macro and was left as it is. ${advice(name, elsewhere.get(name))}`,
    subject: name,
  }));
}

function advice(name: string, migration: Migration | undefined): string {
  const near = name.startsWith('$__') ? nearest(name) : undefined;
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  if (migration) return migration.to === undefined ? 'Take it out.' : `Write ${migration.to} instead.${meant}`;
  return meant.trim() || 'docs/macros.md lists them all.';
}

/** The macro whose name differs by at most two letters, capitals aside; `undefined` where there is none. */
function nearest(name: string): string | undefined {
  const ranked = macros
    .map((macro) => ({ name: macro.name, distance: distance(name.toLowerCase(), macro.name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= 2 ? best.name : undefined;
}

/** Letters to put in, take out or change to make `b` of `a` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
