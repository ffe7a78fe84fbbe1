/** One POST to ClickHouse's HTTP interface, as the client wants it sent. */
export interface HttpRequest {
  /** URL parameters (`default_format`, `query_id`, `param_*` …), not yet encoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The statement. */
  readonly body: string;
  /** Aborting it must end the request and `chunks`. */
  readonly signal?: AbortSignal;
}

/** What came back, whatever its status; the body has not been read yet. */
export interface HttpAnswer {
  readonly status: number;
  /** A response header by name, case ignored; `null` where absent. */
  header(name: string): string | null;
  /** The body, once, in pieces with arbitrary borders. Throws when the connection breaks or is aborted. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * How a request travels: through Grafana's data source proxy in the browser, through `fetch` elsewhere. Resolves for
 * every HTTP status; rejects only when there was no answer (unreachable, aborted).
 */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;
