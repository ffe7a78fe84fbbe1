import { literal } from '../../../core/sql/quote';
import type { AlertRule, RuleKit, RuleLimit } from '../../rule';
import { lengthSql, orNothing } from '../../ruleSql';

/** What the rules about pipelines have in common. */
export const pipelineRule = {
  // Longer than `blind`: a firing alert whose subject cannot be seen any more goes on until not seeing it is the alarm.
  missingEvals: 30,
  noData: 'KeepLast',
} as const satisfies Partial<AlertRule>;

/** The limit of rules that take not knowing for an alarm. */
export const blind: RuleLimit = {
  name: 'blind',
  value: 900,
  unit: 'seconds',
  description: 'Time that nothing may be seen of a subject. Until then it is held.',
};

/** Days back in which the newest look is searched for. */
export const lookDays = 2;

/** Seconds that a further subject which is gone is still told of, so that its alert ends. */
const goneSeconds = 3600;

/** A subject that has a row whatever the collector wrote. */
export interface Expected {
  /** As {@link Looked.seen} writes it. */
  readonly key: string;
  readonly subject: string;
  /** Source of the collector that sees it. */
  readonly source: string;
}

/** What is judged of the newest look at each subject. All but `expected` is SQL over the columns of `seen`. */
export interface Looked {
  readonly expected: readonly Expected[];
  /** Sub-query: `seen_key` String, `looked_at` DateTime64(3) of the newest look, and what the expressions read; a row per key. */
  readonly seen: string;
  /** Kind of the sources whose further subjects are told of as well, under their key; absent: only those expected. */
  readonly others?: string;
  /** Of further subjects, which. */
  readonly othersIf?: string;
  /** What one look sees as a whole, of further subjects; the server, with which keys begin, where it is left out. */
  readonly scope?: string;
  readonly value: string;
  /** May read `subject`. */
  readonly threshold: string;
  /** May read `value` and `threshold`. */
  readonly firing: string;
  /** When the newest look says nothing that could be judged. */
  readonly held?: string;
  readonly detail: string;
  /**
   * What a subject means that is not seen, for as long as limit `blind`: it fires after that; or its state is kept; or all is well.
   */
  readonly unseen: 'fires' | 'held' | 'quiet';
}

/** Seconds after which the newest look of a source is too old to be judged: three looks, two minutes at least. */
export function staleSeconds({ watched }: Pick<RuleKit, 'watched'>, source: string): number {
  const every = watched.filter((w) => w.source === source || w.source.startsWith(`${source} `));
  return Math.max(120, ...every.map(({ everySeconds }) => 3 * everySeconds));
}

/**
 * SELECT of a rule over the newest look at each subject. What is expected and was not seen for {@link staleSeconds} is held, and
 * says since when; after the limit `blind` not knowing is an alarm where the rule says so. Since clocks differ by seconds, nothing
 * shorter than two minutes counts as not seen.
 */
