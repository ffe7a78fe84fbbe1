import type { RuleKit } from '../../rule';

/** Days without a request after which a service is taken for switched off. */
const knownDays = 7;

/** Marks rows of {@link knownServices} among those of the weeks 0 (now) to 4. */
export const knownWeek = 255;

/** SELECT of the services (`service`) that answered within the last week: each has its row, also when it is silent now. */
export const knownServices = (kit: RuleKit, ends: string, columns: string): string => `
      SELECT service, ${columns}, ${knownWeek} AS week FROM ${kit.rollup('request_day')}
      WHERE d >= toDate(${ends}, ${kit.zone}) - ${knownDays} AND requests > 0`;

/** Name of a service for people: a source may leave it empty. */
export const serviceName = "if(service = '', '(none)', service)";

/** End of the last whole minute that is surely counted (DateTime, UTC); 1971 where none ever was: before 1970 times wrap round. */
export const lastMinute = (kit: RuleKit): string =>
  `greatest(toStartOfMinute(least(${kit.now}, ${kit.until('request_minute')})), toDateTime('1971-01-01 00:00:00', 'UTC'))`;
