import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { qualified } from '../../core/sql/quote';
import type { AlertRule } from '../../packs/rule';
import { alertRules } from '../../packs/rules';
import { alertView, saidOf } from '../../schema';
import type { Outcome } from '../state';

/** The rules whose views migrate made and that nobody switched off since, in order. Throws the server's error. */
export async function readRules(db: Db, database: string, off: readonly string[]): Promise<readonly AlertRule[]> {
  const rows = await db.query<{ rule: string }>(`SELECT rule FROM ${qualified(`${database}.catalog_rules`)}`);
  const made = new Set(rows.map(({ rule }) => rule));
  return alertRules.filter(({ name }) => made.has(name) && !off.includes(name));
}

/** The SELECT that asks a rule's view. */
export const viewSelect = (database: string, rule: Pick<AlertRule, 'name'>): string =>
  `SELECT subject, value, threshold, firing, held, as_of, detail FROM ${qualified(`${database}.${alertView(rule)}`)}`;

/** Whoever says what rules there are and what they say. */
export interface RuleSource {
  /** Throws where nobody answers. */
  rules(): Promise<readonly AlertRule[]>;
  /** Never throws: an error is an outcome, and `thrown` says which. */
  ask(rule: AlertRule): Promise<Answer>;
}

export interface Answer {
  readonly outcome: Outcome;
  readonly thrown?: unknown;
}

/** The views of an installation. */
export const viewSource = (db: Db, database: string, off: readonly string[]): RuleSource => ({
  rules: () => readRules(db, database, off),
  async ask(rule) {
    try {
      const rows = await db.query<Parameters<typeof saidOf>[0]>(viewSelect(database, rule));
      return { outcome: { kind: 'rows', rows: rows.map(saidOf) } };
    } catch (thrown) {
      return { outcome: { kind: 'error', message: messageOf(thrown) }, thrown };
    }
  },
});
