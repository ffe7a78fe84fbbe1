import type { RoleConfig } from '../../config/config';
import type { RoleName, SourceClass } from '../../core/model';
import { testRole } from '../config';
import type { Version } from './history';
import { featureNames, stepNames } from './history';

/** Engine of a source: one that collapses versions by itself, or one that keeps every delivered row. */
export type SourceEngine = 'replacing' | 'plain';

/** A role of the law's tests: its source class, its engine, and so its table. */
export interface Subject {
  readonly role: Exclude<RoleName, 'refunds'>;
  readonly sourceClass: SourceClass;
  readonly engine: SourceEngine;
  /** Whether what is optional is mapped too: a dimension in a Map and funnel steps of events and requests, refunds of orders. */
  readonly wide?: boolean;
  /** Whether nothing is mapped that identifies rows and tells when they came: no id, version, tombstone and stamp. */
  readonly bare?: boolean;
  /** Expression of PARTITION BY. */
  readonly partition?: string;
}

interface Table {
  /** Columns of the place, beside `at`, and their types. */
  readonly keys: Readonly<Record<string, string>>;
  readonly measures: string;
  /** Logical column → column, beside id, time and what all roles share. */
  readonly columns: Readonly<Record<string, string>>;
  row(version: Version): object;
}

const props = 'props Map(LowCardinality(String), String),';
const word = 'LowCardinality(String)';

const tables: Readonly<Record<Subject['role'], Table>> = {
  events: {
    keys: { event_name: word, user_id: 'String' },
    measures: props,
    columns: { event: 'event_name', user: 'user_id' },
    row: (v) => ({ event_name: v.name, user_id: v.user, ...propsOf(v) }),
  },
  requests: {
    keys: { service: word, endpoint: word },
    measures: `release Nullable(String), took_ms Float64, status Nullable(UInt16), failed Nullable(UInt8), ${props}`,
    columns: {
      service: 'service',
      endpoint: 'endpoint',
      release: 'release',
      durationMs: 'took_ms',
      status: 'status',
      error: 'failed',
    },
    row: (v) => ({
      service: v.name,
      endpoint: v.user,
      release: releaseOf(v) || null,
      took_ms: v.amount / 1000,
      status: v.refund || null,
      failed: v.failed === undefined ? null : v.failed,
      ...propsOf(v),
    }),
  },
  orders: {
    keys: { customer_id: 'String', currency: word },
    measures: "amount Decimal(18, 2), refund Nullable(Decimal(18, 2)), refunded_at Nullable(DateTime64(3, 'UTC')),",
    columns: { user: 'customer_id', currency: 'currency', amount: 'amount', refundAmount: 'refund' },
    row: (v) => ({
      customer_id: v.user,
      currency: v.name,
      amount: cents(v.amount),
      refund: v.refund === 0 ? null : cents(v.refund),
      refunded_at: v.refundMs == null ? null : stamp(v.refundMs),
    }),
  },
  subscriptions: {
    keys: { sub: 'String', currency: word },
    measures: 'who UInt32, mrr Decimal(18, 2), plan Nullable(String),',
    columns: { subscription: 'sub', currency: 'currency', user: 'who', mrr: 'mrr', plan: 'plan' },
    row: (v) => ({
      sub: v.user,
      currency: v.name,
      who: v.amount % 5,
      mrr: cents(v.amount),
      plan: planOf(v) || null,
    }),
  },
};

const propsOf = (v: Version) => (v.detail ? { props: { plan: v.detail } } : {});

/** The release that a request's row tells of; '' where it tells of none. */
export const releaseOf = (v: Version): string => (v.detail === 'pro' ? 'r2' : v.detail === 'basic' ? 'r1' : '');

/** Plan of a subscription from the change on; '' where the row tells of none. */
export const planOf = (v: Version): string => (v.amount > 5000 ? 'pro' : '');

/** CREATE TABLE of a subject, ordered as its class and engine ask for. */
export function subjectTable({ role, sourceClass, engine, partition }: Subject, database: string): string {
  const { keys, measures } = tables[role];
  const names = Object.keys(keys);
  const placed = role === 'events' ? `${names[0]}, at, ${names[1]}, id` : `at, ${names.join(', ')}, id`;
  const key = sourceClass === 'moving' || (sourceClass === 'window' && engine === 'replacing') ? 'id' : placed;
  const columns = Object.entries(keys).map(([name, type]) => `${name} ${type}, `);
  return `CREATE TABLE ${database}.${role} (id UInt64, at DateTime64(3, 'UTC'), ${columns.join('')}${measures}
    _version UInt64, _deleted UInt8, ingested_at DateTime64(3) DEFAULT now64(3), INDEX arrival ingested_at TYPE minmax GRANULARITY 1)
    ENGINE = ${engine === 'plain' ? 'MergeTree' : 'ReplacingMergeTree(_version, _deleted)'}${partition ? ` PARTITION BY ${partition}` : ''} ORDER BY (${key})`;
}

/** The role as tidemark.yaml would map it. */
export function subjectMapping({ role, sourceClass, wide, bare }: Subject, database: string): RoleConfig {
  const arrival = { id: 'id', version: '_version', deleted: '_deleted', ingestedAt: 'ingested_at' };
  const shared = { time: 'at', ...(!bare && arrival) };
  const columns = {
    ...shared,
    ...tables[role].columns,
    ...(wide && role === 'orders' && { refundTime: 'refunded_at' }),
  };
  const plan = { name: 'plan', from: 'props.plan', column: 'props', path: ['plan'] };
  return testRole({
    table: `${database}.${role}`,
    sourceClass,
    columns,
    ...(wide && (role === 'events' || role === 'requests') && { dimensions: [plan] }),
    ...(wide && role === 'events' && { steps: stepNames, features: featureNames }),
  });
}

/** An instant in UTC as the server reads and writes it. */
export const stamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** A version as a row of the subject's table. */
export function subjectRow({ role }: Pick<Subject, 'role'>, row: Version): object {
  return {
    id: row.id,
    at: stamp(row.timeMs),
    ...tables[role].row(row),
    _version: row.version,
    _deleted: row.deleted ? 1 : 0,
    ingested_at: stamp(row.stampMs),
  };
}

const cents = (n: number) => `${Math.trunc(n / 100)}.${String(n % 100).padStart(2, '0')}`;
