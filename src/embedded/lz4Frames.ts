import { decompressBlock } from 'lz4js';

import { ByteQueue } from './byteQueue';

const magic = 0x184d2204;
const skippableMagic = 0x184d2a50;
const historyBytes = 65_536;
const maxBlockBytes = [65_536, 262_144, 1_048_576, 4_194_304];

/**
 * Undoes LZ4 frames, any number of them one after the other (clickhouse-connect sends one per block), block by block.
 * Checksums are skipped over and not checked. Throws where the bytes are not LZ4 frames or end within one.
 */
export async function* lz4Frames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new ByteQueue(source);
  while (!(await input.ended())) {
    const found = (await input.take(4)).readUInt32LE();
    if (found === magic) yield* frame(input);
    else if (found >>> 4 === skippableMagic >>> 4) await input.take((await input.take(4)).readUInt32LE());
    else throw new Error('no LZ4 frame begins where one is due');
  }
}

async function* frame(input: ByteQueue): AsyncGenerator<Uint8Array, void, undefined> {
  const [flags, descriptor] = await input.take(2);
  if (flags! >> 6 !== 1) throw new Error(`version ${flags! >> 6} of the LZ4 frame format is not known`);
  const independent = (flags! & 0x20) !== 0;
  const blockChecksum = (flags! & 0x10) !== 0;
  const contentSize = (flags! & 0x08) !== 0;
  const contentChecksum = (flags! & 0x04) !== 0;
  const dictionary = (flags! & 0x01) !== 0;
  if (dictionary) throw new Error('LZ4 dictionaries are not supported');
  const limit = maxBlockBytes[((descriptor! >> 4) & 7) - 4];
  if (limit === undefined) throw new Error('the LZ4 frame names a block size that does not exist');
  await input.take((contentSize ? 8 : 0) + 1);

  let history = Buffer.alloc(0);
  for (;;) {
    const size = (await input.take(4)).readUInt32LE();
    if (size === 0) break;
    const block = await input.take(size & 0x7fffffff);
    if (blockChecksum) await input.take(4);
    if (block.length > limit) throw new Error('an LZ4 block is larger than its frame allows');
    const plain = size >>> 31 === 1 ? block : inflate(block, history, limit);
    yield plain;
    if (!independent) history = Buffer.concat([history, plain]).subarray(-historyBytes);
  }
  if (contentChecksum) await input.take(4);
}

/** A block may refer to the 64 KiB before it: they stand in front of the output. */
function inflate(block: Uint8Array, history: Buffer, limit: number): Buffer {
  const target = Buffer.alloc(history.length + limit);
  target.set(history);
  const end = decompressBlock(block, target, 0, block.length, history.length);
  if (end > target.length) throw new Error('an LZ4 block is larger than its frame allows');
  return target.subarray(history.length, end);
}
