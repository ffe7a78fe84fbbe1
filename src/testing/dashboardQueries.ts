import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import type { Db } from '../core/db';
import { expandQuery } from '../core/expand';
import type { Variables } from '../core/interpolate/variable';

/** A range and choices under which a dashboard is read. */
export interface Reading {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timezone: string;
  readonly variables: Variables;
  /** Of a point on the screen; a day where it is left out. */
  readonly intervalMs?: number;
}

export type ResultRow = Record<string, string | number | null>;

/** The panels that ask something, in the order of the dashboard. */
export const queryPanels = (dashboard: Dashboard): Panel[] =>
  ((dashboard.panels ?? []) as Panel[]).filter((panel) => panel.type !== 'text');

/** The statement of a panel, as saved. Throws where it has not exactly one. */
export function statementOf(panel: Panel): string {
  const targets = (panel.targets ?? []) as unknown as readonly { readonly rawSql: string }[];
  if (targets.length !== 1 || !targets[0]) throw new Error(`${panel.title} has ${targets.length} queries`);
  return targets[0].rawSql;
}

/** Runs a statement of a dashboard as the plugin would: expanded by the same code, on the real engine. */
export async function ask(db: Db, rawSql: string, reading: Reading): Promise<ResultRow[]> {
  const { sql } = expandQuery({ ...reading, sql: rawSql, intervalMs: reading.intervalMs ?? 86_400_000 });
  return db.query<ResultRow>(sql);
}

/** Rows of the panel with that title, or else of the one whose title begins so. Throws where none or several do. */
export async function askPanel(db: Db, dashboard: Dashboard, title: string, reading: Reading): Promise<ResultRow[]> {
  const panels = queryPanels(dashboard);
  const named = panels.filter((panel) => panel.title === title);
  const found = named.length > 0 ? named : panels.filter((panel) => panel.title?.startsWith(title));
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} panels begin with "${title}"`);
  return ask(db, statementOf(found[0]), reading);
}

/** What a dashboard's variables hold when it is opened: All, the selected choice, or the first value of their query. */
export async function openedWith(db: Db, dashboard: Dashboard, range: Omit<Reading, 'variables'>): Promise<Variables> {
  const variables: Record<string, Variables[string]> = {};
  for (const { name, type, multi, includeAll, options, definition } of dashboard.templating?.list ?? []) {
    if (type === 'custom') {
      variables[name] = { value: String((options?.find((o) => o.selected) ?? options?.[0])?.value) };
    } else if (type === 'query') {
      const rows = await ask(db, String(definition), { ...range, variables });
      const values = rows.map((row) => String(Object.values(row)[0] ?? ''));
      variables[name] = includeAll
        ? { value: ['$__all'], multi: multi ?? false, includeAll: true, options: values }
        : { value: values[0] ?? '' };
    }
  }
  return variables;
}
