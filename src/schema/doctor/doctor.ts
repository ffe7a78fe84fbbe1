import type { Config } from '../../config/config';
import type { Db } from '../../core/db';
import { causeOf } from './cause';
import type { Answer } from './check';
import { checks } from './checks';
import type { DoctorOptions, RoleSubject } from './context';
import { examine } from './context';
import type { Finding } from './finding';
import { states } from './finding';
import { found } from './words';

/**
 * Looks at sources, refreshes and rollups and tells what is wrong with them. Changes nothing. A check that cannot be made
 * (no right to a system table, a server without it) is a `not_checked` note, and what is well is a row with state `ok`.
 * Throws only what reading the tables' definitions throws: no connection, no rights at all.
 */
export async function doctor(config: Config, db: Db, options: DoctorOptions): Promise<readonly Finding[]> {
  const context = await examine(config, db, options);
  const findings: Finding[] = [];
  const unreadable = new Set<string>();
  for (const check of checks) {
    const runs =
      check.of === 'database'
        ? [{ subject: config.connection.database, run: () => check.run(context) }]
        : context.roles.map((role) => ({
            subject: role.role,
            run: () => check.run(unreadable.has(role.role) ? withoutSource(role) : role, context),
          }));
    for (const { subject, run } of runs) {
      const answer = await guarded(subject, run);
      const all = answer?.length === 0 ? [found('ok', subject, {})] : (answer ?? []);
      if (all.some((f) => f.code === 'source_broken')) unreadable.add(subject);
      findings.push(...all.map((f) => ({ check: check.name, ...f })));
    }
  }
  return findings;
}

/** A role whose source cannot be read: said once, and not again by every check that would read it. */
function withoutSource({ role, mapping, facts }: RoleSubject): RoleSubject {
  return { role, mapping, ...(facts && { facts }) };
}

async function guarded(subject: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (thrown) {
    return [found('not_checked', subject, { cause: causeOf(thrown) })];
  }
}

/** The worst state of some findings; `ok` of none. */
export const worst = (findings: readonly Finding[]): Finding['state'] =>
  states[Math.max(0, ...findings.map((f) => states.indexOf(f.state)))] ?? 'ok';
