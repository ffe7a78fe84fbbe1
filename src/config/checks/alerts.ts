import { alertRules } from '../../packs/rules';
import type { AlertRule } from '../../packs/rule';
import { limitExamples, limitValue } from '../limitValue';
import { nearest } from '../nearest';
import { mapping } from '../problem';
import type { Mapping, Path, Problem } from '../problem';

/** Names of rules and of their limits, and the units of these, in section `alerts`. */
export function alertProblems(root: Mapping): Problem[] {
  const { off, thresholds, subjects, slack } = mapping(root.alerts);
  const names = Array.isArray(off) ? (off as unknown[]) : [];
  return [
    ...slackProblems(mapping(slack)),
    ...names.flatMap((name, i) => (typeof name === 'string' ? ruleProblems(['alerts', 'off', i], 'value', name) : [])),
    ...Object.keys(mapping(subjects)).flatMap((name) => ruleProblems(['alerts', 'subjects', name], 'key', name)),
    ...Object.entries(mapping(thresholds)).flatMap(([name, limits]) => {
      const path = ['alerts', 'thresholds', name];
      const rule = alertRules.find((r) => r.name === name);
      return rule ? limitProblems(path, rule, mapping(limits)) : ruleProblems(path, 'key', name);
    }),
  ];
}

/** By token Slack wants to know where to; a webhook has its channel. */
function slackProblems({ by, channel }: Mapping): Problem[] {
  const path = ['alerts', 'slack', 'channel'];
  if (by === 'token' && channel === undefined) {
    const text = 'With by: token a message needs a channel: its name with # (#alerts), or its id (C0123456789).';
    return [{ path, at: 'key', text }];
  }
  if (typeof channel !== 'string' || /^(#[\p{L}\p{N}_-]{1,80}|[CGD][A-Z0-9]{8,})$/u.test(channel)) return [];
  return [
    {
      path,
      at: 'value',
      text: `"${channel}" is no channel. Write its name with # (#alerts), or its id (C0123456789).`,
    },
  ];
}

function ruleProblems(path: Path, at: Problem['at'], name: string): Problem[] {
  const known = alertRules.map((rule) => rule.name);
  if (known.includes(name)) return [];
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  return [{ path, at, text: `There is no rule "${name}". Rules: ${known.join(', ')}.${hint}` }];
}

function limitProblems(path: Path, rule: AlertRule, { subjects, ...limits }: Mapping): Problem[] {
  return [
    ...ownProblems(path, rule, limits),
    ...Object.entries(mapping(subjects)).flatMap(([subject, own]) =>
      ownProblems([...path, 'subjects', subject], rule, mapping(own)),
    ),
  ];
}

function ownProblems(path: Path, rule: AlertRule, limits: Mapping): Problem[] {
  return Object.entries(limits).flatMap(([name, value]): Problem[] => {
    const at = [...path, name];
    const limit = rule.limits.find((l) => l.name === name);
    if (!limit) {
      const known = rule.limits.map((l) => l.name);
      const accepted = known.length > 0 ? `Accepted here: ${known.join(', ')}.` : 'It has none.';
      return [{ path: at, at: 'key', text: `Rule ${rule.name} has no limit "${name}". ${accepted}` }];
    }
    if (typeof value !== 'number' && typeof value !== 'string') return [];
    if (limitValue(value, limit.unit) !== undefined) return [];
    const text = `"${value}" is no ${unitWords[limit.unit]}. Write it like ${limitExamples[limit.unit]}. It is: ${limit.description}`;
    return [{ path: at, at: 'value', text }];
  });
}

const unitWords = {
  ratio: 'share',
  ms: 'time in milliseconds or seconds',
  seconds: 'length of time',
  bytes: 'amount of bytes',
  count: 'count',
  rate: 'rate per second',
  times: 'factor',
  money: 'amount of money',
} as const;
