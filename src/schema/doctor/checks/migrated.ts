import { planMigration } from '../../ddl/migrate';
import type { Check } from '../check';
import { found } from '../words';

/** Is what is installed what tidemark.yaml asks for. Cannot be told while a role's mapping does not fit. */
export const migrated: Check = {
  name: 'migrated',
  of: 'database',
  async run({ config, db, installation, migrated: is, complete, version }) {
    const { database } = config.connection;
    if (!is) return [found('not_migrated', database, { database })];
    if (!complete) return undefined;
    const plan = await planMigration(installation, db, version);
    // Views that somebody dropped are told by check views.
    const changes = plan.filter((a) => a.action !== 'unchanged' && !(a.kind === 'refresh' && a.action === 'create'));
    const objects = changes.map(({ object, action }) => `${object} (${action})`);
    return objects.length > 0 ? [found('migrate_pending', database, { objects })] : [];
  },
};
