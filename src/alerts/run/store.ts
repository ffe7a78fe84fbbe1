import type { Db } from '../../core/db';
import { qualified } from '../../core/sql/quote';
import type { RuleState, SubjectState } from '../state';
import { unknown } from '../state';
import type { StateRow } from '../stateRows';
import { clickhouseTime, fromStateRows, timeOf, toStateRow } from '../stateRows';
import type { Episode, Told } from './episode';
import { toldKinds } from './episode';

/** What an evaluator remembers of one subject: the row of `alerts_state`. */
interface StoredRow extends StateRow {
  readonly told: string;
  readonly told_at: string;
  readonly told_from: string;
  /** 1970 while it goes on. */
  readonly told_until: string;
  readonly told_value: number | null;
  readonly told_threshold: number | null;
  readonly told_detail: string;
  readonly unjudged: number;
  readonly del: number;
}

/** Rule and subject as one text. */
export const keyOf = (rule: string, subject: string): string => `${rule}\n${subject}`;

/** All that is remembered. */
export interface Memory {
  readonly states: ReadonlyMap<string, RuleState>;
  /** By {@link keyOf}. */
  readonly episodes: ReadonlyMap<string, Episode>;
}

/** Keeps the memory of an evaluator in the table `alerts_state`, row by row as it changes. */
export interface Store {
  /** Reads everything. Throws the server's error. */
  load(): Promise<Memory>;
  /** Writes what changed since the last time. Throws the server's error; what was not written is tried again the next time. */
  save(memory: Memory, nowMs: number): Promise<void>;
}

export function stateStore(db: Db, database: string): Store {
  const name = `${database}.alerts_state`;
  /** Key → what was written last, as far as it decides. */
  const written = new Map<string, string>();
  return {
    async load() {
      const rows = await db.query<StoredRow>(`SELECT * EXCEPT (written_at) FROM ${qualified(name)} FINAL`);
      written.clear();
      for (const row of rows) written.set(keyOf(row.rule, row.subject), essence(row));
      const episodes = rows.flatMap((row) => {
        const episode = episodeOf(row);
        return episode ? [[keyOf(row.rule, row.subject), episode] as const] : [];
      });
      return { states: fromStateRows(rows), episodes: new Map(episodes) };
    },
    async save({ states, episodes }, nowMs) {
      const rows = rowsOf({ states, episodes }, nowMs);
      const changed = rows.filter((row) => written.get(keyOf(row.rule, row.subject)) !== essence(row));
      const kept = new Set(rows.map((row) => keyOf(row.rule, row.subject)));
      const gone = [...written.keys()]
        .filter((key) => !kept.has(key))
        .map((key): Partial<StoredRow> => {
          const [rule = '', subject = ''] = key.split(/\n(.*)/s);
          return { rule, subject, at: clickhouseTime(nowMs), state: 'Normal', del: 1 };
        });
      if (changed.length + gone.length > 0) await db.insert(name, [...changed, ...gone]);
      for (const row of changed) written.set(keyOf(row.rule, row.subject), essence(row));
      for (const { rule = '', subject = '' } of gone) written.delete(keyOf(rule, subject));
    },
  };
}

/** What of a row decides anything: numbers that every answer brings anew are no reason to write. */
function essence({
  state,
  since,
  starts_at,
  missed,
  held,
  told,
  told_at,
  told_from,
  told_until,
  unjudged,
}: StoredRow): string {
  return JSON.stringify([state, since, starts_at, missed, held, told, told_at, told_from, told_until, unjudged]);
}

/** A row for each subject that is not simply well, or of which Alertmanager has still to be told something. */
function rowsOf({ states, episodes }: Memory, nowMs: number): StoredRow[] {
  const open = new Map(episodes);
  const rows: StoredRow[] = [];
  for (const [rule, { subjects }] of states)
    for (const subject of subjects) {
      const key = keyOf(rule, subject.subject);
      const episode = open.get(key);
      open.delete(key);
      if (subject.state !== 'Normal' || episode) rows.push(rowOf(rule, subject, episode, nowMs));
    }
  for (const episode of open.values()) rows.push(rowOf(episode.rule, unknown(episode.subject, nowMs), episode, nowMs));
  return rows;
}

const rowOf = (rule: string, subject: SubjectState, episode: Episode | undefined, nowMs: number): StoredRow => ({
  ...toStateRow(rule, subject, nowMs),
  // An episode that outlives its subject has no state of its own: its times must not change from row to row.
  ...(subject.state === 'Normal' && { since: clickhouseTime(0), missed: 0, held: 0 }),
  told: episode?.told ?? '',
  told_at: clickhouseTime(episode?.toldAtMs ?? 0),
  told_from: clickhouseTime(episode?.startsAtMs ?? 0),
  told_until: clickhouseTime(episode?.endedAtMs ?? 0),
  told_value: finite(episode?.value),
  told_threshold: finite(episode?.threshold),
  told_detail: episode?.detail ?? '',
  unjudged: Number(episode?.unjudged ?? false),
  del: 0,
});

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

function episodeOf(row: StoredRow): Episode | undefined {
  const { rule, subject, told } = row;
  if (!(toldKinds as readonly string[]).includes(told)) return undefined;
  const until = timeOf(row.told_until);
  return {
    rule,
    subject,
    startsAtMs: timeOf(row.told_from),
    endedAtMs: until === 0 ? null : until,
    unjudged: row.unjudged === 1,
    told: told as Told,
    toldAtMs: timeOf(row.told_at),
    value: row.told_value ?? 0,
    threshold: row.told_threshold ?? 0,
    detail: row.told_detail,
  };
}
