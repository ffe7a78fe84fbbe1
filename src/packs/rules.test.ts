import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { RoleName } from '../core/model';
import { roleNames } from '../core/model';
import { dashboardSpecs } from '../dashboards/dashboards';
import { sections } from '../config/sections';
import type { Section } from '../config/sections';
import { defaultSettings } from '../dashboards/settings';
import { pages } from '../dashboards/spec';
import type { AlertRule } from './rule';
import { alertRules, ruleGroups } from './rules';

const root = join(__dirname, '..', '..');
const all = dashboardSpecs(defaultSettings);
const titlesOf = (specs: typeof all, page: string) =>
  specs.filter((s) => s.page === page).flatMap((s) => s.rows.flatMap((row) => row.panels.map((panel) => panel.title)));

/** Whether a title as people write it is one of a dashboard, whose titles may have variables. */
const isTitle = (written: string, titles: readonly string[]): boolean =>
  titles.some((title) => {
    const parts = title.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(written);
  });

test('names are unique, and every rule of a folder stands in its list', () => {
  expect(new Set(alertRules.map((r) => r.name)).size).toBe(alertRules.length);
  expect(new Set(ruleGroups.map((g) => g.name)).size).toBe(ruleGroups.length);
  const written = readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(__dirname, entry.name, 'rules')))
    .flatMap(({ name }) =>
      readdirSync(join(__dirname, name, 'rules')).map((file) => join(__dirname, name, 'rules', file)),
    )
    .filter((file) => file.endsWith('.ts') && !/(\.test|\/index)\.ts$/.test(file))
    .flatMap((file) => Object.values(jest.requireActual<Record<string, unknown>>(file)).filter(isRule));
  expect(written.map((r) => r.name).sort()).toEqual(expect.arrayContaining(['dau_drop', 'error_rate']));
  expect(written.filter((rule) => !alertRules.includes(rule)).map((r) => r.name)).toEqual([]);
});

const isRule = (value: unknown): value is AlertRule =>
  typeof value === 'object' && value !== null && 'sql' in value && 'limits' in value;

/** Sections that another one brings along, as far as the pages go; a pipeline whose Postgres is not known has no page. */
const brought: Partial<Readonly<Record<Section, readonly Section[]>>> = {
  slots: ['postgres'],
  heartbeat: ['postgres'],
  tables: ['postgres'],
  checks: ['postgres'],
  connect: ['kafka'],
};

describe.each(alertRules.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  test('watches a panel that is there wherever the rule is', () => {
    const { needs } = rule;
    const roles = roleNames.filter((role: RoleName) => needs === undefined || role === needs || role === 'events');
    const there = [needs, ...(brought[needs as Section] ?? [])];
    const settings = { ...defaultSettings, roles, sections: sections.filter((s: Section) => there.includes(s)) };
    // A role that another one brings with it: refunds are made of orders.
    const built = dashboardSpecs(needs === 'refunds' ? { ...settings, roles: [...roles, 'orders'] } : settings);
    expect(titlesOf(built, rule.watches.page)).toContain(rule.watches.panel);
  });

  describe('has a runbook', () => {
    const file = join(root, 'docs', 'runbooks', `${name}.md`);
    const text = () => readFileSync(file, 'utf8');
    const links = () =>
      [...text().matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(([, label = '', to = '']) => [label, to] as const);

    test('that says what it means, how to look and how to change its limits', () => {
      expect(existsSync(file)).toBe(true);
      expect(text()).toMatch(/^# /);
      expect(text()).toContain(`\`${name}\``);
      expect(text()).toContain(`alert_${name}`);
      if (rule.limits.length === 0) return;
      expect(text()).toContain('tidemark.yaml');
      expect(text()).toContain('threshold_edits');
      for (const limit of rule.limits) expect(text()).toMatch(new RegExp(`\\b${limit.name}\\b`));
    });

    test('whose relative links lead to files and headings that are there', () => {
      const inside = links().filter(([, to]) => !/^(https?:|\/d\/)/.test(to));
      const dead = inside.filter(([, to]) => {
        const [path = '', anchor] = to.split('#');
        const target = path === '' ? file : resolve(dirname(file), path);
        return (
          !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor))
        );
      });
      expect(dead).toEqual([]);
    });

    test('whose links to dashboards name panels that are there', () => {
      const toPages = links().filter(([, to]) => to.startsWith('/d/'));
      expect(toPages.length).toBeGreaterThan(0);
      const dead = toPages.filter(([label, to]) => {
        const uid = /^\/d\/([^?#/]+)/.exec(to)?.[1];
        const [page, its] = Object.entries(pages).find(([, p]) => p.uid === uid) ?? [];
        const [title, panel] = label.split(' › ');
        return (
          page === undefined || its?.title !== title || (panel !== undefined && !isTitle(panel, titlesOf(all, page)))
        );
      });
      expect(dead).toEqual([]);
    });
  });
});

/** What GitHub makes of headings. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
