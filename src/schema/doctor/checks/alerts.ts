import { literal } from '../../../core/sql/quote';
import { alertPrefix } from '../../access/names';
import { tableOf } from '../../rollups/context';
import { causeOf } from '../cause';
import type { Check } from '../check';
import type { Found } from '../finding';
import { found } from '../words';

/** Can the views that alert rules are be read. */
export const alerts: Check = {
  name: 'alerts',
  of: 'database',
  async run({ db, installation, migrated, only }) {
    if (!migrated || only !== undefined) return undefined;
    const { database } = installation;
    const views = await db.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = ${literal(database)} AND startsWith(name, ${literal(alertPrefix)}) ORDER BY name`,
    );
    if (views.length === 0) return [found('alerts_none', database, {})];
    const findings: Found[] = [];
    for (const { name } of views) {
      try {
        await db.query(`SELECT * FROM ${tableOf(installation, name)} LIMIT 0`);
      } catch (thrown) {
        findings.push(found('alert_broken', name, { cause: causeOf(thrown) }));
      }
    }
    return findings;
  },
};
