import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { problemsOf } from '../../config/issues';
import { limitExamples, limitValue } from '../../config/limitValue';
import { nearest } from '../../config/nearest';
import { inFileOrder, locate } from '../../config/problem';
import type { Path, Problem } from '../../config/problem';
import { judgeZone } from '../../config/timezone';
import type { AlertRule } from '../../packs/rule';
import { alertRules } from '../../packs/rules';
import { fail } from '../errors';
import type { Expectation, RuleInput, RuleTest, RuleTestFile } from './model';
import { offsetMs } from './offset';
import { ruleTestJsonSchema, ruleTestSchema } from './schema';
import type { WrittenFile, WrittenInput, WrittenTest } from './schema';

/** Evaluations that one case may take. */
const mostEvaluations = 5_000;

/**
 * Reads a file of rule tests.
 * @throws TidemarkError usage_rule_file with every problem at once: file, line, column, key, what to write.
 */
export function parseRuleTests(text: string, file: string, rules: readonly AlertRule[] = alertRules): RuleTestFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => {
      const { line, col } = lines.linePos(pos[0]);
      return `${file}:${line}:${col} This is not valid YAML: ${message.trim().replace(/\.?$/, '.')}`;
    });
    throw fail('usage_rule_file', { file, problems });
  }
  const content: unknown = document.toJS() ?? {};
  const parsed = ruleTestSchema.safeParse(content);
  const problems = parsed.success
    ? meaningProblems(parsed.data, rules)
    : problemsOf(parsed.error.issues, content, ruleTestJsonSchema());
  if (!parsed.success || problems.length > 0) {
    const sorted = inFileOrder(document, problems);
    throw fail('usage_rule_file', { file, problems: sorted.map((p) => locate(file, document, lines, p)) });
  }
  const place = placer(file, document, lines);
  return {
    file,
    timezone: parsed.data.timezone,
    tests: parsed.data.tests.map((test, i) => toTest(test, i, parsed.data, rules, place)),
  };
}

type Place = (path: Path) => string;

/** `file:line` of what stands at a path. */
const placer =
  (file: string, document: Document, lines: LineCounter): Place =>
  (path) =>
    locate(file, document, lines, { path, at: 'value', text: '' }).replace(/^(.*?:\d+):\d+ .*$/s, '$1');

function meaningProblems(file: WrittenFile, rules: readonly AlertRule[]): Problem[] {
  const zone = judgeZone(file.timezone);
  const hint = zone.meant === undefined ? '' : ` Did you mean "${zone.meant}"?`;
  const zones: Problem[] = zone.known
    ? []
    : [{ path: ['timezone'], at: 'value', text: `Time zone "${file.timezone}" does not exist.${hint}` }];
  const named = new Set<string>();
  return [
    ...zones,
    ...file.tests.flatMap((test, i): Problem[] => {
      const again = named.has(test.name);
      named.add(test.name);
      const path = ['tests', i];
      const twice: Problem[] = again
        ? [{ path: [...path, 'name'], at: 'value', text: 'Another case has this name. Names tell cases apart.' }]
        : [];
      return [...twice, ...testProblems(test, path, file, rules)];
    }),
  ];
}

function testProblems(test: WrittenTest, path: Path, file: WrittenFile, rules: readonly AlertRule[]): Problem[] {
  const rule = rules.find(({ name }) => name === test.rule);
  const steps = evaluations(test, file);
  return [
    ...(rule ? limitProblems(test, rule, [...path, 'thresholds']) : [unknownRule(test.rule, [...path, 'rule'], rules)]),
    ...test.input.flatMap((input, i) => inputProblems(input, [...path, 'input', i])),
    ...(steps > mostEvaluations
      ? [
          {
            path: [...path, 'expect'],
            at: 'value' as const,
            text: `The case takes ${steps} evaluations, more than ${mostEvaluations}. Write a longer interval.`,
          },
        ]
      : []),
  ];
}

const lastMs = (test: WrittenTest): number => Math.max(0, ...test.expect.map(({ at }) => offsetMs(at) ?? 0));
const intervalOf = (test: WrittenTest, file: WrittenFile): number => offsetMs(test.interval ?? file.interval) ?? 60_000;
const evaluations = (test: WrittenTest, file: WrittenFile): number =>
  Math.floor(lastMs(test) / intervalOf(test, file)) + 1;

