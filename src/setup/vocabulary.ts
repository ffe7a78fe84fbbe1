import type { RoleName } from '../core/model';
import type { Names } from './names';

/** What tables and columns of a role are called out there. */
export interface RoleVocabulary {
  readonly table: Names;
  /** Logical column → names of columns. */
  readonly columns: Readonly<Record<string, Names>>;
}

const user: Names = [
  ['user_id', 'distinct_id', 'customer_id'],
  ['user', 'uid', 'user_uuid', 'user_key', 'person_id', 'profile_id', 'member_id', 'visitor_id', 'customer'],
  ['account_id', 'client_id', 'anonymous_id', 'actor_id', 'buyer_id', 'subscriber_id', 'uuid_user', 'customer_uuid'],
  ['owner_id', 'device_id', 'account', 'person', 'visitor', 'author_id', 'hashed_user', 'session_id'],
];

/** Columns that every role has. */
const shared: Readonly<Record<string, Names>> = {
  ingestedAt: [
    ['ingested_at', 'inserted_at', 'arrived_at', 'ingestion_time', 'peerdb_synced_at', 'airbyte_extracted_at'],
    ['loaded_at', 'synced_at', 'ingested', 'inserted', 'ingest_time', 'insert_time', 'kafka_ingested_at', 'stored_at'],
    ['received_at', 'processed_at', 'arrival', 'fivetran_synced', 'ingest_ts', 'inserted_ts'],
  ],
  version: [
    ['version', 'row_version', 'peerdb_version'],
    ['ver', 'lsn', 'source_lsn', 'sequence', 'seq', 'revision'],
  ],
  deleted: [
    ['deleted', 'is_deleted', 'row_deleted'],
    ['peerdb_is_deleted', 'removed', 'is_removed'],
  ],
};

const currency: Names = [
  ['currency', 'currency_code'],
  ['iso_currency', 'ccy', '*_currency'],
];

const events: RoleVocabulary = {
  table: [
    ['events', 'event', '*_events', 'events_*'],
    ['event_log', 'tracks', 'activity', 'user_activity', 'actions', 'user_actions', 'analytics', 'clickstream'],
    ['hits', 'clicks', 'pageviews', 'page_views', 'interactions', 'stream', '*_stream', 'track', 'log', '*_actions'],
  ],
  columns: {
    time: [
      ['occurred_at', 'event_time', 'event_timestamp', 'happened_at', 'occurred_on', 'event_at'],
      ['timestamp', 'ts', 'time', 'event_ts', 'original_timestamp', 'client_time', 'event_date_time', 'tracked_at'],
      ['created_at', 'datetime', 'sent_at', 'at', 'event_date', 'eventtime'],
      ['date', 'created', 'day'],
    ],
    event: [
      ['event_name', 'event'],
      ['event_type', 'eventname', 'event_key', 'event_code'],
      ['action', 'name', 'activity', 'action_name', 'verb', 'event_action'],
      ['type', 'kind', 'action_type'],
    ],
    user,
    id: [
      ['event_id', 'event_uuid'],
      ['uuid', 'id', 'insert_id', 'message_id', 'dedupe_key', 'idempotency_key'],
      ['*_uuid'],
    ],
    ...shared,
  },
};

const requests: RoleVocabulary = {
  table: [
    ['requests', 'http_requests', 'api_requests', '*_requests'],
    ['access_log', 'access_logs', 'api_calls', 'http_log', 'http_logs', 'calls'],
    ['spans', 'traces', 'otel_traces', 'logs', 'nginx', 'ingress'],
  ],
  columns: {
    time: [
      ['requested_at', 'request_started_at', 'started_at', 'request_at'],
      ['timestamp', 'ts', 'time', 'start_time', 'event_time'],
      ['created_at', 'at', 'logged_at', 'datetime', 'finished_at', 'end_time'],
    ],
    service: [
      ['service', 'service_name'],
      ['app', 'application', 'app_name', 'component'],
      ['host', 'server', 'job'],
    ],
    endpoint: [
      ['endpoint', 'route', 'http_route'],
      ['path', 'operation', 'request_path', 'span_name', 'url_path', 'handler', 'resource'],
      ['uri', 'request_uri', 'operation_name'],
    ],
    release: [
      ['release', 'service_version', 'app_version'],
      ['version', 'build', 'deployment', 'release_version', 'revision'],
    ],
    durationMs: [
      ['duration_ms', 'latency_ms', 'elapsed_ms', 'response_time_ms', 'took_ms', 'duration_millis', '*_ms', '*_millis'],
      [],
      ['duration', 'latency', 'elapsed', 'response_time', 'took'],
    ],
    status: [
      ['status', 'status_code', 'http_status', 'http_status_code'],
      ['response_code', 'response_status', 'http_response_status_code', 'code'],
    ],
    error: [
      ['error', 'is_error', 'failed', 'has_error'],
      ['errored', 'is_failed'],
    ],
    user,
    id: [
      ['request_id', 'request_uuid'],
      ['id', 'span_id', 'uuid', 'trace_id'],
    ],
    ...shared,
  },
};