export function looked(kit: RuleKit, own: Looked): string {
  const {
    expected,
    seen,
    others,
    othersIf = '1',
    scope = "splitByChar(' ', seen_key)[1]",
    value,
    threshold,
    firing,
    held = '0',
    detail,
    unseen,
  } = own;
  const tuples = expected.map(
    ({ key, subject, source }) =>
      `(${literal(key)}, ${literal(subject)}, ${staleSeconds(kit, source)}, ${literal(source)})`,
  );
  const subjects = `SELECT e.1 AS key, e.2 AS subject, e.3 AS stale, e.4 AS source, 0 AS vanished FROM (SELECT arrayJoin([${tuples.join(', ')}]::Array(Tuple(String, String, Float64, String))) AS e)`;
  const keys = `[${expected.map(({ key }) => literal(key)).join(', ')}]::Array(String)`;
  const further = others === undefined ? '' : staleSeconds(kit, others);
  // All that one look saw has its time: what has an older one was not there any more.
  const rest = `SELECT seen_key AS key, seen_key AS subject, toFloat64(${further}) AS stale, '' AS source, looked_at < newest_look AS vanished
    FROM (SELECT *, max(looked_at) OVER (PARTITION BY ${scope}) AS newest_look FROM ${seen} AS rest)
    WHERE NOT has(${keys}, seen_key) AND looked_at > ${kit.now} - toIntervalSecond(${further} + ${goneSeconds}) AND (${othersIf})`;
  const fires = unseen === 'fires' ? `age > ${kit.limit(blind.name, 'subject')}` : '0';
  const select = `
SELECT subject, if(fresh, toFloat64(ifNull(${value}, 0)), 0) AS value, ${threshold} AS threshold,
  multiIf(vanished, 0, fresh, toUInt8(ifNull(${firing}, 0)), toUInt8(${fires})) AS firing,
  multiIf(vanished, 0, fresh, toUInt8(ifNull(${held}, 0)), toUInt8(${unseen === 'quiet' ? 0 : `NOT (${fires})`})) AS held,
  if(never, ${kit.now}, looked_at) AS as_of,
  multiIf(vanished, 'It was not there any more in the newest look.', fresh, ${detail},
    never, concat('Nothing was seen of it within the last ${lookDays} days. ', if(source = '', '', concat('Is tidemark collect running, and does its source "', source, '" look?'))),
    concat('Nothing was seen of it for ', ${lengthSql('age')}, '. Is tidemark collect running, and does its source "', source, '" look?')) AS detail
FROM (
  SELECT *, looked_at < toDateTime64(1, 3, 'UTC') AS never, dateDiff('millisecond', if(never, ${kit.madeAt}, looked_at), ${kit.now}) / 1000 AS age,
    NOT never AND NOT vanished AND age <= stale AS fresh
  FROM (${subjects}${others === undefined ? '' : `\n  UNION ALL ${rest}`}) AS subjects
  LEFT JOIN ${seen} AS seen ON seen.seen_key = subjects.key
)`;
  if (expected.length > 0) return select;
  return orNothing(select, `SELECT count() FROM (${rest})`, {
    subject: 'nothing',
    now: kit.now,
    detail: 'Nothing of this kind is seen.',
  });
}

/**
 * Sub-query: the newest row of each subject of a health table, with `seen_key`, `looked_at` and the named columns, under another
 * name where one is given; `more` has further aggregates over the rows of {@link lookDays}, by name.
 */
export function newest(
  kit: RuleKit,
  table: string,
  key: string,
  columns: readonly (string | readonly [column: string, as: string])[],
  more: Readonly<Record<string, string>> = {},
): string {
  const names = columns.map((c) => (typeof c === 'string' ? ([c, c] as const) : c));
  const picked = names.map(([, as], i) => `tm_row.${i + 1} AS ${as}`);
  const aggregates = Object.entries(more).map(([name, sql]) => `, ${sql} AS ${name}`);
  return `(
    SELECT seen_key, looked_at, ${[...picked, ...Object.keys(more)].join(', ')}
    FROM (
      SELECT ${key} AS seen_key, toDateTime64(max(at), 3, 'UTC') AS looked_at, argMax(tuple(${names.map(([c]) => c).join(', ')}), at) AS tm_row${aggregates.join('')}
      FROM ${kit.table(table)} WHERE ${recent(kit)}
      GROUP BY seen_key
    )
  )`;
}

/** Condition on the rows in which the newest look is searched for; never those after the clock. */
export const recent = (kit: RuleKit): string => `at <= ${kit.now} AND at > ${kit.now} - toIntervalDay(${lookDays})`;

/** SQL of several texts in one, without those that are empty. */
export const sentences = (...texts: readonly string[]): string =>
  `arrayStringConcat(arrayFilter(tm_text -> tm_text != '', [${texts.join(', ')}]), ' ')`;

/** Sections of tidemark.yaml, by subject: what must have a row. */
export const expectedSlots = ({ pipelines }: RuleKit): readonly Expected[] =>
  pipelines.flatMap(({ name, postgres }) =>
    postgres
      ? [
          {
            key: `${postgres.server} ${postgres.slot}`,
            subject: `${name} ${postgres.slot}`,
            source: `postgres ${postgres.server}`,
          },
        ]
      : [],
  );

/** Key of `health_slot`, as {@link expectedSlots} writes it. */
export const slotKey = "concat(server, ' ', slot)";

/** Consumer groups with their topics. */
export const expectedGroups = ({ pipelines }: RuleKit): readonly Expected[] =>
  pipelines.flatMap(({ name, kafka }) =>
    (kafka?.groups ?? []).flatMap(({ group, topics }) =>
      topics.map((topic) => ({
        key: `${kafka!.cluster} ${group} ${topic}`,
        subject: `${name} ${group} ${topic}`,
        source: `kafka ${kafka!.cluster}`,
      })),
    ),
  );

/** Key of `health_kafka_group`, as {@link expectedGroups} writes it. */
export const groupKey = "concat(cluster, ' ', consumer_group, ' ', topic)";
