import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import { roleNames } from '../core/model';
import { renderDashboards } from './dashboards';
import { bookKeeping } from './describe';
import { mostPanels, renderDashboard } from './render';
import { defaultSettings } from './settings';
import type { DashboardSpec, StatPanel } from './spec';

const pluginJson = jest.requireActual<{ id: string }>('../plugin.json');
const dashboards = renderDashboards(defaultSettings);
const panelsOf = (dashboard: (typeof dashboards)[number]) => (dashboard.panels ?? []) as Panel[];

interface Target {
  readonly refId: string;
  readonly rawSql: string;
  readonly format: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}
const targetsOf = (panel: Panel) => (panel.targets ?? []) as unknown as readonly Target[];

describe.each(dashboards.map((dashboard) => [dashboard.title ?? '', dashboard] as const))('%s', (_, dashboard) => {
  const panels = panelsOf(dashboard);

  test('is classic schema 42 with a stable uid, a description and a range up to now', () => {
    expect(dashboard).toMatchObject({ schemaVersion: 42, timezone: 'utc', time: { to: 'now' } });
    expect(dashboard.time?.from).toMatch(/^now-(90d|30d|24h|6h|1y)$/);
    expect(dashboard.uid).toMatch(/^tidemark-[a-z-]+$/);
    expect(dashboard.description).toBeTruthy();
    expect(dashboard.id).toBeUndefined();
    expect(dashboard.version).toBeUndefined();
  });

  test('holds at most a dozen panels with ids of their own', () => {
    expect(panels.length).toBeLessThanOrEqual(mostPanels);
    expect(panels.map((panel) => panel.id)).toEqual(panels.map((__, at) => at + 1));
  });

  test('fills the grid: no overlap, no gap, rows aligned', () => {
    const cells = new Set<string>();
    let area = 0;
    for (const { gridPos } of panels) {
      const { x, y, w, h } = gridPos!;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++)
        for (let row = y; row < y + h; row++) cells.add(`${column},${row}`);
      area += w * h;
    }
    const bottom = Math.max(...panels.map(({ gridPos }) => gridPos!.y + gridPos!.h));
    expect(cells.size).toBe(area);
    expect(area).toBe(24 * bottom);
  });

  test('begins with the verdict', () => {
    expect(panels[0]).toMatchObject({ type: 'stat', gridPos: { x: 0, y: 0 } });
    expect(panels[0]?.title).toMatch(/^(Data( and alerts)?|Just now)$/);
  });

  test('describes every panel: what, how, from which rollup, how fresh', () => {
    for (const panel of panels) {
      expect(panel.description).toMatch(/\*\*How:\*\* .+/);
      if (panel.type === 'text') continue;
      expect(panel.description).toMatch(/- `\w+`: .*(refreshed inside ClickHouse every \d+ s|at this moment)/);
    }
  });

  test('names in a description exactly the rollups that the statement reads', () => {
    for (const panel of panels.filter((p) => p.type !== 'text')) {
      const named = [...(panel.description ?? '').matchAll(/^- `(\w+)`:/gm)].map(([, name]) => name);
      const read = [...(targetsOf(panel)[0]?.rawSql ?? '').matchAll(/`tidemark`\.`(\w+)`/g)].map(([, name]) => name);
      expect([panel.title, [...new Set(named)].sort()]).toEqual([panel.title, [...new Set(read)].sort()]);
    }
  });

  test('asks the data source of the variable DS with one query per panel', () => {
    const source = { type: pluginJson.id, uid: '${DS}' };
    for (const panel of panels.filter((p) => p.type !== 'text')) {
      expect(panel.datasource).toEqual(source);
      expect(targetsOf(panel)).toEqual([
        {
          refId: 'A',
          datasource: source,
          rawSql: expect.stringMatching(/^(SELECT|WITH)\s/) as unknown,
          format: expect.stringMatching(/^(table|timeseries)$/) as unknown,
          _implementsDataqueryVariant: expect.any(Function) as unknown,
        },
      ]);
    }
    const [first, ...others] = dashboard.templating?.list ?? [];
    expect(first).toMatchObject({ type: 'datasource', name: 'DS', query: pluginJson.id });
    for (const variable of others.filter((v) => v.type === 'query')) expect(variable.datasource).toEqual(source);
  });

  test('gives every number a unit', () => {
    for (const panel of panels.filter((p) => p.type !== 'text')) {
      const { defaults, overrides } = panel.fieldConfig!;
      const withUnit = overrides.filter((o) => o.properties.some((p) => p.id === 'unit'));
      expect([panel.title, Boolean(defaults.unit) || withUnit.length > 0]).toEqual([panel.title, true]);
      // Every column of ours that an override names stands in the statement.
      // So do series that are named by the value of a label.
      for (const { matcher } of overrides) {
        const name = String(matcher.options);
        const sql = targetsOf(panel)[0]?.rawSql ?? '';
        expect([name, sql.includes(`AS \`${name}\``) || sql.includes(`'${name}' AS `)]).toEqual([name, true]);
      }
    }
  });

  test('reads rollups with FINAL, so that superseded versions and deleted keys are left out', () => {
    for (const panel of panels) {
      for (const { rawSql } of targetsOf(panel))
        for (const [read, table, final] of rawSql.matchAll(/`tidemark`\.`(\w+)`( FINAL)?/g))
          expect([read, final !== undefined]).toEqual([read, !bookKeeping.includes(table ?? '')]);
    }
  });

  test('uses every variable that it declares, and declares every one that it uses', () => {
    const text = JSON.stringify({ panels, links: dashboard.links });
    const builtin = new Set(['__url_time_range', '__all_variables']);
    const used = new Set([...text.matchAll(/\$\{(\w+)(?::\w+)?\}/g)].map(([, name]) => name ?? ''));
    const declared = (dashboard.templating?.list ?? []).map((v) => v.name);
    expect([...used].filter((name) => !builtin.has(name)).sort()).toEqual([...declared].sort());
  });

  test('links to every other dashboard with range and variables', () => {
    // A link of its own, or a menu that lists what has all its tags.
    const reached = (dashboard.links ?? []).flatMap((link) =>
      link.type === 'link'
        ? [link.url]
        : dashboards
            .filter(({ tags = [] }) => link.tags.length > 1 && link.tags.every((tag) => tags.includes(tag)))
            .map(({ uid }) => `/d/${uid}`),
    );
    const own = `/d/${dashboard.uid}`;
    const others = dashboards.map((other) => `/d/${other.uid}`).filter((url) => url !== own);
    expect(reached.filter((url) => url !== own).sort()).toEqual(others.sort());
    expect((dashboard.links ?? []).length).toBeLessThan(6);
    expect((dashboard.links ?? []).every((link) => link.keepTime && link.includeVars)).toBe(true);
    for (const link of panels.flatMap((panel) => panel.links ?? []))
      expect(link.url).toMatch(/^\/d\/tidemark-[a-z-]+\?\$\{__url_time_range\}&\$\{__all_variables\}$/);
  });
});

