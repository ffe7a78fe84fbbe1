import { literal, qualified } from '../../../core/sql/quote';
import { column } from '../../rollups/columns';
import type { SourceContext } from '../../rollups/context';
import { tableOf } from '../../rollups/context';
import type { Check } from '../check';
import { bounded } from '../check';
import type { Found } from '../finding';
import { found } from '../words';

/** Share of late rows that is worth a note. */
const muchLate = 0.01;

/** Minutes after the installation in which what is old is not late, but filled for the first time. */
const fillingMinutes = 10;

const installedAt = ({ installation }: SourceContext): string =>
  `(SELECT ifNull(max(applied_at), now()) + INTERVAL ${fillingMinutes} MINUTE FROM ${tableOf(installation, 'schema_objects')} WHERE name = 'late')`;

/** How many rows come late, and how many too late: for days that the source does not have whole any more. */
export const late: Check = {
  name: 'late',
  of: 'role',
  async run({ role, context, source }, { db, installation, migrated }) {
    if (!context || !source || !migrated || source.columns['ingestedAt'] === undefined) return undefined;
    const [counted] = await db.query<{ rows: number; sealed: number; days: string[] }>(
      `SELECT toFloat64(sum(late.rows)) AS rows, toFloat64(sumIf(late.rows, late.sealed = 1)) AS sealed, arraySort(groupUniqArrayIf(10)(toString(d), late.sealed = 1 AND late.rows > 0)) AS days
FROM ${tableOf(installation, 'late')} AS late WHERE role = ${literal(role)} AND at > greatest(now() - INTERVAL 1 DAY, ${installedAt(context)})`,
    );
    if (!counted || counted.rows === 0) return [];
    const findings: Found[] = [];
    const [arrivals] = await db.query<{ rows: number }>(
      `SELECT toFloat64(count()) AS rows FROM ${qualified(source.table)} WHERE ${column(source, 'ingestedAt')} > now() - INTERVAL 1 DAY ${bounded}`,
    );
    const arrived = Math.max(arrivals?.rows ?? 0, counted.rows);
    const share = counted.rows / arrived;
    const { freshDays } = installation;
    if (share > muchLate) findings.push(found('late_share', role, { rows: counted.rows, arrived, share, freshDays }));
    if (counted.sealed > 0)
      findings.push(found('sealed_late_rows', role, { rows: counted.sealed, days: counted.days }));
    return findings;
  },
};
