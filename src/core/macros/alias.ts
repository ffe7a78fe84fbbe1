import { aliasIn } from '../sql/alias';
import { tokenize } from '../sql/lexer';
import { unquote } from '../sql/names';
import type { Refuse } from './macro';

/** An argument `expression AS name`. */
export interface Aliased {
  readonly expression: string;
  /** As it was written, in quotes where it was. */
  readonly alias?: string;
}

/**
 * Splits an argument from the name behind it. Refuses a name in single quotes.
 * @example splitAlias('max(a) AS b', refuse).alias // b
 */
export function splitAlias(argument: string, refuse: Refuse): Aliased {
  const tokens = tokenize(argument);
  const aliased = aliasIn(tokens, { from: 0, to: tokens.length });
  if (aliased === undefined) return { expression: argument };
  const { expression, name } = aliased;
  const { kind, text: alias } = tokens[name]!;
  if (kind === 'string')
    throw refuse(`the name ${alias} stands in quotes of a text. Write it bare or in backticks: AS \`name\`.`);
  return { expression: argument.slice(0, tokens[expression.to - 1]!.end), alias };
}

/** The name of a column given by its bare name; `undefined` for any other expression. */
export function bareColumn(expression: string): string | undefined {
  const [token, ...more] = tokenize(expression);
  return more.length === 0 && (token?.kind === 'word' || token?.kind === 'quotedIdentifier') ? token.text : undefined;
}

/** The name that stands twice in a list of names, quoted or not. */
export function twice(names: readonly string[]): string | undefined {
  const plain = names.map(unquote);
  return names.find((_, i) => plain.indexOf(plain[i]!) !== i);
}
