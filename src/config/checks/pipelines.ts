import { nearest } from '../nearest';
import { mapping } from '../problem';
import type { Mapping, Path, Problem } from '../problem';
import { nameProblems } from './collect';

/** Names, and what they refer to, in section `pipelines`. */
export function pipelineProblems(root: Mapping): Problem[] {
  const pipelines = Object.entries(mapping(root.pipelines));
  if (pipelines.length > 0 && root.collect == null) {
    const text =
      'Nothing looks at pipelines without section collect. Add it: collect: with its servers (docs/collect.md).';
    return [{ path: ['pipelines'], at: 'key', text }];
  }
  return [
    ...pipelines.flatMap(([name, written]) => {
      const path = ['pipelines', name];
      const own = mapping(written);
      return [
        ...nameProblems(path, name),
        ...referenceProblems(root, path, own),
        ...kindProblems(path, own),
        ...roleProblems(root, path, own),
        ...beatProblems(path, own),
        ...tableProblems(path, own),
      ];
    }),
    ...sharedSlots(pipelines),
  ];
}

function referenceProblems(root: Mapping, path: Path, own: Mapping): Problem[] {
  const referred = [
    ['postgres', 'server'],
    ['kafka', 'cluster'],
    ['connect', 'cluster'],
  ] as const;
  return referred.flatMap(([kind, key]): Problem[] => {
    const name = mapping(own[kind])[key];
    const known = Object.keys(mapping(mapping(root.collect)[kind]));
    if (typeof name !== 'string' || name === '' || known.includes(name)) return [];
    const meant = nearest(name, known);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    const text = `There is no "${name}" under collect.${kind}. There: ${known.join(', ') || 'nothing'}.${hint}`;
    return [{ path: [...path, kind, key], at: 'value', text }];
  });
}

function kindProblems(path: Path, { kind, kafka, connect, postgres, heartbeat, tables }: Mapping): Problem[] {
  const between = Object.entries({ kafka, connect }).filter(([, written]) => written != null);
  const wrong = kind === 'materialized' ? between : [];
  const source = Object.keys(mapping(tables)).length > 0 && postgres == null;
  return [
    ...wrong.map(([key]): Problem => {
      const text =
        'MaterializedPostgreSQL reads Postgres itself: there is nothing between. Remove this key, or write kind: debezium.';
      return { path: [...path, key], at: 'key', text };
    }),
    ...(source
      ? [
          {
            path: [...path, 'tables'],
            at: 'key',
            text: 'Tables are compared with Postgres. Write which under postgres: server and database.',
          } as const,
        ]
      : []),
    ...(kind === 'materialized' && heartbeat != null && postgres == null
      ? [
          {
            path: [...path, 'heartbeat'],
            at: 'key',
            text: 'Nobody would write the beats. Write which Postgres under postgres: server and database.',
          } as const,
        ]
      : []),
  ];
}

function roleProblems(root: Mapping, path: Path, { roles }: Mapping): Problem[] {
  const mapped = mapping(root.roles);
  return (Array.isArray(roles) ? (roles as unknown[]) : []).flatMap((role, i): Problem[] => {
    if (typeof role !== 'string' || mapped[role] != null) return [];
    // Refunds may be made of orders.
    const derived = role === 'refunds' && mapping(mapping(mapped.orders).columns).refundTime != null;
    if (derived) return [];
    return [
      {
        path: [...path, 'roles', i],
        at: 'value',
        text: `Role ${role} is not mapped. Map it under roles, or remove it here.`,
      },
    ];
  });
}

/** Seconds between two beats beyond which rules about the minute would be held between two beats (they are from five minutes on). */
const longestBeatSeconds = 120;

function beatProblems(path: Path, { roles, heartbeat }: Mapping): Problem[] {
  const { everySeconds } = mapping(heartbeat);
  if (!Array.isArray(roles) || roles.length === 0) return [];
  if (typeof everySeconds !== 'number' || everySeconds <= longestBeatSeconds) return [];
  const text = `Rules about the roles of this pipeline are held while no beat comes, so with ${everySeconds} s between two they would hardly ever judge. Write ${longestBeatSeconds} or less, or leave out roles.`;
  return [{ path: [...path, 'heartbeat', 'everySeconds'], at: 'value', text }];
}

const dotted = /^[^.\s]+\.[^.\s]+$/;

function tableProblems(path: Path, { tables, heartbeat, checks }: Mapping): Problem[] {
  const beat = mapping(heartbeat);
  const views = Array.isArray(checks) ? (checks as unknown[]) : [];
  return [
    ...views.flatMap((view, i) => targetProblems([...path, 'checks', i], view)),
    ...Object.entries(mapping(tables)).flatMap(([table, to]) => {
      const at = [...path, 'tables', table];
      const target = typeof to === 'string' ? to : mapping(to).target;
      return [
        ...(dotted.test(table)
          ? []
          : [
              {
                path: at,
                at: 'key',
                text: `"${table}" is no table of Postgres with its schema. Write public.orders.`,
              } as const,
            ]),
        ...targetProblems(typeof to === 'string' ? at : [...at, 'target'], target),
      ];
    }),
    ...targetProblems([...path, 'heartbeat', 'target'], beat.target),
    ...(typeof beat.table !== 'string' || beat.table === '' || dotted.test(beat.table)
      ? []
      : [
          {
            path: [...path, 'heartbeat', 'table'],
            at: 'value',
            text: `"${beat.table}" is no table with its schema. Write public.tidemark_heartbeat.`,
          } as const,
        ]),
  ];
}

function targetProblems(path: Path, target: unknown): Problem[] {
  if (typeof target !== 'string' || target === '' || dotted.test(target)) return [];
  return [{ path, at: 'value', text: `"${target}" is no table of ClickHouse with its database. Write shop.orders.` }];
}

/** A slot feeds one consumer: two pipelines that name the same one cannot both be right. */
function sharedSlots(pipelines: readonly (readonly [string, unknown])[]): Problem[] {
  const owners = new Map<string, string>();
  return pipelines.flatMap(([name, written]): Problem[] => {
    const { server, slot } = mapping(mapping(written).postgres);
    if (typeof server !== 'string' || typeof slot !== 'string') return [];
    const key = `${server} ${slot}`;
    const owner = owners.get(key);
    owners.set(key, owner ?? name);
    if (owner === undefined) return [];
    const text = `Pipeline ${owner} names slot "${slot}" of ${server} too. A slot feeds one pipeline: correct one of them.`;
    return [{ path: ['pipelines', name, 'postgres', 'slot'], at: 'value', text }];
  });
}
