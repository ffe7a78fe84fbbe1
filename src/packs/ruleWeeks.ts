/** The weeks before whose same hours say what is usual. */
export const weeksBack = 4;

const quarterSeconds = 900;

/**
 * Sub-query with the columns `week` (1 to 4) and `m` (DateTime, UTC): the quarter hours that [from, to) touches, so many weeks
 * before on the clock of the zone. A quarter hour that a week did not have, because summer time began, is left out; of one that it
 * had twice the first is taken. `from` and `to` are SQL of DateTime; `zone` is a literal.
 */
export function quartersBefore(zone: string, from: string, to: string): string {
  const first = `toStartOfFifteenMinutes(${from})`;
  const touched = `arrayMap(n -> ${first} + ${quarterSeconds} * n, range(1 + intDiv(toUInt32(dateDiff('second', ${first}, ${to}) - 1), ${quarterSeconds})))`;
  return `(
  SELECT tm_week AS week, toTimeZone(tm_then, 'UTC') AS m
  FROM (
    SELECT arrayJoin(range(1, ${weeksBack + 1})) AS tm_week, toTimeZone(arrayJoin(${touched}), ${zone}) AS tm_local, subtractWeeks(tm_local, tm_week) AS tm_then
  )
  WHERE formatDateTime(tm_then, '%H:%i', ${zone}) = formatDateTime(tm_local, '%H:%i', ${zone})
)`;
}

/** Which week before `from` a quarter hour of {@link quartersBefore} lies in: a clock that was changed moves it by an hour or two. */
export const weekOf = (m: string, from: string): string =>
  `toUInt8(round(dateDiff('second', ${m}, ${from}) / ${7 * 86_400}))`;

/** Median of an array of numbers, the mean of the two in the middle of an even count; 0 of none. */
export const medianSql = (numbers: string): string =>
  `if(empty(${numbers}), 0, arrayReduce('quantileExactInclusive(0.5)', ${numbers}))`;
