import type { IncomingMessage, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataSourceConfig } from './proxy';
import { proxyRequest, targetUrl } from './proxy';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A target that notes what it gets and answers with a status and headers. */
async function target(status = 200, headers: Record<string, string> = {}) {
  const seen: Seen[] = [];
  const url = await listen(
    createServer((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body });
        response.writeHead(status, headers).end('from the target');
      });
    }),
  );
  return { url, seen };
}

async function proxyOf(source: Partial<DataSourceConfig> & { readonly url: string }): Promise<string> {
  const whole: DataSourceConfig = { uid: 'u', name: 'n', type: 't', ...source };
  return listen(createServer((incoming, response) => proxyRequest(whole, incoming.url ?? '', incoming, response)));
}

describe('what reaches the target', () => {
  test('is method, path, query and body as asked, without cookies, origin and referer, with basic auth and Grafana’s name', async () => {
    const { url, seen } = await target();
    const proxy = await proxyOf({ url: `${url}/base?x=1`, basicAuth: { user: 'reader', password: 's3cret' } });
    await fetch(`${proxy}/?default_format=Native&param_a=%27`, {
      method: 'POST',
      body: 'SELECT 1',
      headers: {
        cookie: 'session=1',
        referer: 'http://a/',
        'x-ds-authorization': 'Bearer mine',
        'content-type': 'text/plain',
      },
    });
    expect(seen).toHaveLength(1);
    const { method, url: asked, headers, body } = seen[0]!;
    expect({ method, asked, body }).toEqual({
      method: 'POST',
      asked: '/base/?x=1&default_format=Native&param_a=%27',
      body: 'SELECT 1',
    });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('reader:s3cret').toString('base64')}`);
    expect(headers['user-agent']).toBe('Grafana/13.2.2');
    expect(headers['content-type']).toBe('text/plain');
    for (const dropped of ['cookie', 'origin', 'referer', 'x-ds-authorization'])
      expect(headers[dropped]).toBeUndefined();
  });

  test('is never a path that climbs out of the base', async () => {
    const { url, seen } = await target();
    const proxy = new URL(await proxyOf({ url }));
    for (const path of ['/../secret', '/a/%2e%2e/b', '/a/..%2fb', '/a\\..\\b', '/%zz', '/%00']) {
      const status = await new Promise((resolve, reject) => {
        request({ host: proxy.hostname, port: proxy.port, path }, (answer) => resolve(answer.statusCode))
          .on('error', reject)
          .end();
      });
      expect([path, status]).toEqual([path, 400]);
    }
    expect(seen).toEqual([]);
    expect(targetUrl('http://h:1/base/', '/a/b?q=..')?.href).toBe('http://h:1/base/a/b?q=..');
  });
});

describe('what comes back', () => {
  test('is the status, the body and the headers, without Set-Cookie', async () => {
    const { url } = await target(404, { 'set-cookie': 'a=b', 'x-clickhouse-exception-code': '60' });
    const answer = await fetch(await proxyOf({ url }));
    expect(answer.status).toBe(404);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('60');
    expect(await answer.text()).toBe('from the target');
  });

  test('is 400 with Grafana’s sentence when the target refuses the login', async () => {
    const { url } = await target(401);
    const answer = await fetch(await proxyOf({ url }));
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toBe('Authentication to data source failed');
  });

  test('is 502 when nobody listens at the target', async () => {
    const answer = await fetch(await proxyOf({ url: 'http://127.0.0.1:1' }));
    expect(answer.status).toBe(502);
  });

  test('leaves as it comes: the first part arrives before the target writes the second', async () => {
    let writeSecond: () => void = () => undefined;
    const url = await listen(
      createServer((_incoming, response) => {
        response.write('first');
        writeSecond = () => response.end('second');
      }),
    );
    const reader = (await fetch(await proxyOf({ url }))).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('first');
    writeSecond();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('second');
  });

  test('ends at the target when the reader goes away', async () => {
    const closed = new Promise<void>((resolve) => {
      void listen(
        createServer((_incoming, response) => {
          response.write('first');
          response.on('close', resolve);
        }),
      ).then(async (url) => {
        const controller = new AbortController();
        const answer = await fetch(await proxyOf({ url }), { signal: controller.signal });
        await answer.body!.getReader().read();
        controller.abort();
      });
    });
    await expect(closed).resolves.toBeUndefined();
  });
});
