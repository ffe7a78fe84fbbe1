import { altinity, dropped } from './migration';
import { expandMacros } from './expand';
import { macroNamed, macros } from './table';
import { usage } from './usage';
import type { Macro, MacroContext } from './macro';
import type { Migration } from './migration';

const intro = `# Macros

A macro is a word beginning with \`$__\` that is replaced before a query is sent. Printed from the table in
\`src/core/macros\`; \`tidemark sql expand\` shows what a query becomes.

- Variables are filled in first, then macros, then ad hoc filters. \`$__conditionalAll\` comes before the variables.
- Arguments may be any expression, with macros in them; commas within brackets and quotes do not separate arguments.
- The whole name counts: \`$__timeFilter_ms\` is not \`$__timeFilter\`. Names not listed here stay as they are, with a
  notice.
- Nothing in comments or strings is replaced. A macro of this list in a string gives a notice.
- A column given to a filter is never wrapped in a function, so ClickHouse can use its index. An expression that is more
  than a name, a call or a cast is put in brackets.
- Days, weeks, months and hours are those of the dashboard's time zone. Weeks begin on Monday.
- An error names the macro, its line and column, and what to write.
`;

const statementIntro = `## Macros that make a whole query

They stand in place of the word SELECT, with FROM behind them, and make one query of bucket, key and value. Each counts
for its own SELECT: one in every part of a UNION, in a sub-query, in a WITH expression.

- The range is filtered on the time column ahead of your own WHERE, which is kept in brackets: \`range AND (yours)\`.
- FROM with all that belongs to it (JOIN, FINAL, SAMPLE, ARRAY JOIN), PREWHERE, HAVING, WINDOW, QUALIFY, ORDER BY, LIMIT,
  LIMIT BY, SETTINGS, FORMAT and comments stay as you wrote them; so does what stands before (WITH, EXPLAIN).
  Without an ORDER BY of yours the rows are ordered by bucket and key. A semicolon at the end is dropped.
- GROUP BY is the macro's own (but of \`$__lttb\`). HAVING speaks of the bucket before changes are computed, QUALIFY of
  the result.
- Where a column of the query has the name of one that the macro makes (\`t\`, \`metric\`, \`value\`), the macro computes
  under private names, so your WHERE means the column of the table. Only HAVING means the macro's column; where that
  cannot be told apart, an error asks for another name.
`;

const decisions = `## Where this differs from other plugins, and why

- **Per key, by window functions.** Changes are computed over \`PARTITION BY key ORDER BY t\`. \`runningDifference\` and
  \`neighbor\`, which other plugins use, are deprecated and compare rows of different blocks and keys.
- **The first bucket and a reset are \`nan\`, never 0 and never negative.** Nothing is known of the time before the first
  bucket, and a counter that began anew says nothing of what it had reached. \`$__delta…\` keeps the sign: it is for
  values that may fall.
- **Seconds since the bucket before, not the interval.** Where buckets are missing, the change is spread over the time
  that really passed, also over a day of 23 or 25 hours.
- **Rows, not arrays.** \`$__columns\` gives rows of \`t\`, \`metric\`, \`value\`; Grafana makes series of them.
- **A time column is always named.** Nothing is guessed from pickers, and only the one WHERE of the macro's SELECT gets
  the filter.
- **No \`…Ms\` forms of whole queries.** Buckets of a whole query are at least a second; for finer ones write the SELECT
  with \`$__timeInterval_ms\`.
- **Integer columns.** Seconds since 1970 may be given to \`$__timeFilter\` as they are; for milliseconds write
  \`column >= $__from AND column <= $__to\`.
`;

/** What the documented examples are filled in from. */
export const exampleContext: MacroContext = {
  fromMs: Date.UTC(2024, 4, 1),
  toMs: Date.UTC(2024, 4, 1, 6),
  intervalMs: 60_000,
  timezone: 'UTC',
};

/** The page docs/macros.md: a test holds the two together. */
export function macrosPage(): string {
  const of = (kinds: readonly Macro['kind'][]) => macros.filter(({ kind }) => kinds.includes(kind)).map(section);
  return [
    `${intro}\n## Macros within a query\n`,
    ...of(['expression', 'template']),
    statementIntro,
    ...of(['statement']),
    decisions,
    migrations('From Altinity’s plugin', altinity),
    migrations('From the official plugin', dropped, 'All other names are the same here.'),
  ].join('\n');
}

function section(macro: Macro): string {
  const lines = [`### \`${usage(macro)}\``, '', macro.description, ''];
  for (const argument of macro.arguments)
    lines.push(`- \`${argument.name}\`${argument.repeated ? ' (again and again)' : ''}: ${argument.description}`);
  if (macro.arguments.length > 0) lines.push('');
  lines.push('```sql', macro.example, '```', '');
  if (macro.kind !== 'template')
    lines.push('becomes', '', '```sql', expandMacros(macro.example, exampleContext).sql, '```', '');
  return lines.join('\n');
}

function migrations(title: string, rows: readonly Migration[], more?: string): string {
  const written = ({ from, to, note = '' }: Migration) =>
    `| \`${from}\` | ${to === undefined ? 'nothing' : isCode(to) ? `\`${to}\`` : to} | ${note} |`;
  const table = ['| There | Here | |', '|---|---|---|', ...rows.map(written)];
  return [`## ${title}`, '', ...(more === undefined ? [] : [more, '']), ...table, ''].join('\n');
}

function isCode(text: string): boolean {
  return text.startsWith('$') || text.includes('.') || macroNamed(text) !== undefined;
}
