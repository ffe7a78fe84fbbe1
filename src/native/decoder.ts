import { checkRevision, checkSerialization, skipBlockInfo } from './blockHead';
import { buildCodec } from './build';
import type { Codec, ColumnData, Shape } from './column';
import { Cursor } from './cursor';
import type { Wait } from './cursor';
import { fail } from './errors';
import { parseType } from './typeText';
import type { TypeNode } from './typeText';

/** One column of one block. */
export interface Column {
  readonly name: string;
  /** Type text as the server sent it. */
  readonly type: string;
  readonly parsed: TypeNode;
  readonly shape: Shape;
  readonly data: ColumnData;
}

/** A piece of the answer: the same columns in every block, each with `rows` values. */
export interface Block {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export interface NativeOptions {
  /** Largest block accepted, in bytes. @default 268435456 (256 MiB) */
  readonly maxBytes?: number;
  /** Zone of DateTime columns that name none (the server's, `X-ClickHouse-Timezone`). @default 'UTC' */
  readonly zone?: string;
  /**
   * Revision of the protocol that was sent with the query, in the URL parameter `client_protocol_version`. From 54337
   * on a bare DateTime names its zone; below 54454 nothing else that a reader sees changes but the head of the block.
   * @default 0 (none was sent)
   */
  readonly revision?: number;
}

export interface NativeDecoder {
  /**
   * Takes the next chunk, whatever its borders, and returns the blocks that it completes. The chunk is kept, not
   * copied, and must not change afterwards. Throws `native_unsupported_type`, `native_aggregate_state`,
   * `native_corrupt`, `native_limit` or `native_bad_type`; after that, every call throws the same error.
   */
  push(chunk: Uint8Array): Block[];
  /** Says that nothing more comes. Returns what is left (always empty) and throws `native_truncated` inside a block. */
  end(): Block[];
  /** Bytes read so far; after a whole block, its end. */
  readonly position: number;
}

interface Reading {
  /** Whether a block has begun and is not complete. */
  inside: boolean;
  /** Blocks completed so far. */
  blocks: number;
  ready: Block[];
}

/** Makes a decoder for one answer in FORMAT Native. Throws `native_revision` for a revision that is not known. */
export function createNativeDecoder(options: NativeOptions = {}): NativeDecoder {
  const cursor = new Cursor(options.maxBytes ?? 256 * 1024 * 1024);
  const reading: Reading = { inside: false, blocks: 0, ready: [] };
  const { zone = 'UTC', revision = 0 } = options;
  checkRevision(revision);
  const reader = readBlocks(cursor, { zone, revision }, reading);
  let failure: { readonly error: unknown } | undefined;

  const guarded = (step: () => void): Block[] => {
    if (failure) throw failure.error;
    try {
      step();
    } catch (error) {
      failure = { error };
      throw error;
    }
    return reading.ready.splice(0);
  };

  return {
    push: (chunk) =>
      guarded(() => {
        cursor.push(chunk);
        reader.next();
      }),
    end: () =>
      guarded(() => {
        const { column, position, available } = cursor;
        const facts = { column, block: reading.blocks + 1, received: position + available };
        if (reading.inside) throw fail('native_truncated', facts);
      }),
    get position() {
      return cursor.position;
    },
  };
}

/** Decodes a whole answer. Throws as {@link NativeDecoder} does. An empty answer has no blocks. */
export function decodeNative(bytes: Uint8Array, options?: NativeOptions): Block[] {
  const decoder = createNativeDecoder(options);
  return [...decoder.push(bytes), ...decoder.end()];
}

type Form = Required<Pick<NativeOptions, 'zone' | 'revision'>>;

/** Layout of a block: numbers of columns and rows, then per column name, type and, unless there are no rows, values. */
function* readBlocks(cursor: Cursor, { zone, revision }: Form, reading: Reading): Wait<never> {
  const codecs = new Map<string, { parsed: TypeNode; codec: Codec }>();
  for (;;) {
    while (cursor.available === 0) yield;
    reading.inside = true;
    cursor.startBlock();
    yield* skipBlockInfo(cursor, revision);
    const width = yield* cursor.varint('the number of columns');
    const rows = yield* cursor.varint('the number of rows');
    cursor.allow(width * 2, 'columns');
    cursor.allow(width ? rows : 0, 'rows');
    if (width === 0 && rows > 0) throw cursor.corrupt(`a block of ${rows} rows has no columns`);
    const columns: Column[] = [];
    for (let i = 0; i < width; i++) {
      const name = yield* cursor.text('a column name');
      cursor.column = name;
      const type = yield* cursor.text('a type name');
      const known = codecs.get(`${name}\0${type}`) ?? makeCodec(name, type, zone);
      codecs.set(`${name}\0${type}`, known);
      const { parsed, codec } = known;
      yield* checkSerialization(cursor, revision);
      const opened = rows > 0 && codec.prefix ? yield* codec.prefix(cursor) : codec;
      columns.push({ name, type, parsed, shape: codec.shape, data: yield* opened.read(cursor, rows) });
      cursor.column = '';
    }
    reading.inside = false;
    reading.blocks++;
    reading.ready.push({ rows, columns });
  }
}

function makeCodec(name: string, type: string, zone: string) {
  const parsed = parseType(type, name);
  return { parsed, codec: buildCodec(parsed, name, zone) };
}
