/**
 * Numbers and sentences of rules, written for people by SQL: the same words as `src/alerts/numbers.ts` and `message.ts` write (a test
 * asks the engine with random numbers), so that the page shows what is sent.
 */

/** SQL of an array of texts: each of the numbers (SQL, Float64) in a unit (SQL, String; one of `ruleUnits`). docs/alerts.md has the table. */
export const spokenSql = (numbers: readonly string[], unit: string): string =>
  `arrayMap(x -> ${spoken(`(${unit})`)}, [${numbers.map((n) => `toFloat64(${n})`).join(', ')}])`;

/**
 * SQL of the sentence of a rule. All arguments are SQL; `texts` an array with value and threshold as {@link spokenSql} writes them.
 * Numbers first: they have no braces, a subject may.
 */
export const summarySql = (summary: string, subject: string, texts: string): string =>
  `replaceAll(replaceAll(replaceAll(${summary}, '{value}', ${texts}[1]), '{threshold}', ${texts}[2]), '{subject}', if(${subject} = '', 'The rule itself', ${subject}))`;

/** As decimals: rounds a half away from zero, by the shortest digits that tell the number, as people and JavaScript do. */
const decimal = (x: string) => `toDecimal256OrZero(toString(${x}), 20)`;

/** Parts of a number and what stands behind it: (number, decimals, suffix); decimals -2: exactly two. */
function spoken(unit: string): string {
  const few = (x: string) => `if(abs(${x}) < 10, 1, 0)`;
  const kilo = 'arrayFirst(i -> abs(x) / pow(1024, i) < 1023.95 OR i = 5, range(6))';
  const seconds = `if(${unit} = 'ms', x / 1000, x)`;
  const parts = `multiIf(
    ${unit} = 'ratio', (100 * x, 1, ' %'),
    ${unit} = 'ms' AND abs(x) < 999.5, (x, ${few('x')}, ' ms'),
    ${unit} IN ('ms', 'seconds'), (${seconds}, ${few(seconds)}, ' s'),
    ${unit} = 'bytes', (x / pow(1024, ${kilo}), if(${kilo} = 0, 0, 1), concat(' ', ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][${kilo} + 1])),
    ${unit} = 'rate', (x, ${few('x')}, '/s'),
    ${unit} = 'times', (x, 2, ' ×'),
    ${unit} = 'money', (x, if(abs(x) < 1000 AND floor(abs(100 * x) + 0.5) % 100 != 0, -2, 0), ''),
    (x, ${few('x')}, ''))`;
  return `arrayMap(p -> multiIf(
    NOT isFinite(x), '?',
    p.3 = ' s' AND abs(p.1) >= 59.5, concat(if(p.1 < 0, '-', ''), ${long('abs(p.1)')}),
    p.3 = ' %' AND abs(p.1) < 0.1, concat(${tiny('p.1')}, p.3),
    concat(${plain('p.1', 'p.2')}, p.3)), [${parts}])[1]`;
}

/** Two figures: `0.05`. A half is rounded away from zero, C rounds it to the even digit: hence the grain. */
const tiny = (x: string) => `toString(toFloat64(printf('%.1e', ${x} * (1 + 1e-15))))`;

/** Grouped, with at most so many decimals and no 0 at their end. */
function plain(x: string, decimals: string): string {
  const d = decimal(`abs(${x})`);
  const rounded = `multiIf(${decimals} = 0, round(${d}, 0), ${decimals} = 1, round(${d}, 1), round(${d}, 2))`;
  return `arrayMap(t -> concat(
      if(${x} < 0 AND t NOT IN ('0', '0.0'), '-', ''),
      trim(LEADING ',' FROM reverse(replaceRegexpAll(reverse(splitByChar('.', t)[1]), '([0-9]{3})', '\\\\1,'))),
      multiIf(${decimals} = -2, concat('.', rightPad(splitByChar('.', t)[2], 2, '0')), position(t, '.') = 0, '', concat('.', splitByChar('.', t)[2]))),
    [toString(${rounded})])[1]`;
}

/** A minute and more, in the two largest units, rounded to the second of them: `2 h 15 m`. */
function long(x: string): string {
  const unit = `multiIf(${x} >= 86399.5, 3600, ${x} >= 3599.5, 60, 1)`;
  const spans = [
    ['d', 'intDiv(s, 86400)'],
    ['h', 'intDiv(s, 3600) % 24'],
    ['m', 'intDiv(s, 60) % 60'],
    ['s', 's % 60'],
  ] as const;
  const all = spans.map(([name, count]) => `concat(toString(${count}), ' ${name}')`).join(', ');
  return `arrayMap(s -> arrayStringConcat(arraySlice(arrayFilter(w -> NOT startsWith(w, '0 '), [${all}]), 1, 2), ' '),
      [toUInt64(floor(${x} / ${unit} + 0.5)) * ${unit}])[1]`;
}
