import { durationMs } from '../../core/time/duration';
import { mapping } from '../problem';
import type { Mapping, Path, Problem } from '../problem';

/** Form of a funnel's or a retention's name: it becomes part of tables' names. */
const form = /^[a-z][a-z0-9_]{0,39}$/;

/** Longest conversion window, in days: entries are counted anew for that long. */
const longestDays = 366;

/** Names, dimensions, windows and step numbers of the sections `funnels` and `retentions`. */
export function savedProblems(root: Mapping): Problem[] {
  const events = mapping(mapping(root.roles).events);
  const known: Known = {
    mapped: mapping(root.roles).events != null,
    dimensions: Object.keys(mapping(events.dimensions)),
  };
  const of = (section: 'funnels' | 'retentions', check: (path: Path, written: Mapping, known: Known) => Problem[]) =>
    Object.entries(mapping(root[section])).flatMap(([name, written]) => {
      const path = [section, name];
      return [...nameProblems(path, name, known), ...check(path, mapping(written), known)];
    });
  return [...of('funnels', funnelProblems), ...of('retentions', retentionProblems)];
}

interface Known {
  readonly mapped: boolean;
  readonly dimensions: readonly string[];
}

function nameProblems(path: Path, name: string, { mapped }: Known): Problem[] {
  if (!mapped) {
    const text = 'It is counted from the role events, which is not mapped. Map roles.events, or remove it.';
    return [{ path, at: 'key', text }];
  }
  if (form.test(name) && !name.endsWith('_time')) return [];
  const text = `"${name}" cannot name it. Begin with a small letter, then small letters, digits and _, 40 at most, not ending in _time: for example signup_to_purchase.`;
  return [{ path, at: 'key', text }];
}

function funnelProblems(path: Path, written: Mapping, known: Known): Problem[] {
  const steps = list(written.steps).map(mapping);
  const exclusions = list(written.exclude).map(mapping);
  return [
    ...windowProblems([...path, 'window'], written.window),
    ...steps.flatMap((step, i) => whereProblems([...path, 'steps', i, 'where'], step.where, known)),
    ...[0, steps.length - 1].flatMap((i) => optionalProblems(path, steps, i)),
    ...exclusions.flatMap((e, i) => [
      ...whereProblems([...path, 'exclude', i, 'where'], e.where, known),
      ...spanProblems([...path, 'exclude', i], e, steps.length),
    ]),
    ...orderProblems(path, written, steps, exclusions),
    ...followedProblems(path, written, known),
    ...attributionProblems(path, written, steps.length),
  ];
}

function retentionProblems(path: Path, written: Mapping, known: Known): Problem[] {
  const problems = ['start', 'back'].flatMap((key) =>
    whereProblems([...path, key, 'where'], mapping(written[key]).where, known),
  );
  if (written.windows === 'rolling' && written.interval === 'month') {
    const text = 'Months have no fixed length, so they cannot roll. Write interval: week or day, or windows: calendar.';
    problems.push({ path: [...path, 'interval'], at: 'value', text });
  }
  return [...problems, ...followedProblems(path, written, known)];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function windowProblems(path: Path, window: unknown): Problem[] {
  if (typeof window !== 'string') return [];
  const ms = durationMs(window);
  if (ms !== undefined && ms <= longestDays * 86_400_000) return [];
  const text =
    ms === undefined
      ? `"${window}" is no time from the first step to the last. Write a number above 0 and s, m, h, d or w: 30m, 12h, 14d.`
      : `"${window}" is longer than ${longestDays} days. Write a shorter window: 14d.`;
  return [{ path, at: 'value', text }];
}

function whereProblems(path: Path, where: unknown, { mapped, dimensions }: Known): Problem[] {
  if (!mapped) return [];
  return Object.keys(mapping(where)).flatMap((name) =>
    dimensions.includes(name)
      ? []
      : [{ path: [...path, name], at: 'key' as const, text: notADimension(name, dimensions) }],
  );
}

const notADimension = (name: string, dimensions: readonly string[]) =>
  `"${name}" is no dimension of role events. ${dimensions.length > 0 ? `Accepted here: ${dimensions.join(', ')}.` : 'Add it under roles.events.dimensions.'}`;

function followedProblems(path: Path, { by, breakdown }: Mapping, { mapped, dimensions }: Known): Problem[] {
  if (!mapped) return [];
  const problems: Problem[] = [];
  if (typeof by === 'string' && by !== 'user' && !dimensions.includes(by))
    problems.push({ path: [...path, 'by'], at: 'value', text: notADimension(by, ['user', ...dimensions]) });
  if (typeof breakdown === 'string' && !dimensions.includes(breakdown))
    problems.push({ path: [...path, 'breakdown'], at: 'value', text: notADimension(breakdown, dimensions) });
  return problems;
}

function optionalProblems(path: Path, steps: readonly Mapping[], i: number): Problem[] {
  if (steps[i]?.optional !== true) return [];
  const text = `The ${i === 0 ? 'first' : 'last'} step cannot be optional: a way begins with the first and ends with the last. Remove optional, or the step.`;
  return [{ path: [...path, 'steps', i, 'optional'], at: 'value', text }];
}

function spanProblems(path: Path, { after = 1, before }: Mapping, steps: number): Problem[] {
  const last = typeof before === 'number' ? before : steps;
  if (typeof after !== 'number' || steps < 2 || (after < last && last <= steps)) return [];
  const text = `It voids ways between step ${after} and step ${last}, but the funnel has steps 1 to ${steps}. Write after smaller than before, both within them.`;
  return [{ path, at: 'value', text }];
}

function orderProblems(
  path: Path,
  { order }: Mapping,
  steps: readonly Mapping[],
  exclusions: readonly Mapping[],
): Problem[] {
  if (order !== 'unordered') return [];
  const optional = steps.findIndex((s) => s.optional === true);
  const problems: Problem[] = [];
  if (optional > 0 && optional < steps.length - 1) {
    const text = 'In any order every step may be left out until it is met. Remove optional, or write order: ordered.';
    problems.push({ path: [...path, 'steps', optional, 'optional'], at: 'value', text });
  }
  if (exclusions.length > 0) {
    const text = 'Without an order nothing lies between two steps. Remove exclude, or write order: ordered.';
    problems.push({ path: [...path, 'exclude'], at: 'key', text });
  }
  return problems;
}

function attributionProblems(path: Path, { attribution }: Mapping, steps: number): Problem[] {
  if (typeof attribution !== 'number' || steps < 2 || attribution <= steps) return [];
  const text = `The funnel has ${steps} steps, so there is no step ${attribution}. Write first, last, or a step from 1 to ${steps}.`;
  return [{ path: [...path, 'attribution'], at: 'value', text }];
}
