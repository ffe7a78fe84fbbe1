import { stringify } from 'yaml';

import { defaultAlerts } from '../config/config';
import type { Config, RoleConfig } from '../config/config';
import { defaultApdexMs } from '../config/role';
import type { RoleName } from '../core/model';
import { alertRules } from '../packs/rules';

/** What a test must say of a role; the rest gets the defaults of tidemark.yaml. */
export type TestRole = Pick<RoleConfig, 'table' | 'sourceClass' | 'columns'> & Partial<RoleConfig>;

/** What a test may say of a configuration. */
export interface TestConfig {
  /** Name of the database that Tidemark makes. */
  readonly database: string;
  readonly url?: string;
  readonly reporting?: Partial<Config['reporting']>;
  /** By default once an hour, without delay and overlap: tests refresh when they say so. */
  readonly refresh?: Partial<Config['refresh']>;
  readonly tiers?: Partial<Config['tiers']>;
  readonly roles?: Readonly<Partial<Record<RoleName, TestRole>>>;
  readonly funnels?: Config['funnels'];
  readonly retentions?: Config['retentions'];
  /** Where nothing is said, no rule is installed: their views are half of what a migration makes. `{}`: all of them. */
  readonly alerts?: Partial<Config['alerts']>;
  readonly pipelines?: Config['pipelines'];
  readonly collect?: Config['collect'];
}

/** A role with the defaults of tidemark.yaml. */
export const testRole = (role: TestRole): RoleConfig => ({
  constants: {},
  dimensions: [],
  tops: {},
  mode: 'recompute',
  steps: [],
  features: [],
  apdexMs: defaultApdexMs,
  ...role,
});

/** A pipeline of every part, and a collector that looks at it. */
export const watchedPipeline: Required<Pick<TestConfig, 'pipelines' | 'collect'>> = {
  pipelines: [
    {
      name: 'shop',
      kind: 'debezium',
      roles: [],
      postgres: { server: 'main', database: 'shop', slot: 'tidemark', publication: 'tidemark' },
      heartbeat: { table: 'public.beat', target: 'shop.beat', column: 'beat_at', everySeconds: 10 },
      tables: [{ table: 'public.orders', target: 'shop.orders', ignore: [] }],
      checks: ['shop.pipeline_checks'],
      kafka: {
        cluster: 'main',
        groups: [{ group: 'ch_orders', topics: ['shop.public.orders'] }],
        lagFloor: 0,
        deadLetters: [],
      },
      connect: { cluster: 'main', connectors: ['shop'] },
    },
  ],
  collect: {
    buffer: { rows: 1, bytes: 1 },
    clickhouse: { everySeconds: 30, queries: true },
    postgres: [{ name: 'main', url: 'postgres://u@h/shop', password: '', everySeconds: 15, tablesEverySeconds: 60 }],
    kafka: [{ name: 'main', brokers: ['k:9092'], tls: false, everySeconds: 15 }],
    connect: [{ name: 'main', url: 'http://c:8083', password: '', everySeconds: 15 }],
    dbt: [],
  },
};

/** A configuration with defaults, so that a new key does not touch every test. */
export function testConfig(own: TestConfig): Config {
  const {
    database,
    url = '',
    reporting,
    refresh,
    tiers,
    roles = {},
    funnels = [],
    retentions = [],
    alerts,
    pipelines = [],
    collect,
  } = own;
  const mapped = Object.entries(roles).map(([name, role]) => [name, testRole(role)] as const);
  return {
    file: 'tidemark.yaml',
    connection: { url, user: 'default', password: '', database },
    reporting: { timezone: 'UTC', zones: [], weekStart: 'monday', ...reporting },
    refresh: {
      everySeconds: 3600,
      delaySeconds: 0,
      overlapSeconds: 0,
      freshDays: 2,
      lateDaysPerRun: 4,
      memoryMb: 2000,
      ...refresh,
    },
    tiers: { minuteDays: 7, quarterDays: 366, ...tiers },
    roles: Object.fromEntries(mapped),
    funnels,
    retentions,
    alerts: { ...defaultAlerts, off: alerts ? [] : alertRules.map(({ name }) => name), ...alerts },
    pipelines,
    ...(collect && { collect }),
  };
}

/** The tidemark.yaml that a configuration is read from, for tests that run the CLI. */
export function configText({ connection, reporting, refresh, tiers, roles }: Config): string {
  const role = ({ sourceClass, tops, dimensions, windowDays, keepsDays, ...own }: RoleConfig, name: RoleName) => ({
    table: own.table,
    class: sourceClass,
    columns: own.columns,
    mode: own.mode,
    ...(Object.keys(own.constants).length > 0 && { constants: own.constants }),
    ...(dimensions.length > 0 && { dimensions: Object.fromEntries(dimensions.map((d) => [d.name, d.from])) }),
    ...(Object.keys(tops).length > 0 && { top: tops }),
    ...(name === 'events' && { steps: own.steps, features: own.features }),
    ...(name === 'requests' && { apdexMs: own.apdexMs }),
    ...(windowDays !== undefined && { windowDays }),
    ...(keepsDays !== undefined && { keepsDays }),
  });
  const mapped = Object.entries(roles).map(([name, own]) => [name, role(own, name as RoleName)] as const);
  return stringify({ version: 1, connection, reporting, refresh, tiers, roles: Object.fromEntries(mapped) });
}
