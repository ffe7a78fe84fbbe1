import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';

/**
 * So many different ports of 127.0.0.1 that nothing listens on just now. All are held open until the last is found, so that they
 * differ; between this and their use another program may take one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(server));
      });
    }),
  );
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** One of them. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

/**
 * The ports that a folder was given the first time, in `ports.json`: ClickHouse's tables keep the address of their broker, so a
 * pipeline that is started again has to be where it was.
 */
export async function portsOf(dir: string, count: number): Promise<readonly number[]> {
  const file = join(dir, 'ports.json');
  const known: unknown = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  if (Array.isArray(known) && known.length === count && known.every((port) => Number.isInteger(port)))
    return known as number[];
  const ports = await freePorts(count);
  await writeFile(file, JSON.stringify(ports));
  return ports;
}
