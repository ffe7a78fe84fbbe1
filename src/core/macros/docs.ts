import { macros, usage } from './table';
import type { Macro } from './macro';

const intro = `# Macros

A macro is a word beginning with \`$__\` that is replaced before a query is sent. Printed from the table in
\`src/core/macros\`; \`tidemark sql expand\` shows what a query becomes.

- Variables are filled in first, then macros, then ad hoc filters. \`$__conditionalAll\` comes before the variables.
- Arguments may be any expression, with macros in them; commas within brackets and quotes do not separate arguments.
- The whole name counts: \`$__timeFilter_ms\` is not \`$__timeFilter\`. Names not listed here stay as they are.
- Nothing in comments or strings is replaced. A macro of this list in a string gives a notice.
- A column given to a filter is never wrapped in a function, so ClickHouse can use its index. An expression that is more
  than a name, a call or a cast is put in brackets.
- Days, weeks, months and hours are those of the dashboard's time zone. Weeks begin on Monday.
- An error names the macro, its line and column, and what to write.
`;

/** The page docs/macros.md: a test holds the two together. */
export function macrosPage(): string {
  return `${intro}\n${macros.map(section).join('\n')}`;
}

function section(macro: Macro): string {
  const lines = [`## \`${usage(macro)}\``, '', macro.description, ''];
  for (const argument of macro.arguments)
    lines.push(`- \`${argument.name}\`${argument.repeated ? ' (again and again)' : ''}: ${argument.description}`);
  if (macro.arguments.length > 0) lines.push('');
  lines.push('```sql', macro.example, '```', '');
  return lines.join('\n');
}
