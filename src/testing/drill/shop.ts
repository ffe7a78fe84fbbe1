import { join } from 'node:path';

import { Kafka, logLevel } from 'kafkajs';

import { onClickHouse } from '../../services/ask';
import { pipelinesDir } from '../../services/debezium';
import { filled } from '../../services/fill';
import { startLoad } from '../../services/load';
import type { Load } from '../../services/load';
import { bothSides, converged } from './compare';
import { startDrill } from './drill';
import type { DebeziumDrill } from './drill';
import { drillFault, told, until } from './fault';
import type { Fault } from './fault';

/** Changes a second under which faults are drilled. */
export const changesPerSecond = 150;

/** Starts the reference pipeline with rows in it and load on it, and waits until every consumer group reads in time. */
export async function startShop(): Promise<Shop> {
  const began = Date.now();
  const drill = await startDrill({
    partitions: 3,
    heartbeatMs: 1_000,
    connector: { 'errors.max.retries': '1', 'retriable.restart.connector.wait.ms': '1000' },
  });
  process.stdout.write(`drill: all services and the collector ready after ${(Date.now() - began) / 1000} s\n`);
  const shop = new Shop(drill);
  try {
    await drill.postgres(`INSERT INTO customers (email, full_name, country) SELECT 'p' || g || '@example.com', 'P' || g, 'DE' FROM generate_series(1, 50) g;
      INSERT INTO articles (title, body) SELECT 'Article ' || g, (SELECT string_agg(md5(g || '/' || i), '') FROM generate_series(1, 300) i) FROM generate_series(1, 20) g`);
    await shop.startLoad();
    // Topics come with the first rows: until then groups read what is not there.
    await until('every group is read in time', 60, async () => {
      const groups = await drill.db.query<{ verdict: string }>(
        'SELECT verdict FROM (SELECT * FROM tidemark.health_kafka_group ORDER BY at DESC LIMIT 1 BY consumer_group) WHERE members > 0',
      );
      return groups.length === 4 && groups.every(({ verdict }) => verdict === 'OK');
    });
  } catch (thrown) {
    await shop.end();
    throw thrown;
  }
  return shop;
}

/** The reference pipeline under load, and what people do to it. */
export class Shop {
  #load: Load | undefined;
  #changes = 0;
  readonly drill: DebeziumDrill;

  constructor(drill: DebeziumDrill) {
    this.drill = drill;
  }

  /** Goes on with changes, after ending those under way. */
  async startLoad(perSecond = changesPerSecond): Promise<void> {
    await this.stopLoad();
    this.#load = startLoad(this.drill.pipeline.services.postgres.url, perSecond);
  }

  async stopLoad(): Promise<void> {
    await this.#load?.stop();
    this.#changes = this.#load?.changes() ?? this.#changes;
    this.#load = undefined;
  }

  /** Changes that the load which was ended last had made. */
  changes(): number {
    return this.#changes;
  }

  kafka(): Kafka {
    return new Kafka({ brokers: [this.drill.pipeline.values.KAFKA_BROKERS], logLevel: logLevel.NOTHING });
  }

  /** Runs a file of pipelines/debezium in ClickHouse. */
  async clickhouseFile(name: string): Promise<void> {
    const { services, values } = this.drill.pipeline;
    await onClickHouse(services.clickhouse.url, await filled(join(pipelinesDir, 'debezium', name), values));
  }

  /** Runs source.sql of pipelines/debezium in PostgreSQL. */
  async sourceFile(): Promise<void> {
    await this.drill.postgres(await filled(join(pipelinesDir, 'debezium', 'source.sql'), this.drill.pipeline.values));
  }

  /** Asks Kafka Connect about the connector. @throws Error where it refuses. */
  async connectRest(method: string, path: string): Promise<void> {
    const answer = await fetch(`${this.drill.pipeline.services.connect.url}/connectors/shop${path}`, { method });
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`);
  }

  async taskState(): Promise<string | undefined> {
    const answer = await fetch(`${this.drill.pipeline.services.connect.url}/connectors/shop/status`);
    const status = (await answer.json()) as { tasks: { state: string }[] };
    return status.tasks[0]?.state;
  }

  /** Drills a fault under load; no other rule may fire, and afterwards the copy has to equal the source. */
  async passes(fault: Fault): Promise<void> {
    const drilled = await drillFault(this.drill.alarms, fault);
    await this.stopLoad();
    const equal = await converged(this.drill);
    process.stdout.write(`${told(drilled)}; equal to the source ${equal} s later\n`);
    await this.startLoad();
    expect(drilled.falseAlarms).toEqual([]);
  }

  /** Deletes rows while nobody listens. */
  async deleteUnseen(): Promise<void> {
    await this.drill.postgres(
      'DELETE FROM orders WHERE order_id IN (SELECT order_id FROM orders ORDER BY order_id LIMIT 40)',
    );
  }

  /**
   * The runbook of docs/pipelines.md: a new slot, a new snapshot, and what was deleted meanwhile is found out. Ends with the load
   * stopped.
   * @returns ghosts.
   */
  async snapshotAgain(): Promise<number> {
    const { drill } = this;
    await this.sourceFile();
    await this.connectRest('PUT', '/stop');
    await until('the offsets are forgotten', 30, () =>
      this.connectRest('DELETE', '/offsets').then(
        () => true,
        () => false,
      ),
    );
    await until('the slot is gone', 30, async () => {
      await drill
        .postgres("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'tidemark'")
        .catch(() => undefined);
      return (await drill.postgres('SELECT 1 FROM pg_replication_slots')).length === 0;
    });
    await this.connectRest('PUT', '/resume');
    let restarts = 0;
    await until('the snapshot is read', 60, async () => {
      // Debezium 3.3 does not get up by itself where its start had failed before.
      if ((await this.taskState()) === 'FAILED' && ++restarts < 4)
        await this.connectRest('POST', '/restart?includeTasks=true&onlyFailed=true');
      const [{ fresh } = { fresh: 0 }] = await drill.db.query<{ fresh: number }>(
        'SELECT toUInt8(max(beat_at) > now64(3) - INTERVAL 5 SECOND) AS fresh FROM shop.heartbeat FINAL',
      );
      return Number(fresh) === 1;
    });
    await this.stopLoad();
    const orders = (side: string) => Number(/"orders":"(\d+)/.exec(side)?.[1]);
    let ghosts = -1;
    let stillFor = 0;
    await until('only what was deleted meanwhile is left', 30, async () => {
      const sides = await bothSides(drill);
      const more = orders(sides.clickhouse) - orders(sides.postgres);
      // A consumer that is slow just now looks like one that has everything: two seconds of the same number are enough.
      stillFor = more === ghosts && more >= 0 ? stillFor + 1 : 0;
      ghosts = more;
      return stillFor >= 10;
    });
    await this.clickhouseFile('ghosts.sql');
    process.stdout.write(`drill: ${ghosts} ghosts after the new snapshot, removed by ghosts.sql\n`);
    return ghosts;
  }

  async end(): Promise<void> {
    await this.stopLoad();
    await this.drill.end();
  }
}
