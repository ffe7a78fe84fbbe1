import { errorTable } from '../core/errors';

/** Sentences of the room `demo`. */
export const fail = errorTable({
  demo_foreign_table: (f: { table: string }) =>
    `${f.table} exists and was not made by tidemark seed, so it is left alone. Seed another ClickHouse (npx tidemark serve --data DIR starts an empty one).`,
  demo_other: (f: { table: string; present: string; wanted: string }) =>
    `${f.table} holds the demo "${f.present}", not "${f.wanted}". Use another data folder, or replace it: tidemark seed --demo ${f.wanted} --reset.`,
  demo_bad_csv: (f: { line: number; text: string }) =>
    `The CDNOW file is damaged at line ${f.line} ("${f.text}"): expected customer_id,order_date,cds,amount_usd. Take the file of the release again.`,
});
