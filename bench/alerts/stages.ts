import { makeTestStage } from '../../src/alerts/ruleTest/stage';
import type { Db } from '../../src/core/db';
import type { Stage } from '../../src/schema';
import { completeUntil, fillDefaults } from '../../src/schema';
import { dayRows, funnels } from './days';
import type { Incident } from './incidents';
import { holidays } from './profiles';
import type { Profile } from './profiles';

/** A migrated installation without refreshes, all complete, the rules' own limits; reporting zone UTC. */
export async function plainStage(db: Db, database: string): Promise<Stage> {
  const { stage } = await makeTestStage(db, database, 'UTC', 'bench');
  await fillDefaults(db, stage);
  await db.insert(
    `${database}.completeness`,
    funnels.map(({ name }) => ({ rollup: `funnel_${name}`, role: 'events', until: '2200-01-01 00:00:00' })),
  );
  await completeUntil(db, stage.installation, Date.UTC(2200, 0));
  return stage;
}

/** Puts the days of a profile's year, and the holidays, into a stage. */
export async function fillDays(
  db: Db,
  stage: Stage,
  profile: Profile,
  incidents: readonly Incident[],
  days: number,
): Promise<void> {
  const { database } = stage.installation;
  const own = incidents.filter((i) => i.profile === profile.name);
  for (const [table, rows] of Object.entries(dayRows(profile, own, days))) {
    await db.command(`TRUNCATE TABLE ${database}.${table}`);
    await db.insert(`${database}.${table}`, rows);
  }
  await db.command(`TRUNCATE TABLE ${database}.holidays`);
  await db.insert(
    `${database}.holidays`,
    holidays.map((day) => ({ day, name: 'holiday' })),
  );
}
