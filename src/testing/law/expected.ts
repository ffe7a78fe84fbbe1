/** Rows keyed by their key columns joined with '|', in plain TypeScript: what the rollups have to equal. */
export type Expected = ReadonlyMap<string, readonly number[]>;