function unknownRule(name: string, path: Path, rules: readonly AlertRule[]): Problem {
  const known = rules.map((r) => r.name);
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  return { path, at: 'value', text: `There is no rule "${name}". Rules: ${known.join(', ')}.${hint}` };
}

function limitProblems({ thresholds }: WrittenTest, rule: AlertRule, path: Path): Problem[] {
  const { subjects = {}, ...all } = thresholds ?? {};
  const of = (limits: Readonly<Record<string, unknown>>, at: Path): Problem[] =>
    Object.entries(limits).flatMap(([name, value]): Problem[] => {
      const limit = rule.limits.find((l) => l.name === name);
      const known = rule.limits.map((l) => l.name).join(', ') || 'none';
      if (!limit)
        return [
          { path: [...at, name], at: 'key', text: `Rule ${rule.name} has no limit "${name}". Accepted: ${known}.` },
        ];
      if (limitValue(value as number | string, limit.unit) !== undefined) return [];
      const example = limitExamples[limit.unit];
      return [{ path: [...at, name], at: 'value', text: `"${String(value)}" does not fit. Write it like ${example}.` }];
    });
  return [
    ...of(all, path),
    ...Object.entries(subjects).flatMap(([subject, own]) => of(own, [...path, 'subjects', subject])),
  ];
}

const kinds = ['table', 'replace', 'complete', 'restart', 'away'] as const;

function inputProblems(input: WrittenInput, path: Path): Problem[] {
  const said = kinds.filter((kind) => input[kind] !== undefined);
  const problem = (text: string): Problem[] => [{ path, at: 'value', text }];
  if (said.length !== 1)
    return problem(`Write exactly one of ${kinds.join(', ')}; found ${said.join(', ') || 'none'}.`);
  const fills = input.table !== undefined || input.replace !== undefined;
  if (!fills && (input.rows || input.select !== undefined))
    return problem(`rows and select go with table or replace, not with ${said[0]}.`);
  if (input.rows && input.select !== undefined) return problem('Write rows or select, not both.');
  if (input.table !== undefined && !input.rows && input.select === undefined)
    return problem('Write rows or select: what is added to the table.');
  if (input.rollups && input.complete === undefined) return problem('rollups goes with complete.');
  return [];
}

function toTest(test: WrittenTest, i: number, file: WrittenFile, rules: readonly AlertRule[], place: Place): RuleTest {
  const path = ['tests', i];
  const rule = rules.find(({ name }) => name === test.rule)!;
  const { subjects = {}, ...all } = test.thresholds ?? {};
  const values = (subject: string, limits: Readonly<Record<string, unknown>>) =>
    Object.entries(limits).map(([name, value]) => {
      const unit = rule.limits.find((l) => l.name === name)?.unit ?? 'count';
      return { subject, name, value: limitValue(value as number | string, unit) ?? 0 };
    });
  const expect = test.expect.map(({ at, state, health, alerts }, e): Expectation => ({
    atMs: offsetMs(at) ?? 0,
    place: place([...path, 'expect', e]),
    others: state ?? 'Normal',
    ...(health !== undefined && { health }),
    alerts: (alerts ?? []).map((alert) => alert as Expectation['alerts'][number]),
  }));
  return {
    name: test.name,
    rule,
    place: place(path),
    startMs: Date.parse(test.start),
    intervalMs: intervalOf(test, file),
    thresholds: [...values('', all), ...Object.entries(subjects).flatMap(([subject, own]) => values(subject, own))],
    holidays: test.holidays,
    subjects: test.subjects,
    input: inOrder(test.input.map((input, n) => toInput(input, place([...path, 'input', n])))),
    expect: inOrder(expect),
  };
}

const inOrder = <T extends { readonly atMs: number }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => a.atMs - b.atMs);

function toInput(input: WrittenInput, place: string): RuleInput {
  const at = { atMs: offsetMs(input.at ?? '0') ?? 0, place };
  if (input.restart) return { ...at, kind: 'restart' };
  if (input.away !== undefined) return { ...at, kind: 'away', forMs: offsetMs(input.away) ?? 0 };
  if (input.complete !== undefined) {
    const untilMs = offsetMs(input.complete) ?? 0;
    return { ...at, kind: 'complete', untilMs, ...(input.rollups && { rollups: input.rollups }) };
  }
  return {
    ...at,
    kind: 'rows',
    table: input.table ?? input.replace ?? '',
    replace: input.replace !== undefined,
    rows: input.rows ?? [],
    ...(input.select !== undefined && { select: input.select }),
  };
}
