import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBlocks } from './blocks';
import type { BlockDecoder } from './blocks';
import { createClient } from './client';
import { fetchTransport } from './fetchTransport';

interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string;
  readonly body: string;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

let server: Server;
let base: string;
let answer: Answer = (response) => response.end();
let seen: Seen[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        url: new URL(request.url ?? '', 'http://x'),
        contentType: request.headers['content-type'] ?? '',
        body,
      });
      answer(response, request);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));
beforeEach(() => {
  seen = [];
});

const client = () => createClient({ transport: fetchTransport(fetch, base), database: 'shop' });

/** Each line is a block; an open line at the end is a block cut short. */
function lineDecoder(): BlockDecoder<string> {
  let open = '';
  return {
    push(bytes) {
      const lines = (open + new TextDecoder().decode(bytes)).split('\n');
      open = lines.pop() ?? '';
      if (lines.some((line) => line.includes('Code:'))) throw new Error('a line that is no data');
      return lines;
    },
    end() {
      if (open) throw new Error('inside a line');
    },
  };
}

async function blocksOf(answered: Answer): Promise<string[]> {
  answer = answered;
  const blocks: string[] = [];
  for await (const block of readBlocks(await client().query({ sql: 'SELECT 1', queryId: 'q' }), lineDecoder()))
    blocks.push(block);
  return blocks;
}

const exception = 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 26.7.1.1)\n';

describe('what is sent', () => {
  it('is a POST with the statement as text in the body and no setting in the URL', async () => {
    answer = (response) => response.end();
    await client().query({ sql: 'SELECT {n:UInt8}', queryId: 'q-1', params: { n: '7' } });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: 'SELECT {n:UInt8}',
      contentType: 'text/plain; charset=utf-8',
    });
    expect(Object.fromEntries(seen[0]?.url.searchParams ?? [])).toEqual({
      default_format: 'Native',
      query_id: 'q-1',
      database: 'shop',
      param_n: '7',
    });
  });

  it('kills by a query id that cannot leave its quotes', async () => {
    answer = (response) => response.end();
    await client().kill("x' OR 1 = 1", 'q-2');
    expect(seen[0]?.body).toBe("KILL QUERY WHERE query_id = 'x\\' OR 1 = 1' ASYNC");
  });
});

describe('what comes back', () => {
  it('carries the price and the zone of the server', async () => {
    answer = (response) => {
      response.setHeader('x-clickhouse-timezone', 'Asia/Kolkata');
      response.setHeader('x-clickhouse-summary', '{"read_rows":"12","read_bytes":"96","elapsed_ns":"2500000"}');
      response.end();
    };
    const { timeZone, summary } = await client().query({ sql: 'SELECT 1', queryId: 'q' });
    expect({ timeZone, summary }).toEqual({
      timeZone: 'Asia/Kolkata',
      summary: { readRows: 12, readBytes: 96, resultRows: 0, resultBytes: 0, elapsedMs: 2.5 },
    });
  });

  it('is handed on block by block', async () => {
    expect(await blocksOf((response) => response.end('a\nb\n'))).toEqual(['a', 'b']);
  });

  it('is refused where the server appended an exception after a 200', async () => {
    const failure = blocksOf((response) => {
      response.write('a\n');
      setTimeout(() => response.end(exception), 20);
    });
    await expect(failure).rejects.toMatchObject({ code: 'server_error', facts: { serverCode: 241 } });
  });

  it('is refused with the exception where the connection broke behind it', async () => {
    const failure = blocksOf((response) => {
      response.write(`a\n${exception.trimEnd()}`);
      setTimeout(() => response.destroy(), 20);
    });
    await expect(failure).rejects.toMatchObject({ code: 'server_error', facts: { serverCode: 241 } });
  });

  it('is refused as cut where it ends inside a block', async () => {
    await expect(blocksOf((response) => response.end('a\nhalf'))).rejects.toMatchObject({
      code: 'answer_cut',
      facts: { bytes: 6, detail: 'inside a line' },
    });
  });

  it('is refused as cut where the connection breaks', async () => {
    const failure = blocksOf((response) => {
      response.write('a\n');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(failure).rejects.toMatchObject({ code: 'answer_cut' });
  });

  it('is refused where it is a web page, even with status 200', async () => {
    const failure = blocksOf((response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html><title>Log in</title></html>');
    });
    await expect(failure).rejects.toMatchObject({ code: 'html_answer', facts: { title: 'Log in' } });
  });

  it('is refused by the header alone where the body says nothing', async () => {
    const failure = blocksOf((response) => {
      response.setHeader('x-clickhouse-exception-code', '60');
      response.end();
    });
    await expect(failure).rejects.toMatchObject({ code: 'server_error', facts: { serverCode: 60 } });
  });
});

describe('a request', () => {
  it('that reaches nobody says where to look', async () => {
    const lonely = createClient({ transport: fetchTransport(fetch, 'http://127.0.0.1:1') });
    await expect(lonely.query({ sql: 'SELECT 1', queryId: 'q' })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/Check the URL/) as string,
    });
  });

  it('that is aborted ends as cancelled, before and during the answer', async () => {
    const before = new AbortController();
    answer = () => before.abort();
    await expect(client().query({ sql: 'SELECT 1', queryId: 'q', signal: before.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const during = new AbortController();
    answer = (response) => response.write('a\n');
    const open = await client().query({ sql: 'SELECT 1', queryId: 'q', signal: during.signal });
    const read = (async () => {
      for await (const block of readBlocks(open, lineDecoder())) if (block === 'a') during.abort();
    })();
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('for rows gives objects by column name', async () => {
    answer = (response) => response.end('{"meta":[],"data":[{"a":1},{"a":2}]}');
    expect(await client().rows({ sql: 'SELECT a', queryId: 'q' })).toEqual([{ a: 1 }, { a: 2 }]);
    expect(seen[0]?.url.searchParams.get('default_format')).toBe('JSON');
  });
});
