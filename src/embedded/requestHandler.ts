import { randomUUID } from 'node:crypto';

import { blockFormats, collectedAnswer, pipedAnswer, streamedAnswer, wholeAnswer, writtenAnswer } from './answer';
import { checkLogin } from './access';
import { ByteQueue } from './byteQueue';
import { EngineError, asEngineError, refusal } from './engineError';
import { findInsertHead, maxHeadBytes } from './insertHead';
import { insertFrom } from './insertStatement';
import { createExternalTables, readForm, withoutTableParameters } from './multipart';
import { needsRewriting, rewriteBlocks } from './nativeRevision';
import { readParameters } from './parameters';
import { tagOf, withClientIds } from './queryId';
import { queryLogRow } from './queryLogRow';
import { decodedBody } from './requestBody';
import { Responder } from './response';
import { prepare, prepareShared } from './sessionState';
import { flushesLogs, parseStatement } from './statement';

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Login } from './access';
import type { Answer } from './answer';
import type { Engine, EngineSession } from './engine';
import type { Fifos } from './fifos';
import type { HttpSessions } from './httpSessions';
import type { Form } from './multipart';
import type { Parameters } from './parameters';
import type { QueryLog } from './queryLog';
import type { FinishedQuery } from './queryLogRow';
import type { RunningQueries } from './runningQueries';
import type { ServerFacts } from './response';
import type { Access } from './sessionState';
import type { Spool, SpoolFile } from './spool';
import type { Statement } from './statement';

/** What request handling works with. */
export interface Services {
  readonly engine: Engine;
  readonly spool: Spool;
  readonly fifos: Fifos;
  readonly sessions: HttpSessions;
  readonly running: RunningQueries;
  readonly facts: ServerFacts;
  readonly login: Login;
  readonly readonly: boolean;
  /** Absent: queries are not written down. */
  readonly queryLog: QueryLog | undefined;
}

/** The longest statement without data that is read, in bytes. */
const maxStatementBytes = 64 * 1024 * 1024;

/** A query as it came: the statement, or an INSERT with its data in a file. */
type Query =
  | { readonly kind: 'statement'; readonly statement: Statement }
  | { readonly kind: 'insert'; readonly sql: string; readonly file: SpoolFile; readonly head: string };

/** Answers a request that carries a query. Never throws: errors go to the client. */
export async function handleQuery(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const startedMs = Date.now();
  const responder = new Responder(request, response, services.facts);
  let asked: Omit<FinishedQuery, 'endedMs'> | undefined;
  let answer: Answer | undefined;
  const cleanups: (() => unknown)[] = [];
  let error: EngineError | undefined;
  try {
    checkLogin(request.headers, url.searchParams, services.login);
    const form = isForm(request) ? await readForm(request, services.spool) : undefined;
    for (const file of form?.files.values() ?? []) cleanups.push(() => file.remove());
    const given = [...url.searchParams, ...(form?.fields ?? [])];
    const parameters = readParameters(withoutTableParameters(given, form?.files ?? new Map()), request.headers);
    const queryId = parameters.queryId ?? randomUUID();
    responder.setQueryId(queryId);
    const inParameters = given.filter(([name]) => name === 'query').map(([, text]) => text);
    const query = form
      ? { kind: 'statement' as const, statement: parseStatement(inParameters.join('')) }
      : await readQuery(services, inParameters[0] ?? '', request);
    if (query.kind === 'insert') cleanups.push(() => query.file.remove());
    if (parameters.settings.get('log_queries') !== '0')
      asked = askedOf(services, request, query, parameters, startedMs, queryId);

    cleanups.push(services.running.enter(queryId));
    const reads = query.kind === 'statement' && query.statement.readsRows;
    // Nobody could read the rows any more; what writes goes on to its end, as in ClickHouse.
    response.once('close', () => {
      if (!response.writableFinished && reads) void services.running.cancel(queryId);
    });
    const session = takeSession(services, parameters, cleanups);
    cleanups.push(await services.engine.turn());
    const access = services.readonly ? 'readNoSettings' : request.method === 'POST' ? 'all' : 'read';
    cleanups.push(await enter(session, parameters, access, query, form, given));
    const answered = await answerTo(services, session, query, parameters, tagOf(queryId));
    answer = answered;
    cleanups.push(() => answered.close());
    await responder.send(answered, formatOf(query, parameters), parameters);
  } catch (thrown) {
    error = readable(asEngineError(thrown));
  }
  // Before the answer ends: the client's next request may need the session, or the same query id.
  for (const cleanup of cleanups.reverse()) await Promise.resolve(cleanup()).catch(() => undefined);
  if (asked) services.queryLog?.add(queryLogRow({ ...asked, endedMs: Date.now(), summary: answer?.standing(), error }));
  await (error ? responder.fail(error) : responder.finish());
}

function askedOf(
  { login }: Services,
  { headers }: IncomingMessage,
  query: Query,
  { database = 'default', settings }: Parameters,
  startedMs: number,
  queryId: string,
): Omit<FinishedQuery, 'endedMs'> {
  return {
    queryId,
    user: login.user,
    userAgent: headers['user-agent'] ?? '',
    database,
    text: query.kind === 'insert' ? query.head : query.statement.sql,
    verb: query.kind === 'insert' ? 'INSERT' : query.statement.verb,
    logComment: settings.get('log_comment') ?? '',
    startedMs,
  };
}

