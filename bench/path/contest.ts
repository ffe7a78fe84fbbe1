/** Ways from an answer's bytes to data frames; `tidemark` is the plugin's own path, whole. */
export const ways = ['tidemark', 'json', 'arrow'] as const;
export type Way = (typeof ways)[number];

/** Formats in which the answer is asked for. */
export const formatOf: Readonly<Record<Way, string>> = { tidemark: 'Native', json: 'JSON', arrow: 'Arrow' };

/** What one run in the page says. */
export interface PageRun {
  readonly rows: number;
  /** A sum over all columns, so that every value was really there. */
  readonly check: string;
  readonly totalMs: number;
  /** Until the first rows were on the page: of the ways that draw only whole answers, all of it. */
  readonly firstDrawnMs: number;
  /** Length of each piece in which rows were drawn. */
  readonly drawings: number;
}

/** What the page offers to the benchmark. */
export interface PathWindow {
  runWay(way: Way, url: string): Promise<PageRun>;
}
