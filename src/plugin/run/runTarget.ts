import type { AdHocVariableFilter, DataFrame, DataQueryRequest, QueryResultMeta } from '@grafana/data';
import { pause } from '../../clickhouse/pause';
import type { Received, RunLimits } from '../../clickhouse/run';
import { toDataFrames } from '../../frames/toDataFrames';
import { isCancelled, targetError } from '../errors';
import type { Host } from '../host';
import { prepare } from '../prepare';
import type { Prepared } from '../prepare';
import type { TidemarkQuery } from '../query';
import type { Look } from '../tableColumns';
import { leftOut, unknownFilter } from '../unknownFilter';
import { cutNotice, runningNotice, warnings } from './notices';
import { createPacer } from './pacer';
import type { Outcome, Part, Runner } from './runner';
import type { TargetResult } from './runTargets';
import { statsOf } from './stats';

/** What one target needs to run. */
export interface TargetContext {
  readonly query: TidemarkQuery;
  readonly request: DataQueryRequest<TidemarkQuery>;
  readonly host: Host;
  readonly runner: Runner;
  readonly limits: RunLimits;
  /** Looks up the tables that the query reads; never rejects. */
  readonly look: (query: TidemarkQuery) => Promise<Look>;
  /** Aborting ends the request and stops the query on the server. */
  readonly signal: AbortSignal;
  /** Shows what has come so far. */
  readonly onPart?: (frames: readonly DataFrame[]) => void;
}

/**
 * Runs one target: SQL with variables, filters and macros → Native → frames. Never rejects: what went wrong is the
 * result's `error`, together with an empty frame that carries the statement sent, for the inspector. Frames shown on the way
 * are not kept with an error: numbers that are not whole would pass for true ones.
 */
export async function runTarget(context: TargetContext): Promise<TargetResult> {
  const { query, request, host } = context;
  const { refId } = query;
  const dropped: AdHocVariableFilter[] = [];
  let prepared: Prepared | undefined;
  // Filters have to know the columns before; what comments say about drawing may come while the query runs.
  const looking = context.look(query);
  const columnsOf = request.filters?.length ? (await looking).columnsOf : undefined;
  if (context.signal.aborted) return { frames: [] };
  for (;;) {
    const filters = (request.filters ?? []).filter((filter) => !dropped.includes(filter));
    try {
      prepared = prepare(query, { ...request, filters, columnsOf }, host);
      const notices = [...dropped.map(leftOut), ...prepared.notices];
      return { frames: await send(context, { ...prepared, notices }, looking) };
    } catch (thrown) {
      const unknown = unknownFilter(thrown, filters);
      if (unknown) dropped.push(unknown);
      else if (isCancelled(thrown)) return { frames: [] };
      else if (!prepared) return { frames: [], error: targetError(refId, thrown) };
      else return { frames: [sentOnly(refId, prepared)], error: targetError(refId, thrown, prepared.comment) };
    }
  }
}

/** Sends a statement and reads its answer. Throws the errors of clickhouse/ and native/. */
async function send(context: TargetContext, prepared: Prepared, looking: Promise<Look>): Promise<DataFrame[]> {
  const { signal, onPart } = context;
  let latest: Part | undefined;
  let hints: Look['hints'] = new Map();
  const looked = looking.then((look) => void (hints = look.hints));
  const pacer = createPacer(() => {
    if (latest) onPart?.(partialFrames(latest, prepared, context, hints));
  });
  try {
    const outcome = await context.runner.run(prepared, {
      signal,
      onPart(part) {
        latest = part;
        if (onPart && part.received.rows > 0) pacer.touch(part.received.rows);
      },
    });
    await Promise.race([looked, pause(hintsWaitMs)]);
    return finalFrames(outcome, prepared, context, hints);
  } finally {
    pacer.stop();
  }
}

/** An answer is not kept back for long by a lookup that is slower than itself. */
const hintsWaitMs = 500;

function partialFrames(
  { received, progress, sql }: Part,
  prepared: Prepared,
  context: TargetContext,
  hints: Look['hints'],
): DataFrame[] {
  return framesOf(received, prepared, context, hints, (said) => ({
    executedQueryString: sql,
    custom: { queryId: received.queryId },
    notices: [runningNotice(received, progress), ...said],
  }));
}

function finalFrames(outcome: Outcome, prepared: Prepared, context: TargetContext, hints: Look['hints']): DataFrame[] {
  const cut = cutNotice(outcome, context.limits);
  return framesOf(outcome, prepared, context, hints, (said) => {
    const notices = [...(cut ? warnings([cut]) : []), ...said];
    return {
      executedQueryString: outcome.sql,
      custom: { queryId: outcome.queryId },
      stats: statsOf(outcome),
      ...(notices.length > 0 && { notices }),
    };
  });
}

function framesOf(
  received: Received,
  prepared: Prepared,
  { query }: TargetContext,
  hints: Look['hints'],
  metaOf: (said: NonNullable<QueryResultMeta['notices']>) => QueryResultMeta,
): DataFrame[] {
  const { refId, format } = query;
  const { frames, notices } = toDataFrames(received.blocks, {
    ...{ refId, format, timezone: prepared.timezone, hints },
  });
  const meta = metaOf(warnings([...prepared.notices, ...notices]));
  return frames.map((frame) => ({
    ...frame,
    meta: { ...frame.meta, ...meta, custom: { ...frame.meta?.custom, ...meta.custom } },
  }));
}

function sentOnly(refId: string, { comment, statement }: Prepared): DataFrame {
  return { refId, length: 0, fields: [], meta: { executedQueryString: `${comment}\n${statement}` } };
}
