import type { AlertRule, RuleKit } from '../../packs/rule';
import type { Db } from '../../core/db';
import type { Installation } from '../installation';
import { ruleKit, serverWorld } from './kit';

/** What a rule reads. */
export interface RuleReads {
  /** Tables, views and rollups of Tidemark's database. */
  readonly tables: readonly string[];
  /** Tables of `system`. */
  readonly system: readonly string[];
}

/** The tables that the statement of a rule names, found by writing it. */
export function readsOf(rule: AlertRule, installation: Installation): RuleReads {
  const tables = new Set<string>();
  const system = new Set<string>();
  const kit = ruleKit(rule, installation, serverWorld);
  const told =
    <T>(seen: Set<string>, of: (name: string) => T) =>
    (name: string) => {
      seen.add(name);
      return of(name);
    };
  const listening: RuleKit = {
    ...kit,
    rollup: told(tables, kit.rollup),
    table: told(tables, kit.table),
    system: told(system, kit.system),
  };
  rule.sql(listening);
  return { tables: [...tables], system: [...system] };
}

/** What of a table tells when its rows came: minutes, quarter hours, days, instants. */
export type TimeColumn = 'm' | 'd' | 'at';

/** The column by which each table of the database tells its time; those that tell none are not in it. */
export async function timeColumns(db: Db, { database }: Installation): Promise<ReadonlyMap<string, TimeColumn>> {
  const rows = await db.query<{ table: string; columns: string[] }>(
    "SELECT table, groupArray(name) AS columns FROM system.columns WHERE database = {database:String} AND name IN ('m', 'd', 'at') GROUP BY table",
    { database },
  );
  // A queue of late days has both: rows came when they came, whatever day they are about.
  const first = (columns: readonly string[]) => (['at', 'm', 'd'] as const).find((name) => columns.includes(name));
  return new Map(
    rows.flatMap(({ table, columns }) => {
      const column = first(columns);
      return column ? [[table, column] as const] : [];
    }),
  );
}
