import type { PipelineConfig } from '../config/collectConfig';
import { TidemarkError, messageOf } from '../core/errors';
import { qualified } from '../core/sql/quote';
import { healthCheck } from '../packs/pipeline/health/check';
import { rowsOf } from './source';
import type { Look, Part, Source } from './source';

/** A view of truth tests, and whose it is. */
interface Check {
  readonly pipeline: string;
  readonly view: string;
}

interface Answer {
  readonly name: string;
  readonly subject: string;
  readonly bad: string | number;
  readonly detail: string;
}

/**
 * The truth tests of all pipelines: views in ClickHouse that say of their own tables what is wrong with them. Each view is a part that
 * fails alone; `undefined` where no pipeline names one.
 */
export function checksSource(everySeconds: number, pipelines: readonly PipelineConfig[]): Source | undefined {
  const checks = pipelines.flatMap(({ name, checks: views }) => views.map((view): Check => ({ pipeline: name, view })));
  if (checks.length === 0) return undefined;
  return {
    name: 'checks',
    tables: [healthCheck],
    intervalMs: everySeconds * 1_000,
    timeoutMs: Math.max(800, everySeconds * 800),
    async collect(look) {
      const asked = await Promise.all(checks.map((check) => ask(check, look)));
      const rows = asked.flatMap((answer) => answer.rows);
      return { rows: [rowsOf(healthCheck, rows)], parts: asked.map(({ part }) => part) };
    },
  };
}

async function ask({ pipeline, view }: Check, { db, signal }: Look) {
  try {
    // Named columns, so that a view that lacks one is told of by name.
    const sql = `SELECT name, subject, toUInt64(bad) AS bad, detail FROM ${qualified(view)}`;
    const answers = await db.query<Answer>(sql);
    return { rows: answers.map((answer) => ({ pipeline, view, ...answer })), part: { part: view } satisfies Part };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const code = thrown instanceof TidemarkError ? thrown.code : 'check_failed';
    const message = `The truth test ${view} of pipeline ${pipeline} gave no answer: ${messageOf(thrown)}`;
    return { rows: [], part: { part: view, failure: { code, message } } satisfies Part };
  }
}
