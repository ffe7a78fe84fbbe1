import type { RoleName, SourceClass } from '../core/model';
import type { RoleColumns } from './columns';
import { keyParts, replaces } from './engine';
import type { LookedTable } from './look';

/** A source class with its reason, as a sentence. */
export interface ClassChoice {
  readonly sourceClass: SourceClass;
  readonly why: string;
  readonly sure: boolean;
  /** Class window only. */
  readonly windowDays?: number;
  /** Logical columns that must not be mapped in this class. */
  readonly without: readonly string[];
}

const windowDays = 3;

/** Chooses how rows of the table may change, from what it is and from versions of one id in the sample. Pure. */
export function sourceClassFor(role: RoleName, table: LookedTable, { columns }: RoleColumns): ClassChoice {
  const columnOf = (logical: string) => columns.find((c) => c.logical === logical)?.column;
  const id = columnOf('id');
  const arrival = columnOf('ingestedAt');
  const window = (why: string, without: readonly string[] = []): ClassChoice => ({
    sourceClass: 'window',
    why: `${why}: the last ${windowDays} days are counted anew at each refresh, older ones by the sweep.`,
    sure: true,
    windowDays,
    without,
  });
  if (!table.engine.endsWith('MergeTree'))
    return window(`${table.name} is a ${table.engine}, of which nobody tells what arrived`);
  if (id === undefined) return window('No column tells one row from another');
  if (arrival === undefined)
    return window(
      'No column tells when a row arrived (add ingested_at DateTime64(3) DEFAULT now64(3) for exact numbers)',
    );
  const key = keyParts(table);
  if (replaces(table) && !key.includes(id))
    return window(
      `The sorting key (${table.sortingKey}) lacks ${id}, so ${table.engine} does not keep rows apart by it`,
      ['id', 'ingestedAt'],
    );
  const keyHolds = columns.filter(
    ({ logical, column }) => logical !== 'id' && key.some((part) => mentions(part, column)),
  );
  const versions = versionsOf(table, columns);
  const says = (sourceClass: SourceClass, why: string, sure = true): ClassChoice => ({
    sourceClass,
    why,
    sure,
    without: [],
  });
  if (replaces(table) && keyHolds.length === 0)
    return says(
      'moving',
      `${table.engine} ordered by ${table.sortingKey} alone: a later version takes the place of an earlier one, whatever changed.`,
    );
  const facts = role === 'events' || role === 'requests';
  if (versions.moved > 0 && !replaces(table))
    return says('moving', `${versions.moved} sampled ids came again with another time, user or name.`);
  if (versions.changed > 0 || (versions.moved > 0 && replaces(table)))
    return replaces(table) || facts
      ? says(
          'fixed',
          `${versions.changed + versions.moved} sampled ids came again with other values; the sorting key holds what places them.`,
          versions.moved === 0,
        )
      : says('moving', `${versions.changed} sampled ids came again with other values.`);
  if (facts) {
    const seen =
      versions.again > 0
        ? `${versions.again} sampled ids were delivered again, unchanged.`
        : 'No sampled id came with other values.';
    return says('append', `An ${role === 'events' ? 'event' : 'answer'} is a fact. ${seen}`);
  }
  return replaces(table)
    ? says(
        'fixed',
        `${table.engine} with ${keyHolds.map(({ column }) => column).join(', ')} in its key: these may not change, measures may.`,
        false,
      )
    : says('moving', `${noun[role]} change after the fact (this class is right whatever changes).`, false);
}

const noun: Readonly<Record<RoleName, string>> = {
  events: 'Events',
  requests: 'Requests',
  orders: 'Orders',
  refunds: 'Refunds',
  subscriptions: 'Subscriptions',
};

function mentions(part: string, column: string): boolean {
  const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return part === column || new RegExp(`(^|[^\\w.])${name}($|\\W)`).test(part);
}

interface Versions {
  /** Ids with several rows that are equal; that differ in measures; that differ in time, user or names. */
  readonly again: number;
  readonly changed: number;
  readonly moved: number;
}

/** Looks for ids that came more than once in the sample. */
export function versionsOf({ sample }: LookedTable, columns: RoleColumns['columns']): Versions {
  const at = (column: string | undefined) => (column === undefined ? -1 : sample.columns.indexOf(column));
  const id = at(columns.find((c) => c.logical === 'id')?.column);
  const marks = ['id', 'ingestedAt', 'version', 'deleted'];
  const places = ['time', 'event', 'user', 'service', 'endpoint', 'release', 'currency', 'subscription'];
  const mapped = columns.filter(({ logical }) => !marks.includes(logical));
  const place = mapped.filter(({ logical }) => places.includes(logical)).map(({ column }) => at(column));
  const measures = mapped.filter(({ logical }) => !places.includes(logical)).map(({ column }) => at(column));
  const seen = new Map<string, { readonly places: Set<string>; readonly measures: Set<string>; rows: number }>();
  for (const row of sample.rows) {
    const key = row[id];
    if (key === null || key === undefined) continue;
    const own = seen.get(key) ?? { places: new Set(), measures: new Set(), rows: 0 };
    own.rows++;
    own.places.add(JSON.stringify(place.map((i) => row[i])));
    own.measures.add(JSON.stringify(measures.map((i) => row[i])));
    seen.set(key, own);
  }
  const several = [...seen.values()].filter(({ rows }) => rows > 1);
  return {
    again: several.filter((v) => v.places.size === 1 && v.measures.size === 1).length,
    changed: several.filter((v) => v.places.size === 1 && v.measures.size > 1).length,
    moved: several.filter((v) => v.places.size > 1).length,
  };
}