test('uids differ', () => {
  expect(new Set(dashboards.map((d) => d.uid)).size).toBe(dashboards.length);
});

test('the same settings give the same bytes', () => {
  expect(JSON.stringify(renderDashboards(defaultSettings))).toBe(JSON.stringify(dashboards));
});

test.each([
  [
    'events',
    [
      'tidemark-home',
      'tidemark-active-users',
      'tidemark-funnels',
      'tidemark-retention',
      'tidemark-rollups',
      'tidemark-alerts',
    ],
    /order_day|customer_day|request_|currency/,
  ],
  [
    'orders',
    ['tidemark-home', 'tidemark-finance', 'tidemark-rollups', 'tidemark-alerts'],
    /user_day|active_day|event_day|request_/,
  ],
  [
    'requests',
    ['tidemark-home', 'tidemark-operations', 'tidemark-rollups', 'tidemark-alerts'],
    /user_day|active_day|event_day|order_day/,
  ],
] as const)('with the role %s alone nothing of the other is asked or linked', (role, uids, foreign) => {
  const built = renderDashboards({ ...defaultSettings, roles: [role], sections: [] });
  expect(built.map((d) => d.uid)).toEqual(uids);
  expect(JSON.stringify(built)).not.toMatch(foreign);
});

test('without any role there are Home and the page of rollups, and Home can be drawn', () => {
  const [home, ...others] = renderDashboards({ ...defaultSettings, roles: [], sections: [] });
  expect(others.map((d) => d.uid)).toEqual(['tidemark-rollups', 'tidemark-alerts']);
  const built = home ? [home] : [];
  const statements = built.flatMap((d) => panelsOf(d).flatMap((p) => targetsOf(p).map((t) => t.rawSql)));
  expect(statements.length).toBe(2);
  const [verdict, firing] = statements;
  expect(verdict).toMatch(/^SELECT\s+[^]*FROM `tidemark`\.`rollup_status`[^]*FROM `tidemark`\.`firings`/);
  expect(firing).toMatch(/^SELECT\s+\w[^]*FROM `tidemark`\.`standing`/);
  expect(statements.join()).not.toContain('IN ()');
});

test('database, zone and week start come from the settings, quoted', () => {
  const built = renderDashboards({ ...defaultSettings, database: 'a`b', timezone: 'Asia/Tokyo', weekStart: 'sunday' });
  expect(built.every((d) => d.timezone === 'Asia/Tokyo' && d.weekStart === 'sunday')).toBe(true);
  const statements = built.flatMap((d) => panelsOf(d).flatMap((p) => targetsOf(p).map((t) => t.rawSql)));
  expect(statements.every((sql) => sql.includes('`a\\`b`.'))).toBe(true);
});

describe('mistakes of a dashboard’s author', () => {
  const stat: StatPanel = {
    kind: 'stat',
    title: 'x',
    about: { what: 'w', how: 'h', from: ['user_day'] },
    values: [{ column: 'x', metric: 'orders' }],
    sql: 'SELECT 1',
  };
  const spec = (panels: readonly StatPanel[], perRow: number): DashboardSpec => ({
    page: 'home',
    description: 'd',
    tags: [],
    variables: [],
    rows: Array.from({ length: Math.ceil(panels.length / perRow) }, (_, at) => ({
      height: 4,
      panels: panels.slice(at * perRow, (at + 1) * perRow),
    })),
  });
  const render =
    (panels: readonly StatPanel[], perRow = 6) =>
    () =>
      renderDashboard(spec(panels, perRow), { ...defaultSettings, roles: roleNames }, ['home']);

  test('thirteen panels are refused', () => {
    expect(render(Array.from({ length: 12 }, () => stat))).not.toThrow();
    expect(render(Array.from({ length: 13 }, () => stat))).toThrow('"Home" has 13 panels, at most 12');
  });

  test('nine panels in a row are refused', () => {
    expect(
      render(
        Array.from({ length: 8 }, () => stat),
        9,
      ),
    ).not.toThrow();
    expect(
      render(
        Array.from({ length: 9 }, () => stat),
        9,
      ),
    ).toThrow('less than 3 of 24 columns');
  });

  test('a rollup that no pack defines is refused by name', () => {
    expect(render([{ ...stat, about: { ...stat.about, from: ['users_day'] } }])).toThrow(
      'Panel "x" of dashboard "Home" says it reads rollup "users_day", which no pack defines. Known: user_day, ',
    );
  });
});
