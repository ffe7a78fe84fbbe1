import { literal } from '../core/sql/quote';
import { messageOf, TidemarkError } from '../core/errors';
import { fail } from './errors';
import { httpError, isHtml } from './httpError';
import { exceptionError, parseException } from './serverError';
import { parseSummary } from './summary';
import { collect, createTail } from './tail';
import type { HttpAnswer, HttpRequest, Transport } from './transport';
import type { QuerySummary } from './summary';

/** Sends one small SELECT and returns its rows. */
export type Ask = <Row>(sql: string) => Promise<Row[]>;

/** One statement on its way. */
export interface QueryOptions {
  readonly sql: string;
  /** Chosen by the caller, so that the query can be killed while it runs. */
  readonly queryId: string;
  /** Values of `{name:Type}` in the statement, in the server's own spelling. */
  readonly params?: Readonly<Record<string, string>>;
  /** Aborting ends the request; stopping the query on the server as well is {@link ClickHouseClient.kill}. */
  readonly signal?: AbortSignal;
}

/** An answer with status 200 whose body is still to be read, once. */
export interface QueryAnswer {
  readonly queryId: string;
  /** The body in pieces. Throws `answer_cut` or `cancelled` when it breaks off. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What the query cost, as far as known when the answer began; undefined where a proxy dropped the header. */
  readonly summary: QuerySummary | undefined;
  /** Time zone of the server, e.g. `UTC`; empty where unknown. */
  readonly timeZone: string;
  /**
   * The true reason when the bytes read so far make no sense: an exception that the server appended after a 200, or a
   * web page. Undefined where the bytes hold neither.
   */
  hiddenError(): TidemarkError | undefined;
}

/** The browser's thin client. No setting is ever sent: a `readonly = 1` user may use all of it. */
export interface ClickHouseClient {
  /** Sends a statement and asks for FORMAT Native. Throws every error of `clickhouse/errors.ts` but `answer_cut`. */
  query(options: QueryOptions): Promise<QueryAnswer>;
  /**
   * Runs a small SELECT and returns its rows as JSON values by column name; 64-bit integers may lose digits above 2^53.
   * Throws every error of `clickhouse/errors.ts`.
   */
  rows<Row = Record<string, unknown>>(options: QueryOptions): Promise<Row[]>;
  /**
   * Asks the server to stop a query of the same user, without waiting until it has. Returns how many queries were found, 0 or
   * 1. Throws as {@link rows}.
   */
  kill(queryId: string, ownQueryId: string): Promise<number>;
}

/**
 * Makes a client.
 * @param options.database default database of the statements; empty means the user's own default
 */
export function createClient(options: { readonly transport: Transport; readonly database?: string }): ClickHouseClient {
  const { transport, database } = options;

  async function send(query: QueryOptions, format: string): Promise<QueryAnswer> {
    const request: HttpRequest = {
      params: {
        default_format: format,
        query_id: query.queryId,
        ...(database && { database }),
        ...Object.fromEntries(Object.entries(query.params ?? {}).map(([name, value]) => [`param_${name}`, value])),
      },
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: query.sql,
      ...(query.signal && { signal: query.signal }),
    };
    const answer = await transport(request).catch((thrown: unknown) => {
      throw lost(query, thrown, () => fail('unreachable', { detail: reasonOf(thrown) }, { cause: thrown }));
    });
    await refuseErrors(answer, query);
    const tail = createTail();
    return {
      queryId: query.queryId,
      chunks: watched(answer, query, tail.add, () => tail.bytes()),
      summary: parseSummary(answer.header('x-clickhouse-summary')),
      timeZone: answer.header('x-clickhouse-timezone') ?? '',
      hiddenError() {
        const exception = parseException(tail.last());
        if (exception) return exceptionError(exception);
        return isHtml(tail.first()) ? httpError(200, tail.first(), null) : undefined;
      },
    };
  }

  return {
    query: (query) => send(query, 'Native'),

    async rows<Row>(query: QueryOptions): Promise<Row[]> {
      const answer = await send(query, 'JSON');
      const text = await collect(answer.chunks, Infinity);
      if (!text.trim()) return [];
      try {
        return (JSON.parse(text) as { data: Row[] }).data;
      } catch (thrown) {
        throw answer.hiddenError() ?? fail('answer_cut', { bytes: text.length, detail: messageOf(thrown) });
      }
    },

    async kill(queryId, ownQueryId) {
      const sql = `KILL QUERY WHERE query_id = ${literal(queryId)} ASYNC`;
      return (await this.rows({ sql, queryId: ownQueryId })).length;
    },
  };
}

const maxErrorBytes = 262_144;

async function refuseErrors(answer: HttpAnswer, query: QueryOptions): Promise<void> {
  const exceptionCode = answer.header('x-clickhouse-exception-code');
  const html = /^text\/html/i.test(answer.header('content-type') ?? '');
  if (answer.status >= 200 && answer.status < 300 && !exceptionCode && !html) return;
  const body = await collect(answer.chunks, maxErrorBytes).catch((thrown: unknown) => {
    throw lost(query, thrown, () => httpError(answer.status, '', exceptionCode));
  });
  throw httpError(answer.status, body, exceptionCode);
}

/** An abort of ours is a cancellation, whatever the transport threw; an error of ours stays as it is. */
function lost(query: QueryOptions, thrown: unknown, otherwise: () => TidemarkError): TidemarkError {
  if (query.signal?.aborted) return fail('cancelled', { queryId: query.queryId });
  return thrown instanceof TidemarkError ? thrown : otherwise();
}

async function* watched(
  answer: HttpAnswer,
  query: QueryOptions,
  see: (chunk: Uint8Array) => void,
  bytes: () => number,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.chunks) {
      see(chunk);
      yield chunk;
    }
  } catch (thrown) {
    throw lost(query, thrown, () => fail('answer_cut', { bytes: bytes(), detail: reasonOf(thrown) }));
  }
}

/** The words of a broken connection. Transports also throw plain objects, and errors that are no `Error` of this realm. */
function reasonOf(thrown: unknown): string {
  const said = (thrown as { readonly message?: unknown } | null | undefined)?.message;
  return typeof said === 'string' && said ? said : 'the connection was closed';
}
