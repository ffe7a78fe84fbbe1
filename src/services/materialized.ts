import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { startClickHouse } from './clickhouse';
import type { ClickHouse } from './clickhouse';
import { connectPipeline } from './connectPipeline';
import { fail } from './errors';
import { portsOf } from './ports';
import { startPostgres } from './postgres';
import type { Postgres } from './postgres';

/** PostgreSQL → ClickHouse's MaterializedPostgreSQL on this machine, from the files in pipelines/materialized. */
export interface MaterializedPipeline {
  readonly postgres: Postgres;
  readonly clickhouse: ClickHouse;
  /** Ends both. Their folders stay. */
  end(): Promise<void>;
}

/** Database of the copy. */
const database = 'shop';

/** Starts it, about 3 s. Throws what the services throw, and then nothing runs. */
export async function startMaterialized(options: {
  readonly dir: string;
  /** Days of orders that the source begins with; none when absent. */
  readonly historyDays?: number;
  said?(text: string): void;
}): Promise<MaterializedPipeline> {
  const { dir, said = () => undefined } = options;
  await mkdir(dir, { recursive: true });
  // PostgreSQL runs as another user where we are root, and has to get to its folder in this one.
  await chmod(dir, 0o711);
  const [postgresPort, clickhousePort] = await portsOf(dir, 2);
  const [first, second] = await Promise.allSettled([
    startPostgres({ dir: join(dir, 'postgres'), port: postgresPort! }),
    startClickHouse({ dir: join(dir, 'clickhouse'), port: clickhousePort! }),
  ]);
  const end = async () => {
    // The copy goes first: it holds the slot.
    for (const each of [second, first]) if (each.status === 'fulfilled') await each.value.program.stop();
  };
  try {
    if (first.status === 'rejected') throw first.reason;
    if (second.status === 'rejected') throw second.reason;
    const [postgres, clickhouse] = [first.value, second.value];
    said('postgres and clickhouse are ready.');
    const running = {
      postgresUrl: postgres.url,
      clickhouse: { url: clickhouse.url, user: 'default', password: '' },
      replicationPassword: 'replication',
      salt: 'salt',
      database,
      historyDays: options.historyDays ?? 0,
    };
    await connectPipeline('materialized', running, said);
    await copied(clickhouse.url, database, join(dir, 'clickhouse', 'clickhouse.log'));
    return { postgres, clickhouse, end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

const copySeconds = 60;

/** Waits until every table of the example is there. Throws `copy_missing`. */
async function copied(url: string, database: string, log: string): Promise<void> {
  const wanted = ['customers', 'orders', 'articles', 'tidemark_heartbeat'];
  for (const end = Date.now() + copySeconds * 1000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const sql = `SELECT name FROM system.tables WHERE database = '${database}' FORMAT TSV`;
    const there = (await (await fetch(url, { method: 'POST', body: sql })).text()).split('\n');
    const missing = wanted.filter((table) => !there.includes(table));
    if (missing.length === 0) return;
    if (Date.now() > end) throw fail('copy_missing', { database, seconds: copySeconds, missing, log });
  }
}
