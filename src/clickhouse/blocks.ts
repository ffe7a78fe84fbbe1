import { messageOf, TidemarkError } from '../core/errors';
import { fail } from './errors';
import type { QueryAnswer } from './client';

/** A decoder fed with bytes as they come: `push` returns the blocks completed by them, `end` throws if one is open. */
export interface BlockDecoder<Block> {
  push(bytes: Uint8Array): readonly Block[];
  end(): unknown;
}

/** Bytes still read after the decoder gave up, to find the exception that the server may be writing. */
const drainBytes = 1_048_576;

/**
 * Decodes an answer block by block. Throws the server's exception where one was appended after the status 200, the
 * decoder's own error where the data cannot be shown (an unknown type), `answer_cut` where the end is missing.
 */
export async function* readBlocks<Block>(
  answer: QueryAnswer,
  decoder: BlockDecoder<Block>,
): AsyncGenerator<Block, void, void> {
  const chunks = answer.chunks[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) break;
      bytes += value.length;
      let blocks: readonly Block[];
      try {
        blocks = decoder.push(value);
      } catch (thrown) {
        await drain(chunks);
        throw answer.hiddenError() ?? thrown;
      }
      yield* blocks;
    }
    end(answer, decoder, bytes);
  } catch (thrown) {
    // A connection that broke while the exception was being written: the exception says more.
    if (thrown instanceof TidemarkError && thrown.code === 'answer_cut') throw answer.hiddenError() ?? thrown;
    throw thrown;
  } finally {
    await chunks.return?.();
  }
}

function end<Block>(answer: QueryAnswer, decoder: BlockDecoder<Block>, bytes: number): void {
  try {
    decoder.end();
  } catch (thrown) {
    throw (
      answer.hiddenError() ??
      fail('answer_cut', { bytes, detail: messageOf(thrown).replace(/\.+$/, '') }, { cause: thrown })
    );
  }
}

async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  let left = drainBytes;
  try {
    while (left > 0) {
      const { done, value } = await chunks.next();
      if (done) return;
      left -= value.length;
    }
  } catch {
    // The connection broke as well: what was read so far has to do.
  }
}
