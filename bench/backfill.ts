import { writeConfig } from './lib/config';
import { withDataset } from './lib/dataset';
import type { Dataset } from './lib/dataset';
import type { SourceName } from './lib/data/tables';
import { numberOf } from './lib/engine';
import { grouped, short } from './lib/numbers';
import { textTable } from './lib/print';
import { forgetPeak, residentMiB } from './lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from './lib/report';
import { install } from './lib/tidemark';
import { allFresh, quietMerges, tableSizes, until } from './lib/views';

export interface BackfillOptions {
  readonly rows: number;
  readonly days: number;
  readonly data?: string;
  readonly results?: string;
}

interface Filled {
  readonly database: string;
  readonly source: SourceName;
  readonly fillCommand: string;
  readonly fillSeconds: number;
  /** From the begin of migrate until `event_day` held every event. */
  readonly countedSeconds: number;
  readonly eventsPerSecond: number;
  readonly memoryMiB: number;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number }[];
}

/** Filling the product pack from a whole history: class append, and class moving with its placements ledger. */
export async function runBackfill(options: BackfillOptions): Promise<void> {
  const { rows, days, data, results } = options;
  const folder = data === undefined ? undefined : `${data}-backfill-${rows}`;
  const sources: SourceName[] = ['events', 'events_moving'];
  await withDataset({ rows, days, sources, folder }, async (dataset) => {
    const append = await fill(dataset, 'tidemark_append', 'events');
    const moving = await fill(dataset, 'tidemark_moving', 'events_moving');
    const lines = [
      ['class', 'command, s', 'events/s', 'from migrate to all counted, s', 'peak resident, MiB', 'tables'],
      ...[append, moving].map((f) => [
        f === append ? 'append, no ledger' : 'moving, with its ledger',
        short(f.fillSeconds),
        grouped(f.eventsPerSecond),
        short(f.countedSeconds),
        grouped(f.memoryMiB),
        f.tables.map((t) => `${t.table} ${grouped(t.rows)}`).join(', '),
      ]),
    ];
    const ratio = append.eventsPerSecond / moving.eventsPerSecond;
    console.log(`\n${textTable(lines.map((line) => line.slice(0, 5)))}\nappend ÷ moving: ${short(ratio)} ×`);
    const facts = circumstances(commandLine(), { clickhouse: dataset.engine.version });
    const markdown = `# Filling the product pack from ${grouped(rows)} events

Over ${days} days; \`tidemark migrate\`, then \`tidemark ${append.fillCommand}\` (start of Node included). Events/s is by the command's time. Class moving: rows of
\`bench.events_moving\`, sorted by id as replicated ones are. append ÷ moving: ${short(ratio)} ×.

${circumstancesText(facts, 'backfill')}

${table(lines)}
`;
    writeReport('backfill', { ...facts, options, ratio, append, moving }, markdown, results);
  });
}

async function fill({ engine, folder }: Dataset, database: string, source: SourceName): Promise<Filled> {
  const config = writeConfig({
    url: engine.url,
    folder,
    database,
    roles: ['events'],
    movingEvents: source === 'events_moving',
  });
  const stored = await numberOf(engine, `SELECT count() FROM bench.${source} FINAL`);
  forgetPeak(engine.pid);
  const startMs = performance.now();
  const { fill: run, fillCommand } = await install(config);
  const counted = `SELECT sum(n) FROM ${database}.event_day FINAL`;
  await until(`${database} to count all events`, 3600, async () => (await numberOf(engine, counted)) === stored);
  const countedSeconds = (performance.now() - startMs) / 1000;
  const memoryMiB = residentMiB(engine.pid).most;
  await allFresh(engine, 3600, database);
  await quietMerges(engine);
  const tables = (await tableSizes(engine, database)).filter((t) => t.rows > 1000);
  await engine.command(`DROP DATABASE ${database}`);
  const eventsPerSecond = stored / run.seconds;
  console.log(`${database}: ${fillCommand} ${short(run.seconds)} s, ${grouped(eventsPerSecond)} events/s`);
  return {
    database,
    source,
    fillCommand,
    fillSeconds: run.seconds,
    countedSeconds,
    eventsPerSecond,
    memoryMiB,
    tables,
  };
}
