import type { Config, RoleConfig } from '../../config/config';
import type { Db } from '../../core/db';
import { TidemarkError } from '../../core/errors';
import type { RoleName } from '../../core/model';
import { literal } from '../../core/sql/quote';
import { inspect } from '../inspect';
import type { Installation, Source } from '../installation';
import type { Step } from '../refresh/steps';
import { refreshSteps, sourceContexts } from '../refresh/steps';
import type { SourceContext } from '../rollups/context';
import { installedRollups } from '../rollups/installed';
import type { SourceFacts } from './facts';
import { readFacts } from './facts';

/** A mapped role and what was found of its table. */
export interface RoleSubject {
  readonly role: RoleName;
  readonly mapping: RoleConfig;
  /** Absent where ClickHouse has no such table. */
  readonly facts?: SourceFacts;
  /** Absent where the mapping does not fit. */
  readonly source?: Source;
  /** As {@link source}. */
  readonly context?: SourceContext;
  /** Why the mapping does not fit. */
  readonly misfit?: TidemarkError;
}

/** All that the checks look at. */
export interface DoctorContext {
  readonly config: Config;
  readonly db: Db;
  /** Version of Tidemark, which the catalogue holds. */
  readonly version: string;
  readonly serverVersion: string;
  /** Of all roles whose mapping fits. */
  readonly installation: Installation;
  /** Whether the mapping of every role fits. */
  readonly complete: boolean;
  /** Whether rollup_status is there. */
  readonly migrated: boolean;
  /** The roles that are asked about. */
  readonly roles: readonly RoleSubject[];
  /** The one role that is asked about; all where it is absent. */
  readonly only?: RoleName;
  readonly dashboards?: BuiltDashboards;
  /** Steps of these roles. */
  readonly steps: readonly Step[];
}

/** How a folder of dashboards differs from what would be built; names of files below it. */
export interface BuiltDashboards {
  readonly folder: string;
  /** How many would be built. */
  readonly files: number;
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Dashboards for roles that are no longer mapped. */
  readonly left: readonly string[];
}

/** What a doctor is asked. */
export interface DoctorOptions {
  /** Version of Tidemark. */
  readonly version: string;
  /** Not looked at where absent: the schema has no files. */
  readonly dashboards?: BuiltDashboards;
  /** Only this role and its rollups. */
  readonly role?: RoleName;
}

/** Looks at what there is, role by role, so that one broken source does not hide the others. Throws the server's errors. */
export async function examine(
  config: Config,
  db: Db,
  { version, role: only, dashboards }: DoctorOptions,
): Promise<DoctorContext> {
  const mapped = Object.entries(config.roles) as [RoleName, RoleConfig][];
  const looked: Omit<RoleSubject, 'source' | 'context'>[] = [];
  for (const [role, mapping] of mapped) {
    const facts = await readFacts(db, mapping.table);
    const misfit = await misfitOf(config, db, role, mapping);
    looked.push({ role, mapping, ...(facts && { facts }), ...(misfit && { misfit }) });
  }
  const fitting = looked.filter(({ misfit }) => misfit === undefined);
  const roles = Object.fromEntries(fitting.map(({ role, mapping }) => [role, mapping]));
  const inspected = await inspect({ ...config, roles }, db);
  // Refunds that are mapped and do not fit are not made of orders instead.
  const broken = looked.filter(({ misfit }) => misfit !== undefined).map(({ role }) => role as string);
  const sources = Object.fromEntries(Object.entries(inspected.sources).filter(([role]) => !broken.includes(role)));
  const installation: Installation = { ...inspected, sources };
  const contexts = sourceContexts(installation);
  const subjects = looked.map((subject): RoleSubject => {
    const source = installation.sources[subject.role];
    const context = contexts.find((c) => c.source.role === subject.role);
    return { ...subject, ...(source && { source }), ...(context && { context }) };
  });
  const { database } = installation;
  const chosen = subjects.filter(({ role }) => only === undefined || role === only);
  const roleOf = rolesOfSteps(installation);
  const [server] = await db.query<{ version: string; migrated: number }>(
    `SELECT version() AS version, (SELECT count() FROM system.tables WHERE database = ${literal(database)} AND name = 'rollup_status') AS migrated`,
  );
  return {
    config,
    db,
    version,
    serverVersion: server?.version ?? '',
    installation,
    ...(only !== undefined && { only }),
    ...(dashboards && { dashboards }),
    complete: subjects.every(({ misfit }) => misfit === undefined),
    migrated: Number(server?.migrated ?? 0) > 0,
    roles: chosen,
    steps: refreshSteps(installation).filter((s) => only === undefined || roleOf.get(s.name) === only),
  };
}

/** Why the mapping of a role does not fit; undefined where it does. Throws the server's errors. */
async function misfitOf(
  config: Config,
  db: Db,
  role: RoleName,
  mapping: RoleConfig,
): Promise<TidemarkError | undefined> {
  try {
    await inspect({ ...config, roles: { [role]: mapping } }, db);
    return undefined;
  } catch (thrown) {
    // Errors of the mapping name the role; those of the server do not.
    if (thrown instanceof TidemarkError && thrown.facts['role'] === role) return thrown;
    throw thrown;
  }
}

function rolesOfSteps(installation: Installation): ReadonlyMap<string, RoleName> {
  const rollups = installedRollups(installation).map(({ rollup, role }) => [rollup.name, role] as const);
  const own = refreshSteps(installation).flatMap(({ name, of }) =>
    'context' in of ? [[name, of.context.source.role] as const] : [],
  );
  return new Map([...rollups, ...own]);
}
