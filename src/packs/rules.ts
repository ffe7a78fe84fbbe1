import { pipelineRules } from './pipeline/rules';
import { dbtRules } from './dbt/rules';
import { productRules } from './product/rules';
import type { AlertRule, RuleGroup } from './rule';
import { revenueRules } from './revenue/rules';
import { rollupRules } from './rollups/rules';
import { serverRules } from './server/rules';
import { serviceRules } from './service/rules';

/** Every alert rule, by group. A new rule is one file beside its pack and one line in the pack's list. */
export const ruleGroups: readonly RuleGroup[] = [
  { name: 'product', title: 'Product usage', rules: productRules },
  { name: 'service', title: 'Service operations', rules: serviceRules },
  { name: 'revenue', title: 'Orders and revenue', rules: revenueRules },
  { name: 'rollups', title: 'Rollups', rules: rollupRules },
  { name: 'pipeline', title: 'Replication: PostgreSQL and Kafka', rules: pipelineRules },
  { name: 'dbt', title: 'dbt', rules: dbtRules },
  { name: 'server', title: 'ClickHouse server', rules: serverRules },
];

/** All of them, in order. */
export const alertRules: readonly AlertRule[] = ruleGroups.flatMap((group) => group.rules);

/** Group of a rule. @throws Error for a rule that stands in none: a mistake in the source. */
export function groupOf(rule: AlertRule): RuleGroup {
  const group = ruleGroups.find(({ rules }) => rules.includes(rule));
  if (!group) throw new Error(`Rule ${rule.name} stands in no group of packs/rules.ts.`);
  return group;
}
