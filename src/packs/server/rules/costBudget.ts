import type { AlertRule, RuleKit } from '../../rule';
import { clockSql, countSql, lengthSql, percentSql } from '../../ruleSql';
import { medianSql } from '../../ruleWeeks';
import { costKey, spendSql } from '../cost';

/** Same weekdays that are looked at, and how many of them must be known. */
const weeks = 4;
const leastWeeks = 3;

/** Days before today that stand in for weekdays, and that say what a user's share usually is. */
const days = 7;
const leastDays = 3;

/** A day is known where the collector saw queries in so many of its hours; its own are among them. */
const knownHours = 20;

/** Minutes without a row after which the log counts as missing. */
const lateMinutes = 15;

/** Users of the day that are told of: those who spent most. */
const most = 20;

const two = (money: string) => `toString(round(${money}, 2))`;

/** Sub-query: day, user, what was spent, before and from the clock's time on; the hours with queries. */
function dayUsers(kit: RuleKit): string {
  const then = [
    0,
    ...Array.from({ length: days }, (_, i) => i + 1),
    ...Array.from({ length: weeks }, (_, i) => 7 * (i + 1)),
  ];
  const wanted = [...new Set(then)].map((n) => `today - ${n}`).join(', ');
  const clock = `toHour(m, ${kit.zone}) * 60 + toMinute(m, ${kit.zone})`;
  const paid = spendSql(
    (column) => `sum(${column})`,
    (name) => kit.limit(name),
  );
  // By the minute first: clocks of zones are asked for few rows then.
  return `
      SELECT toDate(m, ${kit.zone}) AS day, who, sum(paid) AS user_cost, sumIf(paid, ${clock} < clock) AS user_before, sumIf(paid, ${clock} >= clock) AS user_after,
        groupUniqArray(toHour(m, ${kit.zone})) AS hours, sum(cpu) AS cpu, sum(bytes) AS bytes, sum(n) AS n
      FROM (
        SELECT m, who, ${paid} AS paid, sum(cpu_s) AS cpu, sum(read_bytes) AS bytes, sum(n) AS n
        FROM (
          SELECT m, any(user) AS who, max(health.cpu_s) AS cpu_s, max(health.read_bytes) AS read_bytes, max(health.memory_byte_s) AS memory_byte_s, max(queries) AS n
          FROM ${kit.table('health_query')} AS health
          WHERE m >= toDateTime(today - ${7 * weeks}, ${kit.zone}) AND m < ${kit.now} AND toDate(m, ${kit.zone}) IN (${wanted})
          GROUP BY m, ${costKey('health')}
        )
        GROUP BY m, who
      )
      GROUP BY day, who`;
}

