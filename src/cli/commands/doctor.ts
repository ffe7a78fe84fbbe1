import type { Command } from 'commander';
import { Option } from 'commander';

import type { Config } from '../../config/config';
import type { RoleName } from '../../core/model';
import { roleNames } from '../../core/model';
import { settingsOf } from '../../dashboards/settings';
import type { BuiltDashboards, Finding, State } from '../../schema/doctor';
import { doctor, worst } from '../../schema/doctor';
import { allFiles, compare } from '../built';
import { fail } from '../errors';
import { configOption, defineCommand, exitCodes, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';
import { packageVersion } from '../version';
import { wrapped } from '../wrapped';

interface DoctorFlags extends ConfigOptions {
  readonly role?: RoleName;
  readonly dashboards: string;
}

/** `tidemark doctor`: what is wrong, or will be, and what to do about it. */
export function doctorCommand(): Command {
  return defineCommand({
    name: 'doctor',
    summary: 'Look for what is wrong with sources, refreshes and rollups; exit code 1 where there is a problem',
    examples: [
      'tidemark doctor',
      'tidemark doctor --role orders',
      'tidemark doctor --dashboards /srv/grafana',
      'tidemark doctor --json',
    ],
  })
    .addOption(configOption())
    .addOption(new Option('--role <name>', 'look only at this role and its rollups').choices(roleNames))
    .option('--dashboards <dir>', 'folder that tidemark build wrote to', '.')
    .addOption(jsonOption())
    .action(examineAll);
}

async function examineAll(flags: DoctorFlags): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const { role } = flags;
    // Role refunds may be made of orders.
    const derived = role === 'refunds' && config.roles.orders?.columns['refundTime'] !== undefined;
    if (role !== undefined && !config.roles[role] && !derived) {
      throw fail('usage_role_unmapped', { role, file: config.file, mapped: Object.keys(config.roles) });
    }
    const dashboards = builtIn(flags.dashboards, config);
    const findings = await doctor(config, db, { version: packageVersion(), dashboards, ...(role && { role }) });
    out.data(findings);
    out.table(['check', 'subject', 'state', 'what', 'what to do'], findings.map(row));
    out.say(summary(findings));
    if (worst(findings) === 'problem') process.exitCode = exitCodes.failure;
  });
}

/** Only dashboards: provisioning files are often edited, or stand elsewhere. */
function builtIn(folder: string, config: Config): BuiltDashboards {
  const all = allFiles(settingsOf(config));
  const ours = (paths: readonly string[]) => paths.filter((path) => path.startsWith('dashboards/'));
  const { changed, missing, left } = compare(folder, all);
  return {
    folder,
    files: ours(all.map(({ path }) => path)).length,
    changed: ours(changed),
    missing: ours(missing),
    left: ours(left),
  };
}

const row = ({ check, subject, state, code, what, todo }: Finding) => [
  check,
  subject,
  state,
  wrapped(state === 'ok' ? '' : `${code}: ${what}`),
  wrapped(todo),
];

function summary(findings: readonly Finding[]): string {
  const count = (state: State) => findings.filter((f) => f.state === state).length;
  const told = (['problem', 'warning', 'note'] as const).flatMap((state) => {
    const n = count(state);
    return n === 0 ? [] : [`${n} ${state}${n === 1 ? '' : 's'}`];
  });
  return told.length === 0
    ? `All ${findings.length} checks are well.`
    : `${told.join(', ')}; docs/doctor.md explains each.`;
}
