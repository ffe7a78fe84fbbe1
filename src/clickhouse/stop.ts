import type { ClickHouseClient } from './client';
import { pause } from './pause';

/** When it is tried (ms after the cancellation): a request that was still on its way is found a little later. */
const tries = [0, 250, 1_000];

/**
 * Stops a query on the server, whose own doing goes on when the connection is closed. Never throws: a server that does not
 * let the user kill even his own queries ends it by its own limits.
 */
export async function stopQuery(client: ClickHouseClient, queryId: string, newQueryId: () => string): Promise<void> {
  let waited = 0;
  for (const at of tries) {
    await pause(at - waited);
    waited = at;
    const found = await client.kill(queryId, newQueryId()).catch(() => 1);
    if (found > 0) return;
  }
}
