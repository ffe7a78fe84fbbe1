import { refusal } from './engineError';
import { NativeCursor, skipColumn } from './nativeSkip';

/** From this `client_protocol_version` on, a Native block begins with its BlockInfo. */
const blockInfoSince = 51_903;
/** From this one on, a byte behind each column's type says whether its serialization is a custom one. */
const serializationByteSince = 54_454;

/** Fields of BlockInfo: 1 = is_overflows: 0, 2 = bucket_num: -1, 0 = end. */
const blockInfo = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]);
const defaultSerialization = Buffer.from([0]);

/** Whether Native blocks have to be rewritten for a client of this `client_protocol_version`. */
export function needsRewriting(protocolVersion: number): boolean {
  return protocolVersion >= blockInfoSince;
}

/**
 * Whole Native blocks as the engine writes them (it knows no `client_protocol_version`), as a client of that version
 * expects them. Throws NOT_IMPLEMENTED naming a column's type whose bytes it cannot measure.
 */
export function rewriteBlocks(bytes: Uint8Array, protocolVersion: number): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor = new NativeCursor(source);
  const parts: Buffer[] = [];
  while (cursor.at < source.length) {
    parts.push(blockInfo);
    let from = cursor.at;
    const columns = cursor.varint();
    const rows = cursor.varint();
    for (let i = 0; i < columns; i++) {
      cursor.skipString();
      const type = cursor.string();
      if (protocolVersion >= serializationByteSince) {
        parts.push(source.subarray(from, cursor.at), defaultSerialization);
        from = cursor.at;
      }
      if (rows > 0 && !skipColumn(cursor, type, rows))
        throw refusal(
          'NOT_IMPLEMENTED',
          `Native with client_protocol_version=${protocolVersion} is not supported here for columns of type ${type}`,
        );
    }
    parts.push(source.subarray(from, cursor.at));
  }
  return Buffer.concat(parts);
}
