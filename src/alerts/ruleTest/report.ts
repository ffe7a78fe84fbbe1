import type { FileResult } from './files';
import { offsetText } from './offset';

export const passed = ({ broken, differences }: FileResult): boolean =>
  broken === undefined && differences.length === 0;

/**
 * What a case says for people: one line, and below it what is not as expected, `-` expected, `+` got.
 * @example caseLines(result) // ['  FAILED  test/alerts/error_rate.yaml:5  fires when …', '    at 6m (…yaml:20), api 2.1', '      - state: Firing', '      + state: Pending']
 */
export function caseLines(result: FileResult): string[] {
  const { test, broken, differences } = result;
  if (passed(result)) return [`  ok      ${test.name}`];
  const head = `  FAILED  ${test.place}  ${test.name}`;
  if (broken !== undefined) return [head, ...broken.split('\n').map((line) => `    ${line}`)];
  const lines: string[] = [];
  let last = '';
  for (const { atMs, place, subject, key, expected, got } of differences) {
    const where = `    at ${offsetText(atMs)} (${place}), ${subject === '' ? 'the rule' : subject}`;
    if (where !== last) lines.push(where);
    last = where;
    lines.push(`      - ${key}: ${expected}`, `      + ${key}: ${got}`);
  }
  return [head, ...lines];
}

/** The same for scripts. */
export const caseData = (result: FileResult): object => ({
  file: result.file,
  place: result.test.place,
  rule: result.test.rule.name,
  name: result.test.name,
  ok: passed(result),
  evaluations: result.evaluations,
  ...(result.broken !== undefined && { broken: result.broken }),
  ...(result.differences.length > 0 && {
    differences: result.differences.map(({ atMs, ...rest }) => ({ at: offsetText(atMs), ...rest })),
  }),
});