function isForm(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('multipart/form-data');
}

function takeSession({ engine, sessions }: Services, given: Parameters, cleanups: (() => unknown)[]): EngineSession {
  const { session: named } = given;
  if (named) {
    const session = sessions.take(named);
    cleanups.push(() => sessions.give(named));
    return session;
  }
  const session = engine.openSession();
  cleanups.push(() => session.close());
  return session;
}

/** Brings the session into the state asked for; the function returned leaves it. */
async function enter(
  session: EngineSession,
  given: Parameters,
  access: Access,
  query: Query,
  form: Form | undefined,
  fields: readonly (readonly [string, string])[],
): Promise<() => Promise<void>> {
  if (form && form.files.size > 0) await createExternalTables(session, fields, form.files);
  const verb = query.kind === 'insert' ? 'INSERT' : query.statement.verb;
  if (given.session) return prepareShared(session, given, access, verb);
  await prepare(session, given, access);
  return async () => undefined;
}

/** The query is what the URL says, a line break, and the body; what follows the head of an INSERT goes to a file. */
async function readQuery({ spool }: Services, inUrl: string, request: IncomingMessage): Promise<Query> {
  const body = decodedBody(request, request.headers['content-encoding']);
  const queue = new ByteQueue(prefixed(inUrl === '' ? '' : `${inUrl}\n`, body));
  for (let wanted = 2_048; ; wanted *= 4) {
    const start = await queue.peek(wanted);
    const ended = start.length < wanted;
    const head = findInsertHead(start, ended);
    if (head !== undefined && head !== 'incomplete') {
      const text = (await queue.take(head.dataAt)).toString('latin1');
      const file = await spool.write(queue.rest());
      const written = Buffer.from(text, 'latin1').toString('utf8').trimEnd();
      return { kind: 'insert', sql: insertFrom(file.path, text, head), file, head: written };
    }
    if (ended || head === undefined || wanted > maxHeadBytes) break;
  }
  const whole = await queue.peek(maxStatementBytes);
  if (whole.length >= maxStatementBytes) throw refusal('BAD_ARGUMENTS', 'The statement is longer than 64 MiB');
  return { kind: 'statement', statement: parseStatement(whole.toString('utf8')) };
}

async function* prefixed(text: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  if (text !== '') yield Buffer.from(text);
  yield* body;
}

async function answerTo(
  services: Services,
  session: EngineSession,
  query: Query,
  given: Parameters,
  tag: string,
): Promise<Answer> {
  const { engine, fifos } = services;
  if (query.kind === 'insert') return writtenAnswer(session, query.sql, tag);
  const original = query.statement;
  if (original.verb === 'INSERT') return writtenAnswer(session, original.sql, tag);
  if (original.verb === 'KILL' && original.tokens.some((token) => token.text.toUpperCase() === 'SYNC'))
    throw refusal('NOT_IMPLEMENTED', 'KILL … SYNC is not supported here (it never returns), use ASYNC');
  if (flushesLogs(original)) await services.queryLog?.flush();
  const statement = parseStatement(withClientIds(original));
  const format = statement.format ?? given.defaultFormat;
  const runnable = { engine, session, statement, tag, format };
  const { protocolVersion } = given;
  const rewrites = format === 'Native' && needsRewriting(protocolVersion);
  const answer = await (statement.readsRows && isBlockwise(statement, format, given)
    ? (given.waitForEnd ? collectedAnswer : streamedAnswer)(runnable)
    : given.waitForEnd || !statement.readsRows
      ? wholeAnswer(runnable)
      : pipedAnswer(runnable, fifos));
  return rewrites ? rewrittenAnswer(answer, protocolVersion) : answer;
}

/** Totals, extremes and an array around the rows stand beside the blocks: the engine's stream gets them wrong. */
function isBlockwise({ withTotals, sql }: Statement, format: string, { settings }: Parameters): boolean {
  const beside = /\bextremes\b|output_format_json_array_of_rows/i;
  return blockFormats.has(format) && !withTotals && !beside.test(`${sql} ${[...settings.keys()].join(' ')}`);
}

/** The first block is rewritten before a header leaves, so that a type that cannot be is refused with a status. */
async function rewrittenAnswer(answer: Answer, protocolVersion: number): Promise<Answer> {
  const source = answer.chunks[Symbol.asyncIterator]();
  const next = async () => {
    const step = await source.next();
    return step.done === true ? undefined : rewriteBlocks(step.value, protocolVersion);
  };
  try {
    const first = await next();
    async function* chunks() {
      for (let block = first; block !== undefined; block = await next()) yield block;
    }
    return { ...answer, chunks: chunks() };
  } catch (thrown) {
    await answer.close();
    throw thrown;
  }
}

function formatOf(query: Query, { defaultFormat }: Parameters): string {
  return query.kind === 'insert' ? defaultFormat : (query.statement.format ?? defaultFormat);
}

/** The engine's text without the paths of spooled bodies and without an exception nested in itself. */
function readable(error: EngineError): EngineError {
  const text = error.message
    .replace(/^(Code: \d+\. DB::Exception: )\1/, '$1')
    .replace(/ \(version [\d.]+\)\. \([A-Z_]+\)(?=$)/, '')
    .replace(/\(in file\/uri [^)]*\)/g, '(in the request body)');
  return new EngineError(text.endsWith(')') ? text : `${text}. (${error.type})`);
}
