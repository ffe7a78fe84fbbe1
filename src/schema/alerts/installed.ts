import { alertRules } from '../../packs/rules';
import type { AlertRule } from '../../packs/rule';
import type { Installation } from '../installation';
import { installedRollups } from '../rollups/installed';
import { hasNeed } from './needs';

/** The rules that an installation has: those whose roles and rollups there are, whose system tables the server has, and that nobody switched off. */
export function installedRules(installation: Installation): readonly AlertRule[] {
  const rollups = installedRollups(installation).map(({ rollup }) => rollup.name);
  return alertRules.filter(
    (rule) =>
      !installation.alerts.off.includes(rule.name) &&
      (rule.needs === undefined || hasNeed(installation, rule.needs)) &&
      (rule.reads ?? []).every((name) => rollups.includes(name)) &&
      missingTables(rule, installation).length === 0,
  );
}

/** System tables without which a rule cannot be: the server lacks them. */
export const missingTables = (rule: AlertRule, { systemTables }: Installation): readonly string[] =>
  (rule.systemTables ?? []).filter((table) => !systemTables.includes(table));
