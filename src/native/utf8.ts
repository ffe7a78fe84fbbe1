/** Made once, by the first call: making a decoder costs more than decoding a short string. */
let shared: TextDecoder | undefined;

/** Text of UTF-8 bytes; each byte sequence that is none becomes U+FFFD, a byte order mark stays. Never throws. */
export function utf8(bytes: Uint8Array): string {
  shared ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return shared.decode(bytes);
}

/** Order of texts by their UTF-8 bytes, as the server sorts names. JavaScript's own order differs above U+FFFF. */
export function utf8Order(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Halves of characters above U+FFFF rank behind U+E000 to U+FFFF. */
const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
