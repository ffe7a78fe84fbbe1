import type { RoleConfig } from '../../config/config';
import type { RoleName, SourceClass } from '../../core/model';
import type { Version } from './history';

/** Engine of a source: one that collapses versions by itself, or one that keeps every delivered row. */
export type SourceEngine = 'replacing' | 'plain';

/** A role of the law's test: its source class, its engine, and so its table. */
export interface Subject {
  readonly role: RoleName;
  readonly sourceClass: SourceClass;
  readonly engine: SourceEngine;
}

const nameColumn = { events: 'event_name', orders: 'currency' } as const;
const userColumn = { events: 'user_id', orders: 'customer_id' } as const;

/** CREATE TABLE of a subject, ordered as its class and engine ask for. */
export function subjectTable({ role, sourceClass, engine }: Subject, database: string): string {
  const name = nameColumn[role];
  const user = userColumn[role];
  const measures = role === 'orders' ? 'amount Decimal(18, 2), refund Nullable(Decimal(18, 2)),' : '';
  const key =
    sourceClass === 'moving' ? 'id' : role === 'events' ? `${name}, at, ${user}, id` : `at, ${user}, ${name}, id`;
  return `CREATE TABLE ${database}.${role} (id UInt64, at DateTime64(3, 'UTC'), ${user} String, ${name} LowCardinality(String), ${measures}
    _version UInt64, _deleted UInt8, ingested_at DateTime64(3) DEFAULT now64(3), INDEX arrival ingested_at TYPE minmax GRANULARITY 1)
    ENGINE = ${engine === 'plain' ? 'MergeTree' : 'ReplacingMergeTree(_version, _deleted)'} ORDER BY (${key})`;
}

/** The role as tidemark.yaml would map it. */
export function subjectMapping({ role, sourceClass }: Subject, database: string): RoleConfig {
  const shared: Record<string, string> = {
    id: 'id',
    time: 'at',
    user: userColumn[role],
    version: '_version',
    deleted: '_deleted',
    ingestedAt: 'ingested_at',
  };
  const own: Record<string, string> =
    role === 'events'
      ? { event: nameColumn.events }
      : { currency: nameColumn.orders, amount: 'amount', refundAmount: 'refund' };
  return { table: `${database}.${role}`, sourceClass, columns: { ...shared, ...own }, constants: {} };
}

const stamp = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** A version as a row of the subject's table. */
export function subjectRow({ role }: Subject, row: Version): object {
  return {
    id: row.id,
    at: stamp(row.timeMs),
    [userColumn[role]]: row.user,
    [nameColumn[role]]: row.name,
    ...(role === 'orders' && { amount: cents(row.amount), refund: row.refund === 0 ? null : cents(row.refund) }),
    _version: row.version,
    _deleted: row.deleted ? 1 : 0,
    ingested_at: stamp(row.stampMs),
  };
}

const cents = (n: number) => `${Math.trunc(n / 100)}.${String(n % 100).padStart(2, '0')}`;
