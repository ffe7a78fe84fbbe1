import { once } from 'node:events';
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib';

import { httpStatusOf } from './httpStatus';
import { summaryHeader } from './summary';

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BrotliCompress, Gzip } from 'node:zlib';
import type { Answer } from './answer';
import type { EngineError } from './engineError';
import type { Parameters } from './parameters';

/** What every answer says of the server. */
export interface ServerFacts {
  readonly version: string;
  readonly timezone: string;
  readonly displayName: string;
  /** Output format → content type. */
  readonly contentTypes: ReadonlyMap<string, string>;
}

/** Longest error text that is put behind an answer, in bytes: clients search only its end. */
const maxTrailerBytes = 16_000;

const exposed = ['Query-Id', 'Summary', 'Server-Display-Name', 'Format', 'Timezone', 'Exception-Code', 'Exception-Tag']
  .map((name) => `X-ClickHouse-${name}`)
  .join(',');

/** Writes one HTTP answer as ClickHouse does. */
export class Responder {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #facts: ServerFacts;
  readonly #startedNs = process.hrtime.bigint();
  readonly #exceptionTag = Array.from({ length: 16 }, () => randomLetter()).join('');
  #encoder: Gzip | BrotliCompress | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, facts: ServerFacts) {
    this.#request = request;
    this.#response = response;
    this.#facts = facts;
    response.setHeader('X-ClickHouse-Server-Display-Name', facts.displayName);
    response.setHeader('X-ClickHouse-Exception-Tag', this.#exceptionTag);
    response.setHeader('X-ClickHouse-Timezone', facts.timezone);
    response.setHeader('Access-Control-Expose-Headers', exposed);
  }

  setQueryId(queryId: string): void {
    this.#response.setHeader('X-ClickHouse-Query-Id', queryId);
  }

  /** Sends headers and the answer but for its end, no faster than the client reads. Throws what the answer throws. */
  async send(answer: Answer, format: string, given: Parameters): Promise<void> {
    const response = this.#response;
    const { settings } = given;
    response.statusCode = 200;
    response.setHeader('Content-Type', this.#facts.contentTypes.get(format) ?? 'text/plain; charset=UTF-8');
    response.setHeader('X-ClickHouse-Format', format);
    const timezone = settings.get('session_timezone');
    if (timezone) response.setHeader('X-ClickHouse-Timezone', timezone);
    const summary = summaryHeader(answer.summary, process.hrtime.bigint() - this.#startedNs);
    response.setHeader('X-ClickHouse-Summary', summary);
    if (settings.get('send_progress_in_http_headers') === '1') response.setHeader('X-ClickHouse-Progress', summary);
    if (settings.get('add_http_cors_header') === '1' && this.#request.headers.origin)
      response.setHeader('Access-Control-Allow-Origin', '*');
    if (settings.get('enable_http_compression') !== '0') this.#encodeFor(given);
    if (this.#request.method === 'HEAD') return;
    response.flushHeaders();
    for await (const chunk of answer.chunks) await this.#write(chunk);
  }

  /** Ends the answer. */
  async finish(): Promise<void> {
    const encoder = this.#encoder;
    if (encoder && this.#request.method !== 'HEAD') {
      const ended = once(encoder, 'end');
      encoder.end();
      await ended;
    }
    this.#response.end();
  }

  /**
   * Sends an error: with its HTTP status where nothing was sent yet, otherwise behind what was sent, between marks that
   * `X-ClickHouse-Exception-Tag` announced, and with the connection cut, so that nobody takes the answer for whole.
   */
  async fail(error: EngineError): Promise<void> {
    const response = this.#response;
    const text = `${error.message} (version ${this.#facts.version})`;
    if (response.headersSent) return this.#failInBody(text);
    response.statusCode = httpStatusOf(error.type);
    for (const name of ['Content-Encoding', 'X-ClickHouse-Format']) response.removeHeader(name);
    response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    response.setHeader('X-ClickHouse-Exception-Code', String(error.code));
    if (!this.#request.complete) response.setHeader('Connection', 'close');
    response.end(`${text}\n`);
    // What the client is still sending has to be read, or it never gets to read the answer.
    this.#request.resume();
  }

  async #failInBody(text: string): Promise<void> {
    const message = `${Buffer.from(text).subarray(0, maxTrailerBytes).toString('utf8')}\n`;
    const tag = this.#exceptionTag;
    const marked = `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`;
    await this.#write(Buffer.from(marked));
    const { socket } = this.#response;
    // Without the last, empty chunk: as ClickHouse does.
    if (socket) socket.end();
    else this.#response.destroy();
  }

  #encodeFor({ settings }: Parameters): void {
    const accepted = acceptedEncodings(this.#request.headers['accept-encoding']);
    const level = Number(settings.get('http_zlib_compression_level') ?? 3);
    const encoder = accepted.has('gzip')
      ? (['gzip', createGzip({ level })] as const)
      : accepted.has('br')
        ? (['br', createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: Math.min(level, 11) } })] as const)
        : accepted.has('deflate')
          ? (['deflate', createDeflate({ level })] as const)
          : undefined;
    if (!encoder) return;
    this.#response.setHeader('Content-Encoding', encoder[0]);
    this.#encoder = encoder[1] as Gzip;
    this.#encoder.on('data', (bytes: Buffer) => {
      if (!this.#response.write(bytes)) this.#encoder?.pause();
    });
    this.#response.on('drain', () => this.#encoder?.resume());
    // Nobody drains any more: what comes is dropped, or the encoder would wait for ever.
    this.#response.once('close', () => this.#encoder?.removeAllListeners('data').resume());
  }

  /** Writes a piece so that it leaves at once, and waits while the client is behind. */
  async #write(bytes: Uint8Array): Promise<void> {
    const encoder = this.#encoder;
    if (this.#response.destroyed) return;
    if (encoder) {
      encoder.write(bytes);
      await new Promise<void>((resolve) => encoder.flush(resolve));
    } else if (!this.#response.write(bytes)) await this.#drained();
  }

  async #drained(): Promise<void> {
    const gone = new AbortController();
    const close = once(this.#response, 'close', { signal: gone.signal }).catch(() => undefined);
    await Promise.race([once(this.#response, 'drain', { signal: gone.signal }), close]).finally(() => gone.abort());
  }
}

/** Encodings that a client accepts, those with `q=0` left out. */
function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const items = String(header ?? '').split(',');
  const kept = items.filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item));
  return new Set(kept.map((item) => item.split(';')[0]!.trim().toLowerCase()));
}

function randomLetter(): string {
  return String.fromCharCode(97 + Math.floor(Math.random() * 26));
}
