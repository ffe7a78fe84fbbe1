import type { Check } from '../check';
import { found } from '../words';

const mb = 1_000_000;

/** Is the server one that was tested, and does it allow what the refreshes ask for. */
export const server: Check = {
  name: 'server',
  of: 'database',
  async run({ config, db, serverVersion }) {
    const { database } = config.connection;
    const { memoryMb } = config.refresh;
    const tested = /^26\./.test(serverVersion);
    const caps = await db.query<{ by: string; bytes: number }>(
      `SELECT 'the profile of this user (max_memory_usage)' AS by, toFloat64OrZero(ifNull(toString(max), '')) AS bytes FROM system.settings WHERE name = 'max_memory_usage'
UNION ALL SELECT 'the server (max_server_memory_usage)' AS by, toFloat64OrZero(value) AS bytes FROM system.server_settings WHERE name = 'max_server_memory_usage'`,
    );
    return [
      ...(tested ? [] : [found('server_untested', database, { version: serverVersion })]),
      ...caps
        .filter(({ bytes }) => bytes > 0 && bytes < memoryMb * mb)
        .map(({ by, bytes }) => found('memory_capped', database, { memoryMb, by, max: Math.floor(bytes / mb) })),
    ];
  },
};
