/** Fractions written for people: `4.1 %`. */
export const percentSql = (ratio: string, digits = 1): string =>
  `concat(toString(round(100 * (${ratio}), ${digits})), ' %')`;

/** Counts written for people: `12,300`. */
export const countSql = (count: string): string =>
  `trim(LEADING ',' FROM reverse(replaceRegexpAll(reverse(toString(toUInt64(round(greatest(0, ${count}))))), '([0-9]{3})', '\\\\1,')))`;

/** Milliseconds written for people: `850 ms`, `1.2 s`. */
export const msSql = (ms: string): string =>
  `if((${ms}) < 1000, concat(toString(round(${ms})), ' ms'), concat(toString(round((${ms}) / 1000, 2)), ' s'))`;

/** Rates written for people: `12.5/s`. */
export const ratePerSecondSql = (rate: string): string => `concat(toString(round(${rate}, 2)), '/s')`;

/** An instant on the clock of a zone: `2026-03-29 14:05`. `zone` is a literal. */
export const clockSql = (instant: string, zone: string): string => `formatDateTime(${instant}, '%F %H:%i', ${zone})`;

/** The same as an expression of the text with the zone behind it: `2026-03-29 14:05 (Europe/Berlin)`. */
export const clockInZoneSql = (instant: string, zone: string): string =>
  `concat(${clockSql(instant, zone)}, ' (', ${zone}, ')')`;

/**
 * Lower bound of the share of `bad` among `all` that is true with 97.5 % (Wilson, z = 1.96): few requests prove little. 0 without any.
 * Source: Wilson (1927), as the score interval of statistics textbooks has it.
 */
export function wilsonLower(bad: string, all: string): string {
  return wilson(bad, all, '-');
}

/** Upper bound of the same interval; 1 without any. */
export function wilsonUpper(bad: string, all: string): string {
  return wilson(bad, all, '+');
}

/**
 * Lower bound of what a count of things that happen one by one proves of the mean behind it, with 97.5 % (score interval, z = 1.96):
 * 10 things prove 5.4 of them. 0 without any.
 */
export const countLower = (count: string): string =>
  `((${count}) + ${(1.96 * 1.96) / 2} - 1.96 * sqrt((${count}) + ${(1.96 * 1.96) / 4}))`;

/** The textbook's formula with both its sides times `all`: half of the functions to plan. */
function wilson(bad: string, all: string, side: '-' | '+'): string {
  const z = 1.96;
  const spread = `${z} * sqrt((${bad}) * (1 - (${bad}) / (${all})) + ${(z * z) / 4})`;
  return `if((${all}) = 0, ${side === '-' ? 0 : 1}, ((${bad}) + ${(z * z) / 2} ${side} ${spread}) / ((${all}) + ${z * z}))`;
}

/** Seconds written for people: `4.5 s`, `45 s`, `12 min`, `3 h`, `9 d`. */
export const lengthSql = (seconds: string): string =>
  `multiIf((${seconds}) < 10, concat(toString(round(${seconds}, 1)), ' s'), (${seconds}) < 120, concat(toString(round(${seconds})), ' s'), (${seconds}) < 7200, concat(toString(round((${seconds}) / 60)), ' min'), (${seconds}) < 172800, concat(toString(round((${seconds}) / 3600)), ' h'), concat(toString(round((${seconds}) / 86400)), ' d'))`;

/**
 * A rule's rows, or one that says why there are none: a rule that tells nothing cannot be told from one that nobody answers.
 * @param count SQL of how many rows there are
 */
export const orNothing = (
  select: string,
  count: string,
  { subject, now, detail }: { readonly subject: string; readonly now: string; readonly detail: string },
): string =>
  `SELECT subject, value, threshold, firing, held, as_of, detail FROM (${select}
)
UNION ALL
SELECT '${subject}', 0, 0, 0, 0, ${now}, '${detail}' WHERE (${count}) = 0`;
