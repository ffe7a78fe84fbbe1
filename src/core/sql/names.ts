const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  a: '\x07',
  v: '\v',
  '0': '\0',
};

/**
 * The name that a bare or quoted identifier spells. Never throws.
 * @example unquote('`a``b`') // a`b
 */
export function unquote(identifier: string): string {
  const quote = identifier[0] ?? '';
  if (quote === '“') return identifier.slice(1, -1);
  if (quote !== '`' && quote !== '"') return identifier;
  return identifier
    .slice(1, -1)
    .replace(/\\([^])|(``|"")/g, (_, escaped: string | undefined, doubled: string | undefined) =>
      escaped === undefined ? (doubled === quote + quote ? quote : (doubled ?? '')) : (escapes[escaped] ?? escaped),
    );
}
