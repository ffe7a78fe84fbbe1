import { splitTopLevel } from '../inspect/types';

/** One line of SHOW GRANTS, taken apart. */
export interface Granted {
  readonly revoked: boolean;
  /** Privilege → its columns; empty: all. */
  readonly privileges: ReadonlyMap<string, readonly string[]>;
  /** `*` for all; a table may end in a star, which stands for any further letters. */
  readonly database: string;
  readonly table: string;
}

/** A right that is needed. */
export interface Needed {
  readonly privilege: string;
  readonly database: string;
  /** `*`: on all tables. */
  readonly table: string;
  /** Columns that suffice; all where it is empty. */
  readonly columns: readonly string[];
}

/** Privileges that hold others, as far as Tidemark needs those. */
const groups: Readonly<Record<string, readonly string[]>> = {
  CREATE: ['CREATE DATABASE', 'CREATE TABLE', 'CREATE VIEW'],
  DROP: ['DROP TABLE', 'DROP VIEW'],
  SYSTEM: ['SYSTEM VIEWS'],
  SHOW: ['SHOW TABLES', 'SHOW COLUMNS'],
};
const holds = (own: string, wanted: string): boolean =>
  own === wanted || own === 'ALL' || (groups[own]?.includes(wanted) ?? false);

/** Takes a line of `SHOW GRANTS FINAL` apart; undefined for roles, engines and the like. */
export function readGrant(line: string): Granted | undefined {
  const [, verb, privileges = '', on = ''] =
    /^(GRANT|REVOKE)(?: ON CLUSTER \S+)? (.+) ON ((?:`(?:[^`\\]|\\.)*`|[^\s`])+) (?:TO|FROM) /.exec(line) ?? [];
  if (verb === undefined) return undefined;
  const [database, table] = scopeOf(on);
  if (database === undefined || table === undefined) return undefined;
  const taken = splitTopLevel(privileges).map((text): readonly [string, readonly string[]] => {
    const [, name = text, columns] = /^([A-Z ]+?)\((.*)\)$/.exec(text) ?? [];
    return [name.trim(), columns === undefined ? [] : splitTopLevel(columns).map(bare)];
  });
  return { revoked: verb === 'REVOKE', privileges: new Map(taken), database, table };
}

const bare = (name: string): string => name.replace(/^`(.*)`$/s, '$1').replace(/\\(.)/gs, '$1');

function scopeOf(on: string): readonly [string?, string?] {
  const [, database, table] = /^(`(?:[^`\\]|\\.)*`|[^.`]+)\.((?:`(?:[^`\\]|\\.)*`|[^`])+)$/.exec(on) ?? [];
  if (database === undefined || table === undefined) return [];
  const star = table.endsWith('*') && table.length > 1;
  return [bare(database), star ? `${bare(table.slice(0, -1))}*` : bare(table)];
}

/** Whether the lines give the right: something grants it, and nothing takes it back. */
export function isGranted(lines: readonly Granted[], needed: Needed): boolean {
  const taken = lines.some(
    (line) => line.revoked && applies(line, needed, true) && columnsOf(line, needed) !== undefined,
  );
  if (taken) return false;
  const own = lines.filter((line) => !line.revoked && applies(line, needed, false));
  const columns = own.map((line) => columnsOf(line, needed)).filter((of) => of !== undefined);
  if (columns.some((of) => of.length === 0)) return true;
  const all = columns.flat();
  return needed.columns.length > 0 && needed.columns.every((column) => all.includes(column));
}

/** Columns of the privilege in a line; undefined where it does not have it. */
function columnsOf({ privileges }: Granted, { privilege }: Needed): readonly string[] | undefined {
  for (const [own, columns] of privileges) if (holds(own, privilege)) return columns;
  return undefined;
}

/** Whether the scope of a line covers what is needed; of a revocation: touches it. */
function applies({ database, table }: Granted, needed: Needed, touching: boolean): boolean {
  if (database !== '*' && database !== needed.database) return false;
  if (table === '*') return true;
  if (needed.table === '*') return touching;
  return table.endsWith('*') ? needed.table.startsWith(table.slice(0, -1)) : table === needed.table;
}
