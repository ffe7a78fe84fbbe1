import type { Notice } from '../core/notice';

const sentences = {
  shown_as_text: (f: { column: string }) =>
    `Column "${f.column}" holds numbers with more digits than a double keeps (beyond 2^53): it is shown as text so that none is lost. Use toFloat64(…) where a rounded number will do.`,
  rounded: (f: { column: string }) =>
    `Column "${f.column}" holds numbers with more digits than a double keeps (beyond 2^53): they are rounded for drawing. Use format Table to see every digit.`,
  infinite_left_out: (f: { column: string; count: number }) =>
    `Column "${f.column}" holds ${f.count} infinite values, which cannot be drawn: they are left out as gaps.`,
  null_time: (f: { column: string; count: number }) =>
    `${f.count} rows have no time in column "${f.column}" and are left out. Add "WHERE ${f.column} IS NOT NULL" or use format Table.`,
  column_left_out: (f: { column: string }) =>
    `Column "${f.column}" is neither the time nor a label nor a value and is left out of the time series. Use format Table to see it.`,
  same_point_twice: (f: { column: string; count: number }) =>
    `${f.count} rows repeat a time in column "${f.column}" with the same labels: the last of them counts. Group by time and labels in the query.`,
  no_log_lines: (_: { column: string }) =>
    'Log lines need a time column and a text column (named body or message, else the first text): the answer is shown as a table.',
  no_spans: (f: { column: string }) =>
    `A trace needs traceID, spanID, operationName, serviceName, startTime and duration (ms; or duration_ns, duration_us): ${f.column} not found, the answer is shown as a table.`,
  series_left_out: (f: { column: string; count: number; kept: number }) =>
    `The labels make ${f.count + f.kept} time series: ${f.kept} are shown and ${f.count} left out. Keep the largest with LIMIT BY or topK(…), or use fewer label columns.`,
} as const;

type Code = keyof typeof sentences;

/** A notice about a column, in one sentence with the next step. */
export function frameNotice<C extends Code>(code: C, facts: Parameters<(typeof sentences)[C]>[0]): Notice {
  const sentence = sentences[code] as (f: typeof facts) => string;
  return { code, message: sentence(facts), subject: facts.column };
}
