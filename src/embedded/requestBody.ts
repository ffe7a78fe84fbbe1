import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { Decompress } from 'fzstd';

import { refusal } from './engineError';
import { lz4Frames } from './lz4Frames';

import type { Readable, Transform } from 'node:stream';

type Bytes = AsyncIterable<Uint8Array>;

/** Content encodings of request bodies, with what undoes them. */
const decoders: Readonly<Record<string, (body: Readable) => Bytes>> = {
  identity: (body) => body,
  gzip: (body) => throughZlib(body, createGunzip()),
  'x-gzip': (body) => throughZlib(body, createGunzip()),
  deflate: (body) => throughZlib(body, createInflate()),
  br: (body) => throughZlib(body, createBrotliDecompress()),
  zstd: zstdFrames,
  lz4: lz4Frames,
};

/**
 * The body's bytes with its `Content-Encoding` undone, as they arrive. Throws NOT_IMPLEMENTED naming an encoding that is
 * not known; while reading, INCORRECT_DATA where the bytes are not of the encoding or end too early or too late.
 */
export function decodedBody(body: Readable, encoding: string | undefined): Bytes {
  const name = (encoding ?? '').trim().toLowerCase() || 'identity';
  const decode = decoders[name];
  if (!decode || !Object.hasOwn(decoders, name)) {
    const known = Object.keys(decoders).join(', ');
    throw refusal('NOT_IMPLEMENTED', `Content-Encoding "${encoding}" is not supported, use one of: ${known}`);
  }
  return name === 'identity' ? body : explained(decode(body), name);
}

async function* explained(bytes: Bytes, encoding: string): Bytes {
  try {
    yield* bytes;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw refusal('INCORRECT_DATA', `The request body is not valid ${encoding}: ${reason}`);
  }
}

async function* throughZlib(body: Readable, decoder: Transform & { readonly bytesWritten: number }): Bytes {
  let received = 0;
  body.on('data', (chunk: Buffer) => (received += chunk.length));
  // Errors of either side surface in the loop below; pipeline only has to tear both down.
  pipeline(body, decoder, () => undefined);
  yield* decoder;
  if (decoder.bytesWritten < received) throw new Error(`${received - decoder.bytesWritten} bytes follow its end`);
}

async function* zstdFrames(body: Readable): Bytes {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => ready.push(chunk));
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  for await (const chunk of body) {
    decoder.push(chunk as Uint8Array);
    yield* take();
  }
  decoder.push(new Uint8Array(0), true);
  yield* take();
}
