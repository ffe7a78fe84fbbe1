/** What a query cost, as the server counted it; see ClickHouse's `X-ClickHouse-Summary`. */
export interface QuerySummary {
  readonly readRows: number;
  readonly readBytes: number;
  readonly resultRows: number;
  readonly resultBytes: number;
  /** Time on the server in milliseconds; undefined where the server does not say. */
  readonly elapsedMs?: number;
  /** Peak memory in bytes; undefined where the server does not say. */
  readonly memoryBytes?: number;
}

/**
 * Reads the header; undefined where it is missing or not JSON. Numbers above 2^53 lose their last digits. On a streamed
 * answer the header left with the first bytes, so the counts are those of that moment.
 */
export function parseSummary(header: string | null): QuerySummary | undefined {
  if (!header) return undefined;
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(header) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const count = (name: string) => Number(raw[name] ?? 0) || 0;
  const elapsedNs = count('elapsed_ns');
  const memory = count('memory_usage');
  return {
    readRows: count('read_rows'),
    readBytes: count('read_bytes'),
    resultRows: count('result_rows'),
    resultBytes: count('result_bytes'),
    ...(elapsedNs > 0 && { elapsedMs: elapsedNs / 1e6 }),
    ...(memory > 0 && { memoryBytes: memory }),
  };
}
