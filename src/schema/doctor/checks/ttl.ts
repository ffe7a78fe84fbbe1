import type { Check } from '../check';
import { found } from '../words';

/** From which day on the source has everything. */
export const ttl: Check = {
  name: 'ttl',
  of: 'role',
  async run({ role, source, context }, { db }) {
    if (!source || !context || source.keepsDays === null) return undefined;
    const [row] = await db.query<{ first: string }>(
      `SELECT toString(subtractDays(toDate(now(), {zone:String}), ${source.keepsDays - 1})) AS first`,
      { zone: context.installation.timezone },
    );
    return [found('ttl_seals', role, { days: source.keepsDays, first: row?.first ?? '' })];
  },
};
