import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expandQuery } from '../../src/core/expand';
import type { Variables } from '../../src/core/interpolate/variable';
import type { Engine } from './engine';
import { root } from './engine';

/** A query of a panel, as saved. */
export interface Target {
  readonly dashboard: string;
  readonly panel: string;
  /** Grafana's panel type, such as timeseries. */
  readonly type: string;
  readonly rawSql: string;
}

interface SavedVariable {
  readonly name: string;
  readonly type: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly query?: string | { readonly rawSql?: string };
  readonly options?: readonly { readonly value: string }[];
}

/** A dashboard of dashboards/, as far as its queries go. */
export interface SavedDashboard {
  readonly file: string;
  readonly targets: readonly Target[];
  readonly variables: readonly SavedVariable[];
}

/** Range of a dashboard, ms since 1970. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

interface SavedPanel {
  readonly title?: string;
  readonly type: string;
  readonly targets?: readonly { readonly rawSql?: string; readonly refId?: string }[];
  readonly panels?: readonly SavedPanel[];
}

/** Reads dashboards/<name>.json with the panels of its rows; undefined where there is none. */
export function readDashboard(name: string): SavedDashboard | undefined {
  const path = join(root, 'dashboards', `${name}.json`);
  if (!existsSync(path)) return undefined;
  const saved = JSON.parse(readFileSync(path, 'utf8')) as {
    title: string;
    panels?: readonly SavedPanel[];
    templating?: { readonly list?: readonly SavedVariable[] };
  };
  const panels = (saved.panels ?? []).flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const targets = panels.flatMap((panel) =>
    (panel.targets ?? []).flatMap(({ rawSql, refId }, i) => {
      const title = `${panel.title ?? '(untitled)'}${i > 0 ? ` (${refId})` : ''}`;
      return rawSql ? [{ dashboard: saved.title, panel: title, type: panel.type, rawSql }] : [];
    }),
  );
  return { file: `dashboards/${name}.json`, targets, variables: saved.templating?.list ?? [] };
}

const minuteMs = 60_000;
// As Grafana rounds its intervals, from 1 s to a day.
const intervals = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200];

/** Grafana's interval for a panel of 1,000 points; at least a minute. */
export function intervalMs({ fromMs, toMs }: Range): number {
  const wanted = Math.max(minuteMs, (toMs - fromMs) / 1000);
  return (intervals.find((seconds) => seconds * 1000 >= wanted) ?? 86_400) * 1000;
}

/** The statement that the plugin would send: expanded by the same code, zone UTC. Throws TidemarkError. */
export function expandTarget(rawSql: string, range: Range, variables: Variables): string {
  return expandQuery({ sql: rawSql, ...range, intervalMs: intervalMs(range), timezone: 'UTC', variables }).sql;
}

/**
 * Values of a dashboard's variables as it is when opened: All, or else the first option. Asks the engine for those that
 * are queries.
 */
export async function openedVariables(engine: Engine, dashboard: SavedDashboard, range: Range): Promise<Variables> {
  const known: Record<string, Variables[string]> = {};
  for (const { name, type, multi = false, includeAll = false, query, options = [] } of dashboard.variables) {
    if (type === 'datasource' || type === 'adhoc') continue;
    const sql = typeof query === 'object' ? query.rawSql : undefined;
    const values = sql
      ? (await engine.query(expandTarget(sql, range, known))).map((row) => String(Object.values(row)[0]))
      : options.map(({ value }) => value);
    const choices = values.filter((value) => value !== '$__all');
    const value = includeAll ? '$__all' : (choices[0] ?? '');
    known[name] = { name, multi, includeAll, value: multi ? [value] : value, options: choices };
  }
  return known;
}
