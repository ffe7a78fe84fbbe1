import { ident, literal } from '../sql/quote';
import { tokenize } from '../sql/lexer';

/**
 * The SQL of a filter's key: each part of a dotted path as a quoted identifier, elements of maps as string literals. So
 * no key can be anything but a column. Parts that are quoted already keep their quotes.
 * @example keySql('shop.country') // `shop`.`country`
 * @example keySql("labels['it.s']") // `labels`['it.s']
 */
export function keySql(key: string): string {
  const element = /^([^[\]]+)\[(['"])(.*)\2\]$/s.exec(key);
  if (element) return `${path(element[1]!)}[${literal(unescape(element[3]!))}]`;
  return path(key);
}

/** The last part of a key's path, unquoted: what an alias could hide. */
export function keyColumn(key: string): string {
  return (parts(key.replace(/\[.*$/s, '')).at(-1) ?? key).replace(/^`|`$/g, '');
}

/** Whether the key names its table or a path (`a.b`). */
export function isDotted(key: string): boolean {
  return parts(key.replace(/\[.*$/s, '')).length > 1;
}

function path(text: string): string {
  return parts(text)
    .map((part) => (/^`.*`$/s.test(part) ? ident(unescape(part.slice(1, -1))) : ident(part)))
    .join('.');
}

/** Splits at dots outside backticks; a path with an empty part (`a..b`, `.a`) is one name. */
function parts(text: string): string[] {
  const found = [''];
  for (const token of tokenize(text)) {
    if (token.kind === 'dot') found.push('');
    else if (token.kind === 'number' && token.text.startsWith('.')) return [text];
    else found[found.length - 1] += token.text;
  }
  return found.some((part) => part === '') ? [text] : found;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
