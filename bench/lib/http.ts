import { Agent, request } from 'node:http';

/** An answer of the engine, read to its end. */
export interface HttpAnswer {
  readonly body: Buffer;
  /** From the first byte of the request to the last byte of the answer. */
  readonly ms: number;
}

// Connections are kept, as a browser keeps them: a new one for every panel would be measured as well.
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/**
 * POSTs a statement to ClickHouse's HTTP interface and waits for the whole answer, however long it takes. Throws with the
 * server's message and the beginning of the statement.
 * @param settings URL parameters, such as `default_format`
 * @param data rows of an INSERT; the statement goes into the URL then
 */
export function post(
  url: string,
  sql: string,
  settings: Readonly<Record<string, string>> = {},
  data?: string | Buffer,
): Promise<HttpAnswer> {
  const params = new URLSearchParams({ ...settings, ...(data !== undefined && { query: sql }) });
  const body = data ?? sql;
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const sent = request(`${url}/?${params}`, { method: 'POST', agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        if (answer.statusCode === 200) return resolve({ body: whole, ms: performance.now() - startMs });
        reject(new Error(`${whole.toString().trim().slice(0, 2000)}\nin: ${sql.slice(0, 1000)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Closes the kept connections, so that the process can end. */
export const closeConnections = (): void => agent.destroy();
