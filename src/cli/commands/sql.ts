import type { Command } from 'commander';

import { TidemarkError, messageOf } from '../../core/errors';
import { expandQuery } from '../../core/expand';
import { parseExpandRequest } from '../../core/request';
import { defineCommand } from '../run';

/** `tidemark sql`: what the plugin does to a panel's SQL, on the command line. */
export function sqlCommand(): Command {
  const group = defineCommand({
    name: 'sql',
    summary: 'Expand macros, variables and ad hoc filters as the plugin does',
    examples: ['tidemark sql expand < queries.jsonl'],
  });
  group.addCommand(
    defineCommand({
      name: 'expand',
      summary:
        'Read JSON lines {"sql","fromMs","toMs","intervalMs","timezone","variables","adhoc"} from stdin and write for each, in order, {"sql","notices"} or {"error":{"code","message"}}',
      examples: [
        `echo '{"sql":"SELECT $__timeInterval(t) FROM e WHERE $__timeFilter(t)","fromMs":0,"toMs":86400000,"intervalMs":60000,"timezone":"UTC"}' | tidemark sql expand`,
        `echo '{"sql":"$__perSecondColumns(t, host, bytes) FROM e","fromMs":0,"toMs":86400000,"intervalMs":60000,"timezone":"UTC"}' | tidemark sql expand`,
      ],
    }).action(() => expandStream(process.stdin, process.stdout)),
  );
  return group;
}

/** Where answers go; `false` from `write` means: wait for `drain`. */
export interface LineSink {
  write(text: string): boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * Answers each line as soon as it has been read, so an endless pipe works. Resolves when the input ends; a broken line
 * is answered with an error object like any other. Throws only where reading the input fails.
 */
export async function expandStream(input: AsyncIterable<Uint8Array | string>, output: LineSink): Promise<void> {
  for await (const lines of linesOf(input)) {
    const room = output.write(lines.map((line) => `${expandLine(line)}\n`).join(''));
    if (!room)
      await new Promise<void>((resolve) => {
        output.once('drain', resolve);
        output.once('close', resolve);
      });
  }
}

/** The answer to one line: `{"sql","notices"}` or `{"error":{"code","message"}}`, as JSON. Never throws. */
export function expandLine(line: string): string {
  try {
    const { query, notices } = parseExpandRequest(line);
    const expanded = expandQuery(query);
    return JSON.stringify({ sql: expanded.sql, notices: [...notices, ...expanded.notices] });
  } catch (thrown) {
    const code = thrown instanceof TidemarkError ? thrown.code : 'internal';
    return JSON.stringify({ error: { code, message: messageOf(thrown) } });
  }
}

/**
 * The lines of a stream, those of one chunk together. Only a line feed ends a line (a carriage return before it is
 * JSON's whitespace, U+2028 may stand in a JSON string); the last one needs none.
 */
async function* linesOf(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  const open: string[] = [];
  for await (const chunk of input) {
    const [first = '', ...rest] = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split(
      '\n',
    );
    open.push(first);
    if (rest.length === 0) continue;
    const whole = [open.join(''), ...rest.slice(0, -1)];
    open.length = 0;
    open.push(rest.at(-1) ?? '');
    yield whole;
  }
  const last = open.join('') + decoder.decode();
  if (last !== '') yield [last];
}
