import type { FetchResponse } from '@grafana/runtime';
import { Observable, Subject, of } from 'rxjs';
import { streamOf } from './streamOf';

type Piece = FetchResponse<Uint8Array | undefined>;

const piece = (text: string | undefined, status = 200): Piece => ({
  data: text === undefined ? undefined : new TextEncoder().encode(text),
  status,
  statusText: '',
  ok: status < 300,
  headers: new Headers({ 'x-a': 'b' }),
  redirected: false,
  type: 'basic',
  url: '',
  config: { url: '' },
});

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
  return text;
}

describe('streamOf', () => {
  it('gives status and headers with the first piece and the body in order', async () => {
    const answer = await streamOf(of(piece('a'), piece('b'), piece('c'), piece(undefined)));
    expect([answer.status, answer.header('X-A')]).toEqual([200, 'b']);
    expect(await textOf(answer.chunks)).toBe('abc');
  });

  it('hands an HTTP error on as an answer', async () => {
    const answer = await streamOf(of(piece('Code: 60', 404), piece(undefined, 404)));
    expect([answer.status, await textOf(answer.chunks)]).toEqual([404, 'Code: 60']);
  });

  it('waits for pieces that are not there yet', async () => {
    const source = new Subject<Piece>();
    const pending = streamOf(source);
    source.next(piece('a'));
    const text = textOf((await pending).chunks);
    setTimeout(() => {
      source.next(piece('b'));
      source.complete();
    }, 5);
    expect(await text).toBe('ab');
  });

  it('rejects where no answer came, and throws where it broke off', async () => {
    await expect(streamOf(new Observable((s) => s.error(new Error('gone'))))).rejects.toThrow('gone');
    await expect(streamOf(new Observable((s) => s.complete()))).rejects.toThrow('no answer');
    const source = new Subject<Piece>();
    const pending = streamOf(source);
    source.next(piece('a'));
    const { chunks } = await pending;
    source.error(new Error('broken'));
    await expect(textOf(chunks)).rejects.toThrow('broken');
  });

  it.each(['leaving the body', 'never reading it', 'aborting'])('ends the request on %s', async (how) => {
    let open = false;
    const abort = new AbortController();
    const source = new Observable<Piece>((subscriber) => {
      open = true;
      subscriber.next(piece('a'));
      return () => (open = false);
    });
    const { chunks } = await streamOf(source, abort.signal);
    expect(open).toBe(true);
    if (how === 'leaving the body') for await (const _ of chunks) break;
    else if (how === 'aborting') abort.abort();
    else await chunks[Symbol.asyncIterator]().return?.();
    expect(open).toBe(false);
  });

  it('ends a request that is aborted before its answer', async () => {
    const abort = new AbortController();
    const pending = streamOf(new Observable<Piece>(), abort.signal);
    abort.abort();
    await expect(pending).rejects.toThrow('aborted');
  });
});
