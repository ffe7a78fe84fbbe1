import type { Db } from '../../core/db';
import { ident, literal } from '../../core/sql/quote';
import { failedWords, healthDbtNode } from '../../packs/pipeline/health/dbtNode';
import { healthDbtRun } from '../../packs/pipeline/health/dbtRun';
import { rowsOf } from '../source';
import type { TableRows } from '../source';
import type { NodeRow, RunRow } from './rows';

/** Days back in which a node that failed is looked for. */
const failedDays = 30;

/** Nodes of a project whose last result in the health tables of a database was a failure. None where that cannot be asked. */
export async function failingNodes(db: Db, database: string, project: string): Promise<readonly string[]> {
  const rows = await db
    .query<{ unique_id: string }>(
      `SELECT unique_id FROM ${ident(database)}.${ident(healthDbtNode.name)}
WHERE project = ${literal(project)} AND at > now() - INTERVAL ${failedDays} DAY AND status NOT IN ('skipped', 'no-op')
GROUP BY unique_id HAVING argMax(status, (ended_at, at)) IN (${failedWords.map(literal).join(', ')})`,
    )
    .catch(() => []);
  return rows.map(({ unique_id }) => unique_id);
}

/** The rows of some invocations, by table. */
export const runTables = (
  made: readonly { readonly run: RunRow; readonly nodes: readonly NodeRow[] }[],
  removed: readonly NodeRow[],
): readonly TableRows[] => [
  rowsOf(
    healthDbtRun,
    made.map(({ run }) => run),
  ),
  rowsOf(healthDbtNode, [...made.flatMap(({ nodes }) => nodes), ...removed]),
];
