import { weeksBack } from '../../ruleWeeks';

/** Weeks before, whose same weekday a day, and whose same minutes some minutes are held against: 1, 2, … */
export const weeks: readonly number[] = Array.from({ length: weeksBack }, (_, i) => i + 1);

/** Weeks that must be known before anything is judged: a new installation stays quiet for so long. */
export const enoughWeeks = 2;

/** `Tuesday 2026-03-03`. */
export const daySql = (day: string): string => `formatDateTime(${day}, '%W %F')`;

/** `the median of 3 Tuesdays before`. `known` is the array of weeks that count. */
export const mediansOfSql = (known: string, day: string): string =>
  `concat('the median of ', toString(length(${known})), ' ', formatDateTime(${day}, '%W'), 's before')`;

/** First bucket that a table ever had; 2100 where it has none. Told by its parts, without reading rows. */
export const firstSql = (bucket: string, table: string): string =>
  `assumeNotNull((SELECT if(count() = 0, toDate('2100-01-01'), min(${bucket})) FROM ${table}))`;
