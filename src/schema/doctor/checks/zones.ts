import { literal } from '../../../core/sql/quote';
import { causeOf } from '../cause';
import type { Check } from '../check';
import type { Found } from '../finding';
import { found } from '../words';

/** Does the server know the zones whose days are kept: tidemark.yaml is judged by the zones that JavaScript knows. */
export const zones: Check = {
  name: 'zones',
  of: 'database',
  async run({ db, config: { reporting } }) {
    const findings: Found[] = [];
    for (const zone of [reporting.timezone, ...reporting.zones]) {
      try {
        await db.query(`SELECT toString(toTimeZone(now(), ${literal(zone)})) AS t`);
      } catch (thrown) {
        findings.push(found('zone_unknown', zone, { zone, cause: causeOf(thrown) }));
      }
    }
    return findings;
  },
};
