/** What a query has read and written so far: `X-ClickHouse-Summary`, and `X-ClickHouse-Progress` where asked for. */
export interface Summary {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly totalRowsToRead: number;
  readonly resultRows: number;
  readonly resultBytes: number;
  readonly memoryUsageBytes: number;
  /** Most memory that it held so far. */
  readonly peakMemoryBytes: number;
  /** Processor time of all its threads. */
  readonly cpuMicroseconds: number;
}

export const emptySummary: Summary = {
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
  totalRowsToRead: 0,
  resultRows: 0,
  resultBytes: 0,
  memoryUsageBytes: 0,
  peakMemoryBytes: 0,
  cpuMicroseconds: 0,
};

/** As ClickHouse writes it: JSON with numbers as strings; the time in nanoseconds. */
export function summaryHeader(summary: Summary, elapsedNs: bigint): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: String(summary.totalRowsToRead),
    result_rows: String(summary.resultRows),
    result_bytes: String(summary.resultBytes),
    elapsed_ns: String(elapsedNs),
    memory_usage: String(summary.memoryUsageBytes),
  });
}
