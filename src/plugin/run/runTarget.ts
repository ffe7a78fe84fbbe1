import type { AdHocVariableFilter, DataFrame, DataQueryRequest } from '@grafana/data';
import { readBlocks } from '../clickhouse/blocks';
import type { ClickHouseClient, QueryAnswer } from '../clickhouse/client';
import { newQueryId } from '../clickhouse/queryId';
import { toDataFrames } from '../frames/toDataFrames';
import { createNativeDecoder } from '../native';
import type { Block } from '../native';
import { isCancelled, targetError } from './errors';
import type { Host } from './host';
import { prepare } from './prepare';
import type { Prepared } from './prepare';
import type { TidemarkQuery } from './query';
import type { TargetResult } from './runTargets';
import { statsOf } from './stats';
import { leftOut, unknownFilter } from './unknownFilter';

/** What one target needs to run. */
export interface TargetContext {
  readonly query: TidemarkQuery;
  readonly request: DataQueryRequest<TidemarkQuery>;
  readonly host: Host;
  /** Makes the client; may throw. */
  readonly client: () => ClickHouseClient;
  /** Aborting ends the request and stops the query on the server. */
  readonly signal: AbortSignal;
}

/**
 * Runs one target: SQL with variables, filters and macros → Native → frames. Never rejects: what went wrong is the
 * result's `error`, together with an empty frame that carries the statement sent, for the inspector.
 */
export async function runTarget(context: TargetContext): Promise<TargetResult> {
  const { query, request, host } = context;
  const { refId } = query;
  const dropped: AdHocVariableFilter[] = [];
  let prepared: Prepared | undefined;
  for (;;) {
    const filters = (request.filters ?? []).filter((filter) => !dropped.includes(filter));
    try {
      prepared = prepare(query, { ...request, filters }, host);
      return { frames: await send(context, { ...prepared, notices: [...dropped.map(leftOut), ...prepared.notices] }) };
    } catch (thrown) {
      const unknown = unknownFilter(thrown, filters);
      if (unknown) dropped.push(unknown);
      else if (isCancelled(thrown)) return { frames: [] };
      else return { frames: prepared ? [sentOnly(refId, prepared)] : [], error: targetError(refId, thrown) };
    }
  }
}

/** Sends a statement and reads its answer; an abort stops it on the server too. Throws the errors of clickhouse/ and native/. */
async function send(context: TargetContext, prepared: Prepared): Promise<DataFrame[]> {
  const { host, signal } = context;
  const client = context.client();
  const queryId = newQueryId(host.random);
  const stop = () => void client.kill(queryId, newQueryId(host.random)).catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    return await framesOf(await client.query({ sql: prepared.sql, queryId, signal }), prepared, context.query);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function framesOf(answer: QueryAnswer, prepared: Prepared, query: TidemarkQuery): Promise<DataFrame[]> {
  const decoder = createNativeDecoder(answer.timeZone ? { zone: answer.timeZone } : {});
  const blocks: Block[] = [];
  for await (const block of readBlocks(answer, decoder)) blocks.push(block);
  const { frames, notices } = toDataFrames(blocks, {
    refId: query.refId,
    format: query.format,
    timezone: prepared.timezone,
  });
  const stats = statsOf(answer.summary);
  const said = [...prepared.notices, ...notices].map(({ message }) => ({
    severity: 'warning' as const,
    text: message,
  }));
  return frames.map((frame) => ({
    ...frame,
    meta: {
      ...frame.meta,
      executedQueryString: prepared.sql,
      custom: { ...frame.meta?.custom, queryId: answer.queryId },
      ...(stats.length > 0 && { stats }),
      ...(said.length > 0 && { notices: said }),
    },
  }));
}

function sentOnly(refId: string, { sql }: Prepared): DataFrame {
  return { refId, length: 0, fields: [], meta: { executedQueryString: sql } };
}
