import { ident, literal } from '../sql/quote';
import { tokenize } from '../sql/lexer';
import { unquote } from '../sql/names';

/** A filter's key, taken apart. */
export interface KeyPath {
  /** Names of the dotted path, unquoted; at least one. */
  readonly parts: readonly string[];
  /** The element of a map: `k` of `m['k']`. */
  readonly element?: string;
}

/**
 * Takes a key apart: dots separate names (but within backticks), `['…']` at the end names an element of a map. A path
 * with an empty part (`a..b`, `.a`) is one name. Never throws.
 * @example keyPath("shop.labels['it.s']") // { parts: ['shop', 'labels'], element: 'it.s' }
 */
export function keyPath(key: string): KeyPath {
  const found = /^([^[\]]+)\[(['"])(.*)\2\]$/s.exec(key);
  if (found) return { parts: parts(found[1]!), element: found[3]!.replace(/\\(.)/gs, '$1') };
  return { parts: parts(key) };
}

/**
 * The SQL of a filter's key: each part of a dotted path as a quoted identifier, elements of maps as string literals. So
 * no key can be anything but a column.
 * @example keySql('shop.country') // `shop`.`country`
 * @example keySql("labels['it.s']") // `labels`['it.s']
 */
export function keySql(key: string): string {
  const { parts, element } = keyPath(key);
  const path = parts.map(ident).join('.');
  return element === undefined ? path : `${path}[${literal(element)}]`;
}

/** Splits at dots outside backticks. */
function parts(text: string): string[] {
  const found = [''];
  for (const token of tokenize(text)) {
    if (token.kind === 'dot') found.push('');
    else if (token.kind === 'number' && token.text.startsWith('.')) return [text];
    else found[found.length - 1] += token.text;
  }
  if (found.some((part) => part === '')) return [text];
  return found.map((part) => (/^`.*`$/s.test(part) ? unquote(part) : part));
}
