import { aliasWord } from './around';
import { tokenize } from '../sql/lexer';
import { trimTrivia } from '../sql/brackets';
import { unquote } from '../sql/names';

/** An argument `expression AS name`. */
export interface Aliased {
  readonly expression: string;
  /** As it was written, in quotes where it was. */
  readonly alias?: string;
}

/** Splits an argument at the `AS` behind which its name stands. @example splitAlias('max(a) AS b').alias // b */
export function splitAlias(argument: string): Aliased {
  const tokens = tokenize(argument);
  const as = aliasWord(tokens, { from: 0, to: tokens.length });
  if (as === undefined) return { expression: argument };
  const { to } = trimTrivia(tokens, { from: 0, to: as });
  const expression = argument.slice(0, tokens[to - 1]!.end);
  return { expression, alias: tokens.at(-1)!.text };
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
