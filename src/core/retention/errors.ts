import { errorTable } from '../errors';

/** What no retention can be: which one, what of it, what to write instead. */
export const fail = errorTable({
  retention_months_roll: (f: { retention: string }) =>
    `Retention ${f.retention}: months have no fixed length, so they cannot roll. Ask for days or weeks, or for calendar months.`,
  retention_bad_periods: (f: { retention: string; periods: number; most: number }) =>
    `Retention ${f.retention}: ${f.periods} is no number of intervals to follow. Write a whole number from 1 to ${f.most}.`,
  retention_needs_moments: (f: { retention: string; what: string }) =>
    `Retention ${f.retention}: ${f.what} needs rows with moments, and these know only days. Name the start and the return event, or ask the events themselves.`,
  retention_no_dimension: (f: { retention: string; dimension: string; accepted: readonly string[] }) =>
    `Retention ${f.retention}: its rows have no dimension ${JSON.stringify(f.dimension)}. ${f.accepted.length > 0 ? `Accepted here: ${f.accepted.join(', ')}.` : 'They have none: add it under roles.events.dimensions.'}`,
});
