import { parseConfig } from '../../config/parse';
import type { Config } from '../../config/config';
import { ident } from '../../core/sql/quote';

/** Database of the source tables of a stage: they are only looked at, all rows go into the rollups. */
export const sourcesOf = (database: string): string => `${database}_sources`;

/** An installation in which every rule exists: all roles mapped, features, a funnel, a retention and a pipeline configured. */
export function stageConfig(database: string, timezone: string): Config {
  const sources = sourcesOf(database);
  const text = `
version: 1
connection: { url: 'http://127.0.0.1:8123', database: ${database} }
reporting: { timezone: ${timezone} }
roles:
  events:
    table: ${sources}.events
    class: append
    columns: { id: id, time: at, event: event, user: user, ingestedAt: seen }
    dimensions: { country: country, platform: platform }
    steps: [sign_up, add_to_cart, checkout, purchase]
    features: [search, share]
  requests:
    table: ${sources}.requests
    class: append
    columns: { id: id, time: at, service: service, release: release, endpoint: endpoint, durationMs: ms, status: status, ingestedAt: seen }
  orders:
    table: ${sources}.orders
    class: moving
    columns: { id: id, time: at, user: user, amount: amount, currency: currency, refundAmount: refunded, refundTime: refunded_at, ingestedAt: seen, version: version, deleted: deleted }
  subscriptions:
    table: ${sources}.subscriptions
    class: moving
    columns: { id: id, time: at, subscription: subscription, user: user, mrr: mrr, currency: currency, plan: plan, ingestedAt: seen, version: version, deleted: deleted }
funnels:
  signup_to_purchase:
    title: From sign-up to purchase
    steps: [{ event: sign_up }, { event: add_to_cart }, { event: checkout }, { event: purchase }]
    window: 14d
    breakdown: platform
retentions:
  after_sign_up: { start: { event: sign_up } }
pipelines:
  shop:
    kind: debezium
    postgres: { server: main, database: shop, slot: tidemark }
    heartbeat: { target: shop.heartbeat }
    tables: { public.orders: shop.orders }
    checks: [shop.pipeline_checks]
    kafka: { cluster: main, groups: { ch_orders: [shop.public.orders] }, deadLetters: [shop.dead] }
    connect: { cluster: main, connectors: [shop] }
collect:
  postgres: { main: { url: 'postgres://tidemark@127.0.0.1/shop' } }
  kafka: { main: { brokers: ['127.0.0.1:9092'] } }
  connect: { main: { url: 'http://127.0.0.1:8083' } }
  dbt: { marts: { target: target } }
`;
  return parseConfig(text, { file: 'the installation of tidemark alerts test', env: {} });
}

const seen = "seen DateTime64(3, 'UTC') DEFAULT now64(3)";
const versions = 'version UInt64, deleted UInt8';

/** Statements that make the source tables. */
export function sourceStatements(database: string): readonly string[] {
  const db = ident(sourcesOf(database));
  const table = (name: string, columns: string, engine: string) =>
    `CREATE TABLE ${db}.${ident(name)} (${columns}, ${seen}) ENGINE = ${engine}`;
  const at = "at DateTime64(3, 'UTC')";
  return [
    `CREATE DATABASE ${db}`,
    table(
      'events',
      `id String, ${at}, event LowCardinality(String), user UInt64, country LowCardinality(String), platform LowCardinality(String)`,
      'ReplacingMergeTree ORDER BY (event, at, user, id)',
    ),
    table(
      'requests',
      `id String, ${at}, service LowCardinality(String), release LowCardinality(String), endpoint LowCardinality(String), ms Float64, status UInt16`,
      'ReplacingMergeTree ORDER BY (service, at, id)',
    ),
    table(
      'orders',
      `id UInt64, ${at}, user UInt64, amount Decimal(18, 4), currency LowCardinality(String), refunded Decimal(18, 4), refunded_at Nullable(DateTime64(3, 'UTC')), ${versions}`,
      'ReplacingMergeTree(version, deleted) ORDER BY id',
    ),
    table(
      'subscriptions',
      `id UInt64, ${at}, subscription UInt64, user UInt64, mrr Decimal(18, 4), currency LowCardinality(String), plan LowCardinality(String), ${versions}`,
      'ReplacingMergeTree(version, deleted) ORDER BY id',
    ),
  ];
}
