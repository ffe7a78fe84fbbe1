import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import type { Config } from '../../config/config';
import { applyMigration, planMigration } from '../../schema/ddl/migrate';
import { inspect } from '../../schema/inspect';
import { backfill } from '../../schema/refresh/backfill';
import { dbOver } from '../engine';

/** What a process of its own does, so that it can be killed: one JSON argument. */
export interface ChildWork {
  readonly verb: 'migrate' | 'backfill';
  readonly url: string;
  readonly config: Config;
  readonly chunkRows: number;
  /** Backfill: days to count anew. */
  readonly from?: string;
}

/** Runs the work and ends; prints `chunk` after each chunk. Exit code 1 with the message where it fails. */
async function main(work: ChildWork): Promise<void> {
  const client = createClient({ url: work.url, request_timeout: 120_000, log: { level: ClickHouseLogLevel.OFF } });
  const db = dbOver(client);
  const chunk = () => {
    process.stdout.write('chunk\n');
  };
  try {
    const installation = await inspect(work.config, db);
    const { chunkRows, from } = work;
    if (work.verb === 'migrate') {
      const plan = await planMigration(installation, db, 'test', { chunkRows });
      await applyMigration(installation, db, plan, 'test', { onFill: chunk });
    } else await backfill(installation, db, { ...(from && { from }), drain: { chunkRows, onChunk: chunk } });
  } finally {
    await client.close();
  }
}

main(JSON.parse(process.argv.at(-1) ?? '') as ChildWork).catch((cause: unknown) => {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
});
