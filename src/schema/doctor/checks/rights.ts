import type { RoleConfig } from '../../../config/config';
import type { Check } from '../check';
import { nameOf } from '../facts';
import type { Needed } from '../rights';
import { isGranted, readGrant } from '../rights';
import { found } from '../words';

/** What migrate, the refreshes, drop and verify do in Tidemark's own database. */
const own = [
  'SELECT',
  'INSERT',
  'ALTER',
  'CREATE DATABASE',
  'CREATE TABLE',
  'CREATE VIEW',
  'DROP TABLE',
  'DROP VIEW',
  'TRUNCATE',
  'OPTIMIZE',
  'SYSTEM VIEWS',
] as const;

/** May the user of tidemark.yaml do what migrate and the refreshes do: these run with its rights inside ClickHouse. */
export const rights: Check = {
  name: 'rights',
  of: 'database',
  async run({ config, db, roles }) {
    const { database, user } = config.connection;
    const lines = await db.query<Readonly<Record<string, string>>>('SHOW GRANTS FINAL');
    const granted = lines.flatMap((row) => readGrant(Object.values(row)[0] ?? '') ?? []);
    // Nothing was told of tables: a server that words its grants otherwise is not judged.
    if (granted.length === 0) return undefined;
    const needed: readonly Needed[] = [
      ...own.map((privilege) => ({ privilege, database, table: '*', columns: [] })),
      ...roles.map(({ mapping }) => ({ privilege: 'SELECT', ...nameOf(mapping.table), columns: columnsOf(mapping) })),
      { privilege: 'SELECT', database: 'system', table: 'view_refreshes', columns: [] },
    ];
    const lacking = needed.filter((n) => !isGranted(granted, n));
    const told = lacking.map((n) => `${n.privilege} ON ${n.database}.${n.table}`);
    return told.length === 0 ? [] : [found('right_missing', database, { user, rights: told })];
  },
};

const columnsOf = ({ columns, dimensions }: RoleConfig): readonly string[] => [
  ...new Set([...Object.values(columns), ...dimensions.map(({ column }) => column)]),
];