/** Today costs too much: more than planned, than usual, or most of it by one user. */
export const costBudget: AlertRule = {
  name: 'cost_budget',
  title: 'Queries cost too much',
  description:
    'What the queries of the day cost by its end (spent so far, and what the rest of such a day usually costs) is above the budget, or more than twice what the same weekday usually costs; or one user spent more than half of the day, who usually does not. A nightly load at midnight is part of a usual day, so it alarms nobody. Below a floor only the budget counts.',
  severity: 'warning',
  subjects: 'budget, same weekdays, or user',
  needs: 'queries',
  limits: [
    { name: 'budget', value: 100, unit: 'money', description: 'What the queries of a day may cost; 0: no budget.' },
    {
      name: 'times',
      value: 2,
      unit: 'times',
      description: 'How many times as much as the same weekday usually costs.',
    },
    { name: 'share', value: 0.5, unit: 'ratio', description: 'Share of what was spent today that may be one user’s.' },
    {
      name: 'floor',
      value: 5,
      unit: 'money',
      description: 'Cost of a day below which neither weekdays nor users are judged.',
    },
    { name: 'cpu_hour', value: 0.05, unit: 'money', description: 'Price of an hour of CPU time.' },
    { name: 'tib', value: 5, unit: 'money', description: 'Price of a TiB read.' },
    { name: 'gib_hour', value: 0, unit: 'money', description: 'Price of a GiB of memory held for an hour.' },
  ],
  unit: 'money',
  forSeconds: 1800,
  keepFiringForSeconds: 7200,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: 'Cost of today’s queries, {subject}: {value}; up to {threshold} is expected.',
  watches: { page: 'cost', panel: 'Today against the budget' },
  sql(kit) {
    const since = `${kit.now} - toIntervalDay(2)`;
    const last = `(SELECT maxOrNull(m) FROM ${kit.table('health_query')} WHERE m > ${since} AND m < ${kit.now})`;
    const upTo = `'up to ', formatDateTime(mark, '%H:%i', ${kit.zone})`;
    const rest = `multiIf(length(weekdays) >= ${leastWeeks}, concat(${two('rest')}, ' as the rest of such a day usually costs (median of ', toString(length(weekdays)), ' same weekdays)'),
        empty(latest), 'nothing for the rest, as no day before is known', concat(${two('rest')}, ' as the rest of a day usually costs (median of ', toString(length(latest)), ' days)'))`;
    // Of a user on the latest known days: the share of each, up to the same time.
    const shares = 'arrayMap(d -> if(d.1 = 0, 0, arraySum(arrayMap(o -> if(o.1 = u.1, o.3, 0), d.2)) / d.1), latest)';
    // In layers: what is named twice would be worked out twice.
    return `
WITH ${kit.today} AS today, ${last} AS newest,
  toUInt8(ifNull(newest < ${kit.now} - toIntervalMinute(${lateMinutes}), 1)) AS late,
  -- Up to where the day is known: the end of the newest minute, not before midnight.
  toDateTime(greatest(ifNull(newest, toDateTime(0, 'UTC')) + 60, toDateTime(today, ${kit.zone})), 'UTC') AS mark,
  toHour(mark, ${kit.zone}) * 60 + toMinute(mark, ${kit.zone}) AS clock
SELECT said.1 AS subject, said.2 AS value, said.3 AS threshold, said.4 AS firing, late AS held, mark AS as_of,
  concat(if(late, concat('Held: ', if(isNull(newest), 'nothing is known of the query log for two days', concat('nothing is known of the query log after ', ${clockSql('assumeNotNull(newest)', kit.zone)})), '. '), ''), said.5) AS detail
FROM (
  SELECT arrayJoin(arrayConcat(
      [('budget', projected, budget, toUInt8(budget > 0 AND projected > budget),
        concat(story, ' ', ${countSql('n')}, ' queries so far: ', ${lengthSql('cpu')}, ' of CPU time, ', formatReadableSize(bytes), ' read.'))],
      [('same weekdays', projected, tolerated, toUInt8(length(weekdays) >= ${leastWeeks} AND projected > tolerated AND projected >= least),
        concat(story, if(length(weekdays) < ${leastWeeks}, concat(' Not judged: ', toString(length(weekdays)), ' of the last ${weeks} same weekdays are known.'),
          concat(' The same weekday usually costs ', ${two('usual')}, if(projected < least, concat('; below ', ${two('least')}, ' it is not judged.'), '.')))))],
      arrayMap(u -> (concat('user ', u.1), u.2, u.3, toUInt8(length(latest) >= ${leastDays} AND spent >= least AND u.2 > u.3 AND u.4 * spent <= u.3),
          concat(today_is, ': ', u.1, ' spent ', ${two('u.2')}, ' of ', ${two('spent')}, ' (', ${percentSql('if(spent = 0, 0, u.2 / spent)')}, ') ', ${upTo}, '; usually ', ${percentSql('u.4')}, ' (median of ', toString(length(latest)), ' days).')),
        asked))) AS said
  FROM (
    SELECT *, arrayMap(u -> (u.1, u.2, u.3 * spent, ${medianSql('u.4')}), users) AS asked,
      concat(today_is, ': ', ${two('spent')}, ' spent ', ${upTo}, ' and ', ${rest}, ', so ', ${two('projected')}, ' in all.') AS story
    FROM (
      SELECT * EXCEPT (spenders), spent + rest AS projected, ${kit.limit('times')} * usual AS tolerated,
        toFloat64(${kit.limit('budget')}) AS budget, toFloat64(${kit.limit('floor')}) AS least, concat(toString(today), ' (', ${kit.zone}, ')') AS today_is,
        arrayMap(u -> (u.1, u.2, ${kit.limit('share', "concat('user ', u.1)")}, ${shares}), arraySlice(arrayReverseSort(u -> (u.2, u.1), spenders), 1, ${most})) AS users
      FROM (
        SELECT sumIf(cost, day = today) AS spent, sumIf(n, day = today) AS n, sumIf(cpu, day = today) AS cpu, sumIf(bytes, day = today) AS bytes,
          anyIf(by_user, day = today) AS spenders,
          groupArrayIf((cost, after), known AND (today - day) % 7 = 0) AS weekdays,
          groupArrayIf((before, by_user, after), known AND today - day <= ${days}) AS latest,
          ${medianSql('arrayMap(d -> d.1, weekdays)')} AS usual,
          if(length(weekdays) >= ${leastWeeks}, ${medianSql('arrayMap(d -> d.2, weekdays)')}, ${medianSql('arrayMap(d -> d.3, latest)')}) AS rest
        FROM (
          SELECT day, sum(user_cost) AS cost, sum(user_before) AS before, sum(user_after) AS after, sum(n) AS n, sum(cpu) AS cpu, sum(bytes) AS bytes, groupArray((toString(who), user_cost, user_before)) AS by_user,
            length(arrayDistinct(arrayFlatten(groupArray(hours)))) >= ${knownHours} AND day < today AND NOT has(${kit.holidays}, day) AS known
          FROM (${dayUsers(kit)}
          )
          GROUP BY day
        )
      )
    )
  )
)`;
  },
};
