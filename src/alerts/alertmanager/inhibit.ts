import type { PipelineConfig } from '../../config/collectConfig';
import type { RoleName } from '../../core/model';
import { sections } from '../../config/sections';
import type { AlertRule } from '../../packs/rule';
import { ruleGroups } from '../../packs/rules';

/** Packs whose rules are about numbers of the product. */
const productPacks = ['product', 'service', 'revenue'];

/** A rule of Alertmanager: while an alert of the first kind fires, those of the second are mute. */
interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
}

/** Kind of the collector's sources → begin of the names of the rules that only it sees. */
const seenBy: Readonly<Record<string, string>> = {
  postgres: 'cdc_slot_.*|cdc_wal_.*',
  tables: 'cdc_table_drift',
  heartbeat: 'cdc_replication_.*',
  kafka: 'kafka_.*',
  connect: 'connector_down',
};

/**
 * What is mute while its cause is told. Of each pipeline with roles: while it is critical itself, the rules about numbers of these
 * roles. Of each source of the collector: while nobody looks at it, the rules that only it sees. Of an installation that is not known
 * (the committed files): all rules about numbers, while any pipeline is critical.
 */
export function inhibitions(pipelines: readonly PipelineConfig[]): readonly Inhibition[] {
  if (pipelines.length === 0)
    return [
      {
        source_matchers: ['pack="pipeline"', 'severity="critical"'],
        target_matchers: [`pack=~"${productPacks.join('|')}"`],
      },
    ];
  return [...pipelines.flatMap(ofRoles), ...ofSources(pipelines)];
}

function ofRoles({ name, roles }: PipelineConfig): Inhibition[] {
  const fed = roles.includes('orders') ? [...roles, 'refunds' as const] : roles;
  const muted = productRules.filter((rule) => fed.some((role) => roleOf(rule) === role));
  if (muted.length === 0) return [];
  return [
    {
      source_matchers: [
        'pack="pipeline"',
        'severity="critical"',
        // Its subjects are sources of the collector, whose names may begin like a pipeline's.
        'rule!="collector_down"',
        `subject=~"${name}( .*)?"`,
      ],
      target_matchers: [`rule=~"${muted.map((rule) => rule.name).join('|')}"`],
    },
  ];
}

const productRules = ruleGroups.filter(({ name }) => productPacks.includes(name)).flatMap(({ rules }) => rules);

/** Role that a rule is about; features and funnels are made of events. */
function roleOf({ needs }: AlertRule): RoleName | undefined {
  if (needs === 'features' || needs === 'funnels') return 'events';
  return (sections as readonly (string | undefined)[]).includes(needs) ? undefined : (needs as RoleName | undefined);
}

function ofSources(pipelines: readonly PipelineConfig[]): Inhibition[] {
  // A rule about what no pipeline names tells of it under the name of its server.
  const subjects = new Map<string, Set<string>>();
  for (const { name, postgres, tables, heartbeat, kafka, connect } of pipelines) {
    const sources = [
      ...(postgres ? [['postgres', postgres.server] as const] : []),
      ...(postgres && tables.length > 0 ? [['tables', postgres.server] as const] : []),
      ...(heartbeat ? [['heartbeat', name] as const] : []),
      ...(kafka ? [['kafka', kafka.cluster] as const] : []),
      ...(connect ? [['connect', connect.cluster] as const] : []),
    ];
    for (const [kind, of] of sources) {
      const key = `${kind} ${of}`;
      subjects.set(key, (subjects.get(key) ?? new Set([of])).add(name));
    }
  }
  return [...subjects].map(([source, names]) => ({
    source_matchers: ['rule="collector_down"', `subject="${source}"`],
    target_matchers: [`rule=~"${seenBy[source.split(' ')[0] ?? '']}"`, `subject=~"(${[...names].join('|')})( .*)?"`],
  }));
}
