import { errorTable } from '../core/errors';

const where = (column: string) => (column ? ` in column "${column}"` : '');

/** Errors of the Native decoder. Positions and lengths are in bytes. */
export const fail = errorTable({
  native_truncated: (f: { column: string; block: number; received: number }) =>
    `The answer ends in the middle of a block${where(f.column)} (block ${f.block}, after ${f.received} bytes): it was cut on its way. Run the query again; if it repeats, look for a proxy that limits time or size.`,
  native_limit: (f: { column: string; what: string; bytes: number; maxBytes: number }) =>
    `The answer claims ${f.bytes} bytes for ${f.what}${where(f.column)}, more than the limit of ${f.maxBytes} bytes per block. Select fewer or shorter rows, or check that the answer is FORMAT Native.`,
  native_corrupt: (f: { column: string; what: string; position: number }) =>
    `The answer is not readable as FORMAT Native${where(f.column)}: ${f.what} (near byte ${f.position}). Check that no proxy changes the body and that the statement has no FORMAT clause of its own.`,
  native_unsupported_type: (f: { column: string; type: string }) =>
    `Column "${f.column}" has type ${f.type}, which this data source cannot read. Convert it in the query, for example with toString(…) or by selecting its parts.`,
  native_aggregate_state: (f: { column: string; type: string }) =>
    `Column "${f.column}" has type ${f.type}, an unfinished aggregate state. Wrap it in finalizeAggregation(…) or merge it with the -Merge function.`,
  native_serialization: (f: { column: string; form: string; revision: number; plainBelow: number }) =>
    `Column "${f.column}" comes in the serialization "${f.form}", which this data source cannot read. Send client_protocol_version below ${f.plainBelow} (it was ${f.revision}), where every column comes plain.`,
  native_revision: (f: { revision: number; newest: number }) =>
    `FORMAT Native of protocol revision ${f.revision} is not known. Send no client_protocol_version, or a whole number up to ${f.newest}.`,
  native_bad_type: (f: { column: string; type: string; what: string; position: number }) =>
    `The type of column "${f.column}" cannot be read: ${f.what} at character ${f.position} of "${f.type}". Report this type text with your ClickHouse version.`,
});
