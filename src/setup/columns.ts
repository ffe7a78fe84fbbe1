import type { RoleName } from '../core/model';
import { constantColumns, roles } from '../packs/roles';
import { engineColumns } from './engine';
import type { Fit } from './fit';
import { fitOf } from './fit';
import type { Look, LookedTable } from './look';
import { currencyInName } from './names';
import type { TableColumn } from './tables';

/** A column chosen for a logical one. */
export interface ColumnChoice extends Fit {
  readonly logical: string;
  readonly column: string;
  readonly type: string;
  readonly look: Look | undefined;
}

/** A value chosen for all rows, where no column has it. */
export interface ConstantChoice extends Fit {
  readonly logical: string;
  readonly value: string;
}

/** What a table has of a role. */
export interface RoleColumns {
  readonly columns: readonly ColumnChoice[];
  readonly constants: readonly ConstantChoice[];
  /** Required logical columns for which nothing was found. */
  readonly lacking: readonly string[];
}

/** Below this a column is not proposed. */
const least = 0.35;

/** Chooses columns for a role, the best fits first; no column is taken twice. Pure. */
export function columnsFor(role: RoleName, table: LookedTable): RoleColumns {
  const own = engineColumns(table);
  const fits = roles[role].columns.flatMap(({ name: logical }) =>
    table.columns.map((column) => choice(role, logical, column, table, own)).filter(({ score }) => score >= least),
  );
  const chosen = new Map<string, ColumnChoice>();
  const taken = new Set<string>();
  for (const fit of [...fits].sort((a, b) => b.score - a.score)) {
    if (chosen.has(fit.logical) || taken.has(fit.column)) continue;
    chosen.set(fit.logical, fit);
    taken.add(fit.column);
  }
  drop(chosen, 'refundTime', !chosen.has('refundAmount'));
  if (!chosen.has('time')) fallBack(chosen, taken, table);
  const constants = constantsFor(role, table, chosen);
  const given = new Set([...chosen.keys(), ...constants.map(({ logical }) => logical)]);
  const lacking = roles[role].columns
    .filter(({ name, required }) => required && !given.has(name))
    .map(({ name }) => name);
  if (role === 'requests' && !given.has('status') && !given.has('error')) lacking.push('status');
  const inOrder = roles[role].columns.flatMap(({ name }) => chosen.get(name) ?? []);
  return { columns: inOrder, constants, lacking };
}

function choice(
  role: RoleName,
  logical: string,
  column: TableColumn,
  table: LookedTable,
  own: { readonly version?: string; readonly deleted?: string },
): ColumnChoice {
  const look = table.looks.get(column.name);
  const fit = fitOf(role, logical, column, look);
  const engines =
    (logical === 'version' && own.version === column.name) || (logical === 'deleted' && own.deleted === column.name);
  const known = engines && (logical !== 'version' || /^U?Int/.test(column.type));
  const told = known ? { score: 1, why: [`the engine's own (${table.engine})`] } : fit;
  return { logical, column: column.name, type: column.type, look, ...told };
}

function drop(chosen: Map<string, ColumnChoice>, logical: string, when: boolean): void {
  if (when) chosen.delete(logical);
}

/** The only time that a table has is its time, whatever its name. */
function fallBack(chosen: Map<string, ColumnChoice>, taken: Set<string>, table: LookedTable): void {
  const times = table.columns.filter(({ name, type }) => /^(Nullable\()?Date/.test(type) && !taken.has(name));
  const [only] = times;
  if (times.length !== 1 || !only) return;
  taken.add(only.name);
  chosen.set('time', {
    logical: 'time',
    column: only.name,
    type: only.type,
    look: table.looks.get(only.name),
    score: 0.5,
    why: ['the only time that is left'],
  });
}

function constantsFor(role: RoleName, table: LookedTable, chosen: ReadonlyMap<string, ColumnChoice>): ConstantChoice[] {
  return constantColumns[role].flatMap((logical): ConstantChoice[] => {
    if (chosen.has(logical)) return [];
    if (logical === 'service')
      return [
        {
          logical,
          value: table.name.split('.')[0] ?? 'app',
          score: 0.4,
          why: ['no column tells it; the name of the database'],
        },
      ];
    const money = chosen.get('amount') ?? chosen.get('mrr');
    const { currency } = currencyInName(money?.column ?? '');
    return currency === undefined
      ? [{ logical, value: 'USD', score: 0.2, why: ['no column tells it; a guess, to be corrected'] }]
      : [{ logical, value: currency, score: 0.8, why: [`the name of ${money?.column}`] }];
  });
}
