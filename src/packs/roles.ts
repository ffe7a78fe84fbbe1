import { latencyBuckets } from './service/latencyBuckets';
import type { Role, RoleColumn, RoleName } from '../core/model';

/** Needed by the source classes *append*, *fixed* and *moving*: by these a refresh finds and identifies what arrived. */
export const arrivalColumns = ['id', 'ingestedAt'] as const;

const id: RoleColumn = {
  name: 'id',
  required: false,
  description: 'Identity of a row: redelivered and updated rows carry the same one. Not needed by class window.',
};

const arrival: readonly RoleColumn[] = [
  {
    name: 'ingestedAt',
    required: false,
    description:
      'When the row reached ClickHouse, stamped by the server (DEFAULT now64(3)), not by the producer. Not needed by class window.',
  },
  {
    name: 'version',
    required: false,
    description: 'Grows with each version of a row (unsigned integer): the greatest one counts.',
  },
  {
    name: 'deleted',
    required: false,
    description: 'UInt8 or Bool: 1 marks a row that was deleted.',
  },
];

const currency: RoleColumn = {
  name: 'currency',
  required: true,
  description: 'ISO 4217 code, such as USD (String). A source in one currency names it under constants instead.',
};

const events: Role = {
  name: 'events',
  description: 'What users did: one row per event.',
  columns: [
    id,
    { name: 'time', required: true, description: 'When it happened (Date, DateTime or DateTime64).' },
    { name: 'event', required: true, description: 'Name of the event, such as purchase (String).' },
    { name: 'user', required: true, description: 'Who did it: any integer, String or UUID.' },
    ...arrival,
  ],
};

const orders: Role = {
  name: 'orders',
  description: 'What customers bought: one row per order.',
  columns: [
    id,
    { name: 'time', required: true, description: 'When it was ordered (Date, DateTime or DateTime64).' },
    { name: 'user', required: true, description: 'Who ordered: any integer, String or UUID.' },
    {
      name: 'amount',
      required: true,
      description: 'Gross amount in units of the currency (Decimal; a float is summed inexactly).',
    },
    currency,
    {
      name: 'refundAmount',
      required: false,
      description: 'What was given back, positive, in the same currency; NULL or 0 where nothing was.',
    },
    {
      name: 'refundTime',
      required: false,
      description:
        'When it was given back (Date, DateTime or DateTime64); NULL where nothing was. Makes role refunds from this table.',
    },
    ...arrival,
  ],
};

const requests: Role = {
  name: 'requests',
  description: 'What services answered: one row per request.',
  columns: [
    id,
    { name: 'time', required: true, description: 'When the request began or ended (Date, DateTime or DateTime64).' },
    { name: 'service', required: true, description: 'Service that answered (String). One for all: under constants.' },
    { name: 'endpoint', required: false, description: 'Route or operation, such as GET /orders/:id (String).' },
    { name: 'release', required: false, description: 'Version of the service that answered (String), such as 2.14.0.' },
    { name: 'durationMs', required: true, description: 'How long it took, in milliseconds (a number).' },
    {
      name: 'status',
      required: false,
      description: 'HTTP status (a number): 500 and above is an error where error is not mapped.',
    },
    { name: 'error', required: false, description: 'Bool or UInt8: 1 marks a failed request. Counts before status.' },
    { name: 'user', required: false, description: 'Who asked: any integer, String or UUID.' },
    ...arrival,
  ],
};

const refunds: Role = {
  name: 'refunds',
  description: 'What was given back: one row per refund. Made from orders where orders maps refundTime.',
  columns: [
    id,
    { name: 'time', required: true, description: 'When it was given back (Date, DateTime or DateTime64).' },
    { name: 'user', required: false, description: 'Who got it: any integer, String or UUID.' },
    {
      name: 'amount',
      required: true,
      description: 'What was given back, positive, in units of the currency (Decimal; a float is summed inexactly).',
    },
    currency,
    ...arrival,
  ],
};

const subscriptions: Role = {
  name: 'subscriptions',
  description: 'What customers subscribed to: one row per change of a subscription.',
  columns: [
    id,
    { name: 'time', required: true, description: 'When the change takes effect (Date, DateTime or DateTime64).' },
    { name: 'subscription', required: true, description: 'Key of the subscription: any integer, String or UUID.' },
    { name: 'user', required: true, description: 'Who subscribed: any integer, String or UUID.' },
    {
      name: 'mrr',
      required: true,
      description: 'Amount per month from then on (Decimal); a yearly price is a twelfth, 0 is the end.',
    },
    currency,
    { name: 'plan', required: false, description: 'Name of the plan from then on (String).' },
    ...arrival,
  ],
};

/** The roles by name: which logical columns a mapping in tidemark.yaml may and must name. */
export const roles: Readonly<Record<RoleName, Role>> = { events, requests, orders, refunds, subscriptions };

/** Logical columns that may be given as one constant for all rows instead of as a column. */
export const constantColumns: Readonly<Record<RoleName, readonly string[]>> = {
  events: [],
  requests: ['service'],
  orders: ['currency'],
  refunds: ['currency'],
  subscriptions: ['currency'],
};

/** Roles whose rows may have further columns to group and filter by. */
export const dimensionRoles: readonly RoleName[] = ['events', 'requests'];

/** Logical columns with so many values that rollups keep only the frequent ones apart (the others are `(other)`). */
export const cappedColumns: Readonly<Record<RoleName, readonly string[]>> = {
  events: ['event'],
  requests: ['service', 'release', 'endpoint'],
  orders: [],
  refunds: [],
  subscriptions: [],
};

const ownColumns = ['m', 'd', 't', 'at', 'n', 'run', 'del', 'swept_at'];

/** Columns that rollups of a role have beside logical ones: no dimension may have their name. */
export const reservedNames: Readonly<Record<RoleName, readonly string[]>> = {
  events: ownColumns,
  requests: [
    ...ownColumns,
    'requests',
    'errors',
    'duration_us',
    'satisfied',
    'tolerating',
    'latency',
    ...latencyBuckets.map((b) => b.column),
  ],
  orders: [],
  refunds: [],
  subscriptions: [],
};
