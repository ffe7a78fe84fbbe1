declare module 'lz4js' {
  /** Decompresses one raw block from `source` into `target` at `targetIndex`; returns the index after the last byte. */
  export function decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    sourceIndex: number,
    sourceLength: number,
    targetIndex: number,
  ): number;
  /** Compresses to one frame. */
  export function compress(source: Uint8Array): Uint8Array;
}
