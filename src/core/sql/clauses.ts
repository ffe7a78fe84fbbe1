import { closingBracket } from './brackets';
import { isTrivia, isWord } from './tokens';
import type { Token } from './tokens';
import type { TokenRange } from './brackets';

/** Words that begin a clause of a SELECT, with the word that has to follow, if any. */
const clauseWords = {
  WITH: [],
  SELECT: [],
  FROM: [],
  PREWHERE: [],
  WHERE: [],
  GROUP: ['BY'],
  HAVING: [],
  WINDOW: [],
  QUALIFY: [],
  ORDER: ['BY'],
  LIMIT: [],
  OFFSET: [],
  FETCH: ['FIRST', 'NEXT'],
  SETTINGS: [],
  FORMAT: [],
  INTO: ['OUTFILE'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ClauseName = keyof typeof clauseWords;

/** A clause of a SELECT: its tokens from its first word on to the next clause. */
export interface Clause extends TokenRange {
  readonly name: ClauseName;
}

/** Moves over tokens outside brackets that are neither whitespace nor comments. */
export function nextOutside(tokens: readonly Token[], at: number, end: number): number {
  let i = at;
  const token = tokens[i];
  if (token?.kind === 'open') i = closingBracket(tokens, i) ?? end;
  for (i++; i < end && isTrivia(tokens[i]!);) i++;
  return Math.min(i, end);
}

/** The first token from `at` on that is neither whitespace nor a comment; `end` where there is none. */
export function firstSignificant(tokens: readonly Token[], at: number, end: number): number {
  let i = at;
  while (i < end && isTrivia(tokens[i]!)) i++;
  return i;
}

/**
 * The clauses of one SELECT (without UNION), outside brackets, in their order. Names spelled as a clause's word (a
 * table `settings`, a column `t.limit`, a function `format(…)`, an alias `AS window`) are told from it by what stands
 * around them and by the order of clauses. Never throws.
 */
export function clausesOf(tokens: readonly Token[], { from, to }: TokenRange): Clause[] {
  const clauses: { name: ClauseName; from: number; to: number }[] = [];
  let previous: Token | undefined;
  let sampled = false;
  for (let i = firstSignificant(tokens, from, to); i < to;) {
    const next = nextOutside(tokens, i, to);
    const name = sampled ? undefined : clauseAt(tokens[i]!, tokens[next], previous);
    const last = clauses.at(-1);
    if (name && mayFollow(name, last?.name)) {
      if (last) last.to = i;
      clauses.push({ name, from: i, to });
    }
    previous = tokens[i];
    // `SAMPLE 1/10 OFFSET 1/2`: up to the second ratio all belongs to the table.
    if (last?.name === 'FROM' && isWord(previous, 'SAMPLE')) sampled = true;
    else if (sampled) sampled = isRatio(previous!) && (isRatio(tokens[next]) || isWord(tokens[next], 'OFFSET'));
    i = next;
  }
  return clauses;
}

function isRatio(token: Token | undefined): boolean {
  return token?.kind === 'number' || token?.text === '/';
}

function clauseAt(token: Token, next: Token | undefined, previous: Token | undefined): ClauseName | undefined {
  if (token.kind !== 'word') return undefined;
  const word = token.text.toUpperCase();
  if (!isClauseName(word)) return undefined;
  // FROM is nobody's name, and may follow the comma that ClickHouse allows at the end of a list.
  if (word === 'FROM') return previous?.kind === 'dot' ? undefined : word;
  const followers: readonly string[] = clauseWords[word];
  if (followers.length > 0 && !followers.some((follower) => isWord(next, follower))) return undefined;
  if (nameBefore(previous)) return undefined;
  if (word === 'WITH' && ['TOTALS', 'ROLLUP', 'CUBE'].some((w) => isWord(next, w))) return 'GROUP';
  return nameAfter(word, next) ? undefined : word;
}

function isClauseName(word: string): word is ClauseName {
  return Object.hasOwn(clauseWords, word);
}

const wantsName = new Set(
  'AS FROM JOIN BY SELECT DISTINCT WHERE PREWHERE HAVING QUALIFY ON USING AND OR NOT IN LIKE ILIKE BETWEEN CASE WHEN THEN ELSE'.split(
    ' ',
  ),
);

/** Whether the token before asks for a name or a value: then this is one. */
function nameBefore(previous: Token | undefined): boolean {
  if (!previous) return false;
  if (previous.kind === 'dot' || previous.kind === 'comma') return true;
  if (previous.kind === 'operator') return previous.text !== '*';
  return previous.kind === 'word' && wantsName.has(previous.text.toUpperCase());
}

/** Whether the token after makes a column, a function or an alias of the word. */
function nameAfter(word: ClauseName, next: Token | undefined): boolean {
  if (!next) return word !== 'SELECT';
  if (next.kind === 'dot' || next.kind === 'comma' || next.kind === 'close') return true;
  if (next.kind === 'operator') return !['*', '-', '\u2212', '+', '@@', '?'].includes(next.text);
  if (word === 'FORMAT' || word === 'SETTINGS') return next.kind === 'open';
  // `WITH FILL` and `WITH TIES` belong to the clause that they stand in.
  return word === 'WITH' && ['FILL', 'TIES'].some((w) => isWord(next, w));
}

const order: readonly ClauseName[] = Object.keys(clauseWords).filter(isClauseName);

/** Clauses come in one order; only FROM may stand before SELECT, SETTINGS and FORMAT on either side of each other. */
function mayFollow(name: ClauseName, last: ClauseName | undefined): boolean {
  if (last === undefined) return name === 'WITH' || name === 'SELECT' || name === 'FROM';
  if (last === 'FROM' && name === 'SELECT') return true;
  if (name === last) return name === 'LIMIT';
  const tail: readonly ClauseName[] = ['LIMIT', 'OFFSET', 'FETCH', 'SETTINGS', 'FORMAT', 'INTO'];
  if (tail.includes(name) && tail.includes(last)) return true;
  return order.indexOf(name) > order.indexOf(last);
}
