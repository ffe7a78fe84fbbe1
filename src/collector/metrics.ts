import { Counter, Gauge, Registry } from 'prom-client';

import type { Outcome } from './runner';
import type { SinkState } from './sink';

/** What the process says of itself, in Prometheus' text format. What it collected is in ClickHouse. */
export interface Metrics {
  looked(outcome: Outcome): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** How the process stands, as Node's `process` tells it. */
export interface ProcessUse {
  cpuUsage(): { readonly user: number; readonly system: number };
  memoryUsage: { rss(): number };
}

/** Makes the registry. `state` is asked at each scrape. */
export function createMetrics(version: string, state: () => SinkState, use: ProcessUse): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const looks = new Counter({
    name: 'tidemark_collect_looks_total',
    help: 'Looks at a source, by how they went.',
    labelNames: ['source', 'state'] as const,
    registers,
  });
  const rows = new Counter({
    name: 'tidemark_collect_rows_total',
    help: 'Rows that a source brought.',
    labelNames: ['source'] as const,
    registers,
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `tidemark_collect_${name}`, help, labelNames: ['source'] as const, registers });
  const duration = gauge('look_seconds', 'How long the last look at a source took.');
  const last = gauge('last_success_timestamp_seconds', 'When a source was last looked at with success.');
  const failures = gauge('failures', 'Failed looks at a source one after the other.');
  const parts = gauge('failed_parts', 'Parts of a source that failed in its last look.');
  const read = (name: string, help: string, of: (state: SinkState) => number) =>
    new Gauge({
      name: `tidemark_collect_${name}`,
      help,
      registers,
      collect() {
        this.set(of(state()));
      },
    });
  read('buffer_rows', 'Rows that wait to be written.', (s) => s.rows);
  read('buffer_bytes', 'Bytes of the rows that wait to be written.', (s) => s.bytes);
  read('failing_tables', 'Health tables whose last insert failed.', (s) => s.failing.length);
  const counted = (name: string, help: string, of: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(of());
      },
    });
  counted('tidemark_collect_written_total', 'Rows that were written.', () => state().written);
  counted('tidemark_collect_dropped_total', 'Rows that were dropped because too many waited.', () => state().dropped);
  counted('process_cpu_seconds_total', 'CPU time of the process, in seconds.', () => {
    const { user, system } = use.cpuUsage();
    return (user + system) / 1e6;
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process, in bytes.',
    registers,
    collect() {
      this.set(use.memoryUsage.rss());
    },
  });
  new Gauge({ name: 'tidemark_collect_info', help: 'Version.', labelNames: ['version'] as const, registers })
    .labels(version)
    .set(1);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    looked({ source: { name: source }, state: how, collected, durationMs, at, failures: count }) {
      looks.labels(source, how).inc();
      failures.labels(source).set(count);
      if (how === 'backoff') return;
      duration.labels(source).set(durationMs / 1000);
      if (!collected) return;
      last.labels(source).set((at + durationMs) / 1000);
      rows.labels(source).inc(collected.rows.reduce((sum, table) => sum + table.rows.length, 0));
      parts.labels(source).set((collected.parts ?? []).filter(({ failure }) => failure).length);
    },
  };
}
