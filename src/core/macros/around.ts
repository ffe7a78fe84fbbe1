import { aliasIn } from '../sql/alias';
import { unquote } from '../sql/names';
import type { Select } from '../sql/selects';
import type { SelectAround } from './macro';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';
import type { ClauseName } from '../sql/clauses';

const reading: readonly ClauseName[] = ['WITH', 'FROM', 'PREWHERE', 'WHERE'];
const grouping: readonly ClauseName[] = ['GROUP', 'HAVING'];

/**
 * What stands in a SELECT, by names. ClickHouse lets an alias take the place of a column in every clause, so an alias
 * may only be given where nothing reads a column of that name. A name counts wherever it stands, as a function's too:
 * a needless private name costs nothing. `args` are the macro's arguments.
 */
export function selectAround(tokens: readonly Token[], select: Select, args: readonly TokenRange[]): SelectAround {
  const namesIn = (ranges: readonly TokenRange[]) => new Set(ranges.flatMap((range) => names(tokens, range)));
  const clauses = (wanted: readonly ClauseName[]) => select.clauses.filter(({ name }) => wanted.includes(name));
  const read = namesIn(clauses(reading));
  const readBy = args.map((range) => namesIn([aliasIn(tokens, range)?.expression ?? range]));
  const grouped = new Set(clauses(grouping).flatMap((range) => names(tokens, range, isAlone)));
  const all = namesIn([select]);
  return {
    grouped: select.clauses.some(({ name }) => name === 'GROUP'),
    reads: (name, but) => read.has(name) || readBy.some((names, i) => i !== but && names.has(name)),
    groupsBy: (name) => grouped.has(name),
    fresh: (name) => {
      let made = `__${name}`;
      while (all.has(made)) made += '_';
      return made;
    },
  };
}

function names(
  tokens: readonly Token[],
  { from, to }: TokenRange,
  counts: (tokens: readonly Token[], at: number) => boolean = () => true,
): string[] {
  return tokens
    .slice(from, to)
    .flatMap(({ kind, text }, i) =>
      (kind === 'word' || kind === 'quotedIdentifier') && counts(tokens, from + i) ? [unquote(text)] : [],
    );
}

/** Whether a name is no part of a dotted one: `t.k` speaks of the table t, not of a column. */
function isAlone(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.kind !== 'dot' && tokens[at + 1]?.kind !== 'dot';
}
