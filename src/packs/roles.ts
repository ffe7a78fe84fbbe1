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
    {
      name: 'currency',
      required: true,
      description: 'ISO 4217 code, such as USD (String). A source in one currency names it under constants instead.',
    },
    {
      name: 'refundAmount',
      required: false,
      description: 'What was given back, positive, in the same currency; NULL or 0 where nothing was.',
    },
    ...arrival,
  ],
};

/** The roles by name: which logical columns a mapping in tidemark.yaml may and must name. */
export const roles: Readonly<Record<RoleName, Role>> = { events, orders };

/** Logical columns that may be given as one constant for all rows instead of as a column. */
export const constantColumns: Readonly<Record<RoleName, readonly string[]>> = { events: [], orders: ['currency'] };
