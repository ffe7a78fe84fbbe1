import { inflateSync } from 'node:zlib';

import { compress } from 'lz4js';

import { lz4Frames } from './lz4Frames';

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function undo(bytes: Uint8Array, size = 1_000): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of lz4Frames(pieces(bytes, size))) parts.push(part);
  return Buffer.concat(parts).toString();
}

const text = Array.from({ length: 20_000 }, (_, i) => `line ${i % 97} of ${i}\n`).join('');
const frame = Buffer.from(compress(Buffer.from(text)));

describe('lz4Frames', () => {
  it('undoes frames one after the other, in pieces of any size', async () => {
    expect(await undo(frame)).toBe(text);
    expect(await undo(Buffer.concat([frame, frame]), 7)).toBe(text + text);
    expect(await undo(Buffer.alloc(0))).toBe('');
  });

  it('undoes blocks that refer to the ones before, with checksums, a size and stored blocks', async () => {
    // Made by Python's lz4.frame of "ab" * 100000: four linked blocks of 64 KiB at most; deflated to fit here.
    const packed =
      'eNpjUfKViHFw4GVmAIE7PIwMDPqJSUwM/0c4eBaQlAiEUj9aNLmAYcI/GiIvICFi/2KR+WiIoIeIOANmiJhCpJW31TiC8lbbwReMAFGIIyU=';
    const linked = inflateSync(Buffer.from(packed, 'base64'));
    expect(await undo(linked, 100)).toBe('ab'.repeat(100_000));
    const stored = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 2, 0, 0, 0x80, 0x68, 0x69, 0, 0, 0, 0]);
    expect(await undo(stored, 1)).toBe('hi');
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
    expect(await undo(Buffer.concat([skippable, stored]), 2)).toBe('hi');
  });

  it('refuses every shorter prefix, and what is no frame', async () => {
    const short = Buffer.from(compress(Buffer.from('hello hello hello hello')));
    for (let length = 1; length < short.length; length++)
      await expect(undo(short.subarray(0, length), 5)).rejects.toThrow('too early');
    await expect(undo(Buffer.from('no frame at all'))).rejects.toThrow('no LZ4 frame begins');
  });
});
