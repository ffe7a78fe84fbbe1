import type { DataFrame, DataQueryRequest, Field } from '@grafana/data';
import { tableFromIPC } from 'apache-arrow';
import { fetchTransport } from '../../src/clickhouse/fetchTransport';
import { createClient } from '../../src/clickhouse/client';
import { createSlots } from '../../src/clickhouse/slots';
import type { Host } from '../../src/plugin/host';
import type { TidemarkQuery } from '../../src/plugin/query';
import { limitsOf } from '../../src/plugin/run/limits';
import { createRunner } from '../../src/plugin/run/runner';
import { runTarget } from '../../src/plugin/run/runTarget';
import type { PageRun, PathWindow, Way } from './contest';

// Runs in Chromium. Every way asks the same server and ends with the same plain arrays.

/** Puts the newest row on the page; resolves when the browser has painted it. */
function draw(frame: DataFrame): Promise<number> {
  document.body.textContent = `${frame.length}: ${String(frame.fields[1]?.values[frame.length - 1])}`;
  return new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
}

async function viaTidemark(url: string, startedMs: number) {
  const host: Host = {
    transport: () => fetchTransport((...args) => fetch(...args), url),
    slots: createSlots(() => 5),
    replace: (text) => text,
    isAll: () => undefined,
    user: () => 'bench',
    random: (bytes) => crypto.getRandomValues(bytes),
  };
  const limits = limitsOf({});
  const runner = createRunner(() => createClient({ transport: host.transport(url) }), host, limits);
  const query: TidemarkQuery = { refId: 'A', rawSql: 'SELECT 1', format: 'table' };
  const from = { valueOf: () => 0 };
  const request = { range: { from, to: from }, intervalMs: 1000, timezone: 'utc', scopedVars: {}, targets: [query] };
  const drawn: Promise<number>[] = [];
  const { frames, error } = await runTarget({
    ...{ query, host, runner, limits, signal: new AbortController().signal },
    look: () => Promise.resolve({ columnsOf: () => undefined, hints: new Map() }),
    request: request as unknown as DataQueryRequest<TidemarkQuery>,
    onPart: (part) => void drawn.push(draw(part[0]!)),
  });
  if (error) throw new Error(error.message);
  const firstMs = drawn.length > 0 ? (await drawn[0]!) - startedMs : undefined;
  return { frame: frames[0]!, firstMs, drawings: drawn.length };
}

const field = (name: string, type: string, values: unknown[]): Field =>
  ({ name, type, config: {}, values }) as unknown as Field;

/** FORMAT JSON as other data sources read it: rows as objects, times from text. */
async function viaJson(url: string): Promise<DataFrame> {
  const response = await fetch(`${url}/?default_format=JSON`, { method: 'POST', body: 'SELECT 1' });
  const { meta, data } = (await response.json()) as {
    meta: { name: string; type: string }[];
    data: Record<string, unknown>[];
  };
  const fields = meta.map(({ name, type }) => {
    const values = new Array<unknown>(data.length);
    const isTime = type.startsWith('DateTime');
    for (let i = 0; i < data.length; i++) {
      const value = data[i]![name];
      values[i] = isTime ? Date.parse(`${(value as string).replace(' ', 'T')}Z`) : value;
    }
    return field(name, isTime ? 'time' : /Int|Float/.test(type) ? 'number' : 'string', values);
  });
  return { refId: 'A', fields, length: data.length };
}

async function viaArrow(url: string): Promise<DataFrame> {
  const response = await fetch(`${url}/?default_format=Arrow`, { method: 'POST', body: 'SELECT 1' });
  const arrow = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
  const fields = arrow.schema.fields.map(({ name }, c) => {
    const values = new Array<unknown>(arrow.numRows);
    let at = 0;
    for (const value of arrow.getChildAt(c)!)
      values[at++] = name === 'time' ? Number(value) * 1000 : typeof value === 'bigint' ? Number(value) : value;
    return field(name, name === 'time' ? 'time' : 'number', values);
  });
  return { refId: 'A', fields, length: arrow.numRows };
}

function checkOf({ fields, length }: DataFrame): string {
  return fields
    .map(({ values }) => {
      let sum = 0;
      for (let i = 0; i < length; i++) {
        const value: unknown = values[i];
        sum += typeof value === 'number' ? value % 1_000_003 : (value as string).length;
      }
      return Math.round(sum);
    })
    .join(' ');
}

const page: PathWindow = {
  async runWay(way: Way, url: string): Promise<PageRun> {
    const startedMs = performance.now();
    const early = way === 'tidemark' ? await viaTidemark(url, startedMs) : undefined;
    const frame = early?.frame ?? (await (way === 'json' ? viaJson(url) : viaArrow(url)));
    const totalMs = (await draw(frame)) - startedMs;
    const { firstMs = totalMs, drawings = 0 } = early ?? {};
    return { rows: frame.length, check: checkOf(frame), totalMs, firstDrawnMs: firstMs, drawings: drawings + 1 };
  },
};
Object.assign(globalThis, page);
