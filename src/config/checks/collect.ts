import { durationMs } from '../../core/time/duration';
import { listenAddress } from '../collect';
import { mapping } from '../problem';
import type { Mapping, Path, Problem } from '../problem';

/** Addresses, durations and names in section `collect`. */
export function collectProblems(root: Mapping): Problem[] {
  if (root.collect == null) return [];
  const collect = mapping(root.collect);
  const each = (kind: string, check: (path: Path, entry: Mapping) => Problem[]) =>
    Object.entries(mapping(collect[kind])).flatMap(([name, entry]) => {
      const path = ['collect', kind, name];
      return [...nameProblems(path, name), ...check(path, mapping(entry))];
    });
  return [
    ...listenProblems(collect),
    ...each('postgres', postgresProblems),
    ...each('kafka', brokerProblems),
    ...each('connect', (path, entry) => [
      ...httpProblems([...path, 'url'], entry.url, 'http://host:8083'),
      ...httpProblems([...path, 'jolokia'], entry.jolokia, 'http://host:8778/jolokia'),
    ]),
    ...each('dbt', (path, entry) => [
      ...placeProblems(path, entry),
      ...Object.entries(mapping(entry.jobs)).flatMap(([name, job]) => [
        ...nameProblems([...path, 'jobs', name], name),
        ...jobProblems([...path, 'jobs', name], mapping(job)),
      ]),
    ]),
  ];
}

const form = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/** Names of pipelines and of what is looked at: they are labels in messages and dashboards. */
export function nameProblems(path: Path, name: string): Problem[] {
  if (form.test(name)) return [];
  const text = `"${name}" cannot name it. Begin with a letter, then letters, digits, _ and -, 40 at most: for example shop.`;
  return [{ path, at: 'key', text }];
}

function listenProblems({ listen }: Mapping): Problem[] {
  if (typeof listen !== 'string' || listen === '' || listenAddress(listen)) return [];
  const text = `"${listen}" is no address to listen on. Write 127.0.0.1:9464, or a port alone.`;
  return [{ path: ['collect', 'listen'], at: 'value', text }];
}

/** The address may hold a password, so it is never quoted. */
function postgresProblems(path: Path, { url, password }: Mapping): Problem[] {
  if (typeof url !== 'string' || url === '') return [];
  const at = [...path, 'url'];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '')
    return [
      { path: at, at: 'value', text: 'This is no address of a PostgreSQL. Write postgres://user@host:5432/database.' },
    ];
  if (parsed.username === '')
    return [{ path: at, at: 'value', text: 'The address names no user. Write postgres://user@host:5432/database.' }];
  if (parsed.password !== '' && typeof password === 'string' && password !== '')
    return [
      { path: at, at: 'value', text: 'There is a password in the address and one beside it. Leave one of them out.' },
    ];
  return [];
}

function brokerProblems(path: Path, { brokers }: Mapping): Problem[] {
  return (Array.isArray(brokers) ? (brokers as unknown[]) : []).flatMap((broker, i): Problem[] => {
    if (typeof broker !== 'string' || /^[^\s:/]+:\d{1,5}$/.test(broker)) return [];
    return [
      {
        path: [...path, 'brokers', i],
        at: 'value',
        text: `"${broker}" is no broker. Write host:port, such as kafka:9092.`,
      },
    ];
  });
}

function httpProblems(path: Path, url: unknown, example: string): Problem[] {
  if (typeof url !== 'string' || url === '') return [];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password) return [];
  return [{ path, at: 'value', text: `This is no address without a login. Write ${example}.` }];
}

/** Runs of a dbt project are read from one place: read from two, each would be told of by whichever is looked at first. */
function placeProblems(path: Path, { target, elementary }: Mapping): Problem[] {
  if (target === undefined && elementary === undefined) {
    const text =
      'Nothing says where its runs are read from. Write target, the folder that dbt writes run_results.json to, or elementary, the database of ClickHouse that has the tables of Elementary.';
    return [{ path, at: 'key', text }];
  }
  const at = [...path, 'elementary'];
  if (target !== undefined && elementary !== undefined)
    return [{ path: at, at: 'key', text: 'Runs are read from one place. Leave out target or elementary.' }];
  if (typeof elementary !== 'string' || !/[.`\s]/.test(elementary)) return [];
  const text = `"${elementary}" is no database of ClickHouse alone. Write its name, such as analytics_elementary, without a table.`;
  return [{ path: at, at: 'value', text }];
}

function jobProblems(path: Path, { every, late }: Mapping): Problem[] {
  const lengths = { every, late };
  const bad = Object.entries(lengths).flatMap(([key, written]): Problem[] => {
    if (typeof written !== 'string' || written === '' || durationMs(written) !== undefined) return [];
    return [{ path: [...path, key], at: 'value', text: `"${written}" is no length of time. Write 5m, 1h or 1d.` }];
  });
  if (bad.length > 0 || typeof every !== 'string' || typeof late !== 'string') return bad;
  const [everyMs = 0, lateMs = 0] = [durationMs(every), durationMs(late)];
  if (lateMs >= everyMs) return [];
  return [
    {
      path: [...path, 'late'],
      at: 'value',
      text: `${late} is shorter than every (${every}): it would always be late.`,
    },
  ];
}
