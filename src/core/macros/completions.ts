import { macros } from './table';
import { usage } from './usage';
import type { Macro } from './macro';

/** What an editor offers for a macro. */
export interface Completion {
  /** With the prefix, e.g. `$__timeFilter`. */
  readonly name: string;
  /** How a call is written, e.g. `$__timeFilter(column)`. */
  readonly signature: string;
  /** The text to put in, with its places as editors of the Language Server Protocol write them: `${1:column}`. */
  readonly snippet: string;
  /** Markdown: what it stands for, and its arguments. */
  readonly documentation: string;
  /** `expression` within a query, `statement` in place of SELECT, `template` before variables are filled in. */
  readonly kind: Macro['kind'];
}

/** One for each macro, in the order of the docs. */
export const completions: readonly Completion[] = macros.map((macro) => ({
  name: macro.name,
  signature: usage(macro),
  snippet: snippetOf(macro),
  documentation: documentationOf(macro),
  kind: macro.kind,
}));

function snippetOf(macro: Macro): string {
  // A dollar sign begins a place in a snippet: the macro's own is escaped.
  const name = `\\${macro.name}`;
  if (macro.arguments.length === 0) return name;
  const places = macro.arguments.map((argument, i) => `\${${i + 1}:${argument.name}}`);
  const table = macro.kind === 'statement' ? ` FROM \${${places.length + 1}:table}` : '';
  return `${name}(${places.join(', ')})${table}`;
}

function documentationOf(macro: Macro): string {
  const lines = macro.arguments.map(({ name, description }) => `- \`${name}\`: ${description}`);
  return [macro.description, lines.join('\n'), `\`\`\`sql\n${macro.example}\n\`\`\``].filter(Boolean).join('\n\n');
}
