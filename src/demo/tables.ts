import { ident, literal } from '../core/sql/quote';
import { events } from './tables/events';
import { orders } from './tables/orders';
import { requests } from './tables/requests';
import { subscriptions } from './tables/subscriptions';
import type { DemoTable } from './tables/table';

export type { DemoTable } from './tables/table';

/** Database of the demos' source tables. */
export const demoDatabase = 'shop';

/** The demos' source tables, in the order in which they are made and filled; a demo has those that it has rows for. */
export const demoTables = { events, orders, requests, subscriptions } as const;

/** `shop.events` as text for messages and inserts. */
export const fullName = (table: DemoTable): string => `${demoDatabase}.${table.name}`;

/** The same quoted, for statements. */
export const quotedName = (table: DemoTable): string => `${ident(demoDatabase)}.${ident(table.name)}`;

/**
 * Statements that make the table, or bring one of an earlier release up to date; both may run again. The comment is how
 * a later seed recognises its own table.
 */
export function makeTable(table: DemoTable, comment: string): string[] {
  const added = table.addedColumns.map((column) => `ADD COLUMN IF NOT EXISTS ${column}`);
  const create = `${table.ddl}\nCOMMENT ${literal(comment)}`;
  return added.length === 0 ? [create] : [create, `ALTER TABLE ${quotedName(table)} ${added.join(', ')}`];
}

/** All DDL as one script, as committed in demo/source.sql. */
export function sourceScript(): string {
  const statements = [
    `CREATE DATABASE IF NOT EXISTS ${demoDatabase}`,
    ...Object.values(demoTables).map(({ ddl }) => ddl),
  ];
  const head =
    '-- Source tables of the demos; `tidemark seed` makes those of its demo (CDNOW has only events and orders).\n' +
    '-- Written from src/demo/tables.ts.\n';
  return `${head}\n${statements.map((statement) => `${statement};\n`).join('\n')}`;
}