const orders: RoleVocabulary = {
  table: [
    ['orders', 'order', '*_orders', 'purchases', 'sales'],
    ['sales_orders', 'checkouts', 'transactions', 'payments', 'invoices'],
    ['receipts', 'charges', 'bookings', '*_payments', '*_transactions', '*_purchases', '*_sales'],
  ],
  columns: {
    time: [
      ['ordered_at', 'order_date', 'order_time', 'purchased_at', 'placed_at', 'order_placed_at', 'order_created_at'],
      ['created_at', 'paid_at', 'purchase_date', 'sold_at', 'completed_at', 'timestamp', 'created'],
      ['date', 'time', 'ts', 'order_at', 'at', 'invoice_date', 'created_on'],
    ],
    user,
    amount: [
      ['amount', 'total', 'total_amount', 'order_total', 'gross_amount', 'grand_total', 'amount_total'],
      ['gross', 'total_price', 'order_amount', 'revenue', 'amount_paid', 'price_total', 'total_paid'],
      ['price', 'subtotal', 'net_amount', 'payment_amount', 'sum'],
      ['value', 'paid'],
    ],
    currency,
    refundAmount: [
      ['refunded_amount', 'refund_amount', 'amount_refunded', 'refund_total', 'refunded_total'],
      ['refunded', 'refund', 'refund_value'],
    ],
    refundTime: [['refunded_at', 'refund_time', 'refund_date', 'refunded_on', 'refund_at']],
    id: [
      ['order_id', 'order_uuid', 'purchase_id', 'sale_id'],
      ['id', 'uuid', 'payment_id', 'transaction_id', 'invoice_id', 'order_no', 'order_number'],
    ],
    ...shared,
  },
};

const refunds: RoleVocabulary = {
  table: [
    ['refunds', 'refund', '*_refunds'],
    ['returns', 'chargebacks', 'credit_notes', 'reversals', '*_chargebacks'],
  ],
  columns: {
    time: [
      ['refunded_at', 'refund_time', 'refund_date', 'refunded_on'],
      ['created_at', 'returned_at', 'timestamp', 'issued_at', 'processed_on'],
      ['date', 'time', 'ts', 'at', 'created'],
    ],
    user,
    amount: [
      ['amount', 'refund_amount', 'refunded_amount', 'amount_refunded', 'total'],
      ['total_amount', 'refund_total', 'refunded', 'value'],
    ],
    currency,
    id: [
      ['refund_id', 'refund_uuid'],
      ['id', 'uuid', 'return_id', 'chargeback_id'],
    ],
    ...shared,
  },
};

const subscriptions: RoleVocabulary = {
  table: [
    [
      'subscriptions',
      'subscription',
      'subscription_changes',
      'subscription_events',
      '*_subscriptions',
      'subscription_*',
    ],
    ['mrr_changes', 'contracts', 'plans_changes', 'memberships', '*_contracts'],
  ],
  columns: {
    time: [
      ['changed_at', 'effective_at', 'effective_from', 'valid_from', 'change_date'],
      ['starts_at', 'started_at', 'occurred_at', 'event_time', 'effective_date'],
      ['updated_at', 'created_at', 'timestamp', 'date', 'ts', 'at'],
    ],
    subscription: [
      ['subscription_id', 'subscription_uuid'],
      ['subscription', 'sub_id', 'contract_id', 'membership_id'],
    ],
    user,
    mrr: [
      ['mrr', 'monthly_recurring_revenue', 'mrr_amount'],
      ['monthly_amount', 'amount_per_month', 'monthly_price', 'price_per_month', 'monthly_value'],
    ],
    currency,
    plan: [
      ['plan', 'plan_name', 'plan_id'],
      ['tier', 'product', 'package', 'plan_code'],
    ],
    id: [
      ['change_id', 'subscription_change_id', 'subscription_event_id'],
      ['event_id', 'id', 'uuid', 'revision_id'],
    ],
    ...shared,
  },
};

/** Names by role: the only place to add a word that `tidemark init` did not know. */
export const vocabulary: Readonly<Record<RoleName, RoleVocabulary>> = {
  events,
  requests,
  orders,
  refunds,
  subscriptions,
};

/** Tables that are likely copies, drafts or leftovers. */
export const setAside =
  /(^|[_.])(old|bak|backup|tmp|temp|test|tests|staging|stage|draft|copy|archive|dev|sandbox|v0)([_.]|$)/;

/** Names by which dimensions are known, the most asked for first; others come after them. */
export const knownDimensions: readonly string[] = [
  'country',
  'country_code',
  'platform',
  'plan',
  'channel',
  'source',
  'utm_source',
  'campaign',
  'utm_campaign',
  'device',
  'device_type',
  'os',
  'browser',
  'app_version',
  'version',
  'region',
  'language',
  'locale',
  'segment',
  'variant',
  'experiment',
  'category',
  'tenant',
  'method',
];

/** Columns that tell rows apart, or hold free text: never a dimension. */
export const neverDimension =
  /(^|_)(id|ids|uuid|guid|hash|key|token|url|uri|referrer|referer|ua|user_agent|title|text|body|message|comment|description|query|sql|json|payload|raw|offset|partition|at|ts|time|date|timestamp|sign|deleted|lsn|op)$/;

/** Steps of the usual funnels in their order: the first name of a line that is among the events is taken. */
export const funnelSteps: readonly (readonly string[])[] = [
  ['sign_up', 'signup', 'signed_up', 'register', 'registered', 'account_created', 'user_created', 'registration'],
  ['onboarding_completed', 'onboarded', 'activated', 'activation'],
  ['trial_started', 'start_trial'],
  ['product_viewed', 'view_item', 'product_view', 'view_product'],
  ['add_to_cart', 'added_to_cart', 'product_added', 'cart_add', 'item_added'],
  ['checkout', 'begin_checkout', 'checkout_started', 'start_checkout', 'checkout_start'],
  ['payment_info_entered', 'add_payment_info'],
  [
    'purchase',
    'purchased',
    'order_completed',
    'order_placed',
    'order_created',
    'checkout_completed',
    'payment_succeeded',
    'buy',
    'subscribed',
    'subscribe',
  ],
];
