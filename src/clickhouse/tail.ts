/** Bytes kept from the end: an appended exception has at most 16 KiB of text. */
const keptBytes = 65_536;
const firstBytes = 512;

/** Remembers the beginning and the end of what streamed by, at most a few chunks. */
export interface Tail {
  add(chunk: Uint8Array): void;
  /** The first 512 bytes as text. */
  first(): string;
  /** The last 64 KiB as text; bytes that are not UTF-8 become U+FFFD. */
  last(): string;
  /** Bytes seen. */
  bytes(): number;
}

/** Makes an empty tail. Chunks are kept by reference until newer ones cover the last 64 KiB, so they must not be reused. */
export function createTail(): Tail {
  let first = new Uint8Array(0);
  let kept: Uint8Array[] = [];
  let keptLength = 0;
  let seen = 0;
  return {
    add(chunk) {
      if (first.length < firstBytes) first = join([first, chunk.subarray(0, firstBytes - first.length)]);
      seen += chunk.length;
      kept.push(chunk);
      keptLength += chunk.length;
      while (kept.length > 1 && keptLength - (kept[0] as Uint8Array).length >= keptBytes)
        keptLength -= (kept.shift() as Uint8Array).length;
    },
    first: () => decode(first),
    last() {
      const joined = join(kept);
      kept = [joined];
      return decode(joined.subarray(Math.max(0, joined.length - keptBytes)));
    },
    bytes: () => seen,
  };
}

/** Reads a body as text, up to `maxBytes`; what comes after is dropped and the body closed. Throws what the body throws. */
export async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= maxBytes) break;
  }
  return decode(join(parts));
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
