import type { RoleName } from '../core/model';
import { dimensionRoles, reservedNames, roles } from '../packs/roles';
import type { ColumnChoice } from './columns';
import type { Look, LookedTable } from './look';
import { snakeCase } from './names';
import { knownDimensions, neverDimension } from './vocabulary';

/** A column or path proposed to group and filter by. */
export interface DimensionChoice {
  readonly name: string;
  /** As tidemark.yaml names it. */
  readonly from: string;
  readonly look: Look;
}

const mostDimensions = 4;
const mostValues = 200;
/** Share of the rows that must have a value: of a column, and of a path, which only some events have. */
const leastFilled = { column: 0.5, path: 0.3 } as const;

/** Chooses what to group and filter by: few values that come again, nothing personal, best-known names first. Pure. */
export function dimensionsFor(
  role: RoleName,
  table: LookedTable,
  columns: readonly ColumnChoice[],
): readonly DimensionChoice[] {
  if (!dimensionRoles.includes(role)) return [];
  const used = new Set(columns.map(({ column }) => column));
  const plain = [...table.looks.values()].filter(
    (look) =>
      !used.has(look.name) &&
      !look.name.includes('.') &&
      /^(LowCardinality\(|Nullable\()*(String|Enum|Bool|FixedString)/.test(look.type),
  );
  const fitting = [
    ...plain.filter((look) => fits(look, leastFilled.column)),
    ...table.paths.filter((look) => fits(look, leastFilled.path)),
  ];
  const taken = new Set([...reservedNames[role], ...roles[role].columns.map(({ name }) => snakeCase(name))]);
  const chosen: DimensionChoice[] = [];
  for (const look of fitting.sort(
    (a, b) => rank(a) - rank(b) || a.distinct - b.distinct || (a.name < b.name ? -1 : 1),
  )) {
    const name = nameOf(look.name, taken);
    if (name === undefined || chosen.length === mostDimensions) continue;
    taken.add(name);
    chosen.push({ name, from: look.name, look });
  }
  return chosen;
}

function fits({ name, rows, filled, distinct, personal }: Look, least: number): boolean {
  const bare = snakeCase(name.split('.').at(-1) ?? name).replace(/^_+/, '');
  if (personal || neverDimension.test(bare) || name.startsWith('_')) return false;
  if (rows === 0 || filled / rows < least || distinct < 2 || distinct > mostValues) return false;
  // In a small sample nearly everything has few values.
  return distinct / filled < 0.3;
}

/** Place among the known names; behind all of them where it is not known. */
function rank({ name }: Look): number {
  const place = knownDimensions.indexOf(snakeCase(name.split('.').at(-1) ?? name));
  return place < 0 ? knownDimensions.length : place;
}

/** A name that tidemark.yaml accepts, not taken yet; undefined where there is none. */
function nameOf(from: string, taken: ReadonlySet<string>): string | undefined {
  const last = snakeCase(from.split('.').at(-1) ?? '');
  const all = snakeCase(from.replaceAll('.', '_'));
  return [last, all, `${last}_name`].find((name) => /^[a-z][a-z0-9_]*$/.test(name) && !taken.has(name));
}
