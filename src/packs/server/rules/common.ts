import type { AlertRule, RuleKit } from '../../rule';
import type { sampledEvents } from '../samples';

/** What the rules about the server have in common: five minutes before anybody is told, ten against flapping. */
export const serverRule = {
  forSeconds: 300,
  keepFiringForSeconds: 600,
  // Nothing here is ever held: a subject that is not told of is gone.
  missingEvals: 5,
  noData: 'KeepLast',
} as const satisfies Partial<AlertRule>;

/** Seconds over which counters are looked at. */
export const counterSeconds = 300;

/**
 * Sub-query: `name`, `increase` of counters of the server within {@link counterSeconds}, those that did not move too. Counters begin
 * at 0 when the server starts: one that fell counts from there.
 */
export function increases(kit: RuleKit, names: readonly (typeof sampledEvents)[number][]): string {
  const list = names.map((name) => `'${name}'`).join(', ');
  return `(
  SELECT name, sum(step) AS increase FROM (
    SELECT name, at, if(value < before, value, value - before) AS step
    FROM (
      SELECT name, at, value, lagInFrame(value, 1, value) OVER (PARTITION BY host, name ORDER BY at) AS before
      FROM ${kit.table('samples')} WHERE kind = 'event' AND name IN (${list}) AND at <= ${kit.now}
    )
    WHERE at > ${kit.now} - toIntervalSecond(${counterSeconds})
    UNION ALL
    SELECT arrayJoin([${list}]) AS name, ${kit.now} AS at, 0 AS step
  )
  GROUP BY name
)`;
}
