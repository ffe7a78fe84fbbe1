import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { installedRules } from './installed';
import { watchView } from './names';

/** How it went to look at a rule. */
export interface Looked {
  readonly rule: string;
  /** What the server said of one that cannot be asked. */
  readonly error?: string;
}

/** Looks at all rules now instead of at their next turn, and waits for it. Never throws: one status per rule. */
export async function lookAtRules(installation: Installation, db: Db): Promise<readonly Looked[]> {
  const rules = installedRules(installation);
  const view = (rule: { readonly name: string }) => tableOf(installation, watchView(rule));
  const tried = (sql: string) =>
    db.command(sql).then(
      () => undefined,
      (thrown: unknown) => messageOf(thrown),
    );
  const begun = new Map<string, string | undefined>();
  for (const rule of rules) begun.set(rule.name, await tried(`SYSTEM REFRESH VIEW ${view(rule)}`));
  const looked: Looked[] = [];
  for (const rule of rules) {
    const error = begun.get(rule.name) ?? (await tried(`SYSTEM WAIT VIEW ${view(rule)}`));
    looked.push({ rule: rule.name, ...(error !== undefined && { error }) });
  }
  return looked;
}
