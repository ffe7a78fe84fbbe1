import { roleNames } from '../core/model';
import type { RoleName } from '../core/model';
import { roles } from '../packs/roles';
import { deletingTerms, ttlDays } from '../schema/inspect/ttl';
import { columnsFor } from './columns';
import type { RoleColumns } from './columns';
import type { DimensionChoice } from './dimensions';
import { dimensionsFor } from './dimensions';
import type { LookedTable } from './look';
import { nameScore } from './names';
import type { ClassChoice } from './sourceClass';
import { sourceClassFor } from './sourceClass';
import { featuresFor, stepsFor } from './steps';
import { setAside, vocabulary } from './vocabulary';

/** How a table would play a role. */
export interface Proposal extends RoleColumns {
  readonly role: RoleName;
  readonly table: LookedTable;
  readonly sourceClass: ClassChoice;
  /** Only where the table's TTL is one that Tidemark cannot read. */
  readonly keepsDays?: number;
  readonly dimensions: readonly DimensionChoice[];
  readonly steps: readonly string[];
  readonly features: readonly string[];
  /** 0 to 1. */
  readonly score: number;
}

/** How sure a choice is, in words. */
export const sureness = (score: number): 'sure' | 'likely' | 'a guess' =>
  score >= 0.8 ? 'sure' : score >= 0.55 ? 'likely' : 'a guess';

/** From here on a table is proposed without being asked for. */
export const leastScore = 0.5;

/** How the table would play the role; undefined where it lacks something that the role needs. Pure. */
export function proposalFor(role: RoleName, table: LookedTable): Proposal | undefined {
  const found = columnsFor(role, table);
  if (found.lacking.length > 0) return undefined;
  const sourceClass = sourceClassFor(role, table, found);
  const columns = found.columns.filter(({ logical }) => !sourceClass.without.includes(logical));
  const time = columns.find(({ logical }) => logical === 'time')?.column ?? '';
  const keepsDays = keepsDaysFor(table, time);
  const event = role === 'events' ? columns.find(({ logical }) => logical === 'event')?.look : undefined;
  const steps = stepsFor(event);
  return {
    role,
    table,
    columns,
    constants: found.constants,
    lacking: [],
    sourceClass,
    ...(keepsDays !== undefined && { keepsDays }),
    dimensions: dimensionsFor(role, table, columns),
    steps,
    features: featuresFor(event, steps),
    score: scoreOf(role, table, found),
  };
}

function scoreOf(role: RoleName, table: LookedTable, { columns, constants }: RoleColumns): number {
  const required = new Set(roles[role].columns.filter((c) => c.required).map(({ name }) => name));
  if (role === 'requests') required.add(columns.some((c) => c.logical === 'error') ? 'error' : 'status');
  const scores = [...columns, ...constants].filter(({ logical }) => required.has(logical)).map(({ score }) => score);
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  const [database = '', name = ''] = table.name.split('.');
  const aside = setAside.test(`${database}.${name}`) ? 0.6 : 1;
  const empty = table.sampled === 0 ? 0.8 : 1;
  const derived = table.engine.endsWith('MergeTree') ? 1 : 0.95;
  return (0.7 * mean + 0.3 * nameScore(name, vocabulary[role].table)) * aside * empty * derived;
}

/** Days to write down where the TTL does not tell by the time column how many are whole: a safe number from its intervals. */
function keepsDaysFor({ engineFull }: LookedTable, time: string): number | undefined {
  const terms = deletingTerms(engineFull);
  if (terms.every((term) => ttlDays(term, time) !== undefined)) return undefined;
  const days: Readonly<Record<string, number>> = { Day: 1, Week: 7, Month: 28, Quarter: 88, Year: 365 };
  const found = [...terms.join(' ').matchAll(/toInterval(Day|Week|Month|Quarter|Year)\((\d+)\)/g)].map(
    ([, unit = '', n]) => (days[unit] ?? 1) * Number(n) - 1,
  );
  return Math.max(1, Math.min(...found, 3650));
}

/** Candidates of each role, the best first. */
export type Candidates = Readonly<Record<RoleName, readonly Proposal[]>>;

/** Every way in which the tables can play the roles. Pure. */
export function candidatesOf(tables: readonly LookedTable[]): Candidates {
  const of = (role: RoleName) =>
    tables
      .flatMap((table) => proposalFor(role, table) ?? [])
      .sort(
        (a, b) =>
          b.score - a.score || (b.table.rows ?? 0) - (a.table.rows ?? 0) || (a.table.name < b.table.name ? -1 : 1),
      );
  return Object.fromEntries(roleNames.map((role) => [role, of(role)] as const)) as unknown as Candidates;
}

/** One table for each role where one is good enough, no table for two roles: what `--yes` takes. */
export function chosenOf(candidates: Candidates): ReadonlyMap<RoleName, Proposal> {
  const chosen = new Map<RoleName, Proposal>();
  const taken = new Set<string>();
  const all = roleNames.flatMap((role) => candidates[role]).filter(({ score }) => score >= leastScore);
  for (const proposal of all.sort((a, b) => b.score - a.score)) {
    const { role, table } = proposal;
    if (chosen.has(role) || taken.has(table.name)) continue;
    if (role === 'refunds' && refundsFromOrders(chosen)) continue;
    chosen.set(role, proposal);
    taken.add(table.name);
  }
  return new Map(roleNames.flatMap((role) => (chosen.has(role) ? [[role, chosen.get(role)!] as const] : [])));
}

/** Whether refunds are made of the orders table already. */
export const refundsFromOrders = (chosen: ReadonlyMap<RoleName, Proposal>): boolean =>
  chosen.get('orders')?.columns.some(({ logical }) => logical === 'refundTime') ?? false;

/** Tables that nearly can play a role, and what they lack: sentences' parts. */
export function nearMisses(tables: readonly LookedTable[]): readonly string[] {
  return tables.flatMap((table) => {
    const [name = ''] = table.name.split('.').slice(1);
    const best = roleNames
      .map((role) => ({
        role,
        lacking: columnsFor(role, table).lacking,
        named: nameScore(name, vocabulary[role].table),
      }))
      .filter(({ lacking, named }) => lacking.length > 0 && named >= (lacking.length === 1 ? 0.4 : 0.8))
      .sort((a, b) => b.named - a.named || a.lacking.length - b.lacking.length)[0];
    return best ? [`${table.name} could be ${best.role} but for ${best.lacking.join(', ')}`] : [];
  });
}
