import { groupOf } from '../../packs/rules';
import type { Installation } from '../installation';
import { installedRules } from './installed';
import { declaredLimits } from './settingsSql';
import { runbookOf } from './statement';
import { alertView } from './names';

/** What a catalogue table holds: its columns, its order, its rows. */
interface Content {
  readonly name: string;
  readonly structure: string;
  readonly orderBy: string;
  readonly rows: readonly object[];
}

/**
 * Catalogue tables of the alerts: `catalog_rules` (what is installed), `catalog_thresholds` (the rules' own limits and what
 * tidemark.yaml sets), `catalog_holidays`, `catalog_subjects`.
 */
export function alertCatalogue(installation: Installation): readonly Content[] {
  const rules = installedRules(installation);
  const { subjects, holidays } = installation.alerts;
  const limits = rules.flatMap((rule) =>
    declaredLimits(rule, installation).flatMap(({ subject, name, value, origin }) => {
      const limit = rule.limits.find((l) => l.name === name);
      return limit
        ? [{ rule: rule.name, subject, name, value, unit: limit.unit, description: limit.description, origin }]
        : [];
    }),
  );
  return [
    {
      name: 'catalog_rules',
      structure:
        'rule String, view String, title String, description String, pack String, severity String, subjects String, unit String, for_s UInt32, keep_s UInt32, summary String, page String, panel String, runbook String',
      orderBy: 'rule',
      rows: rules.map((rule) => ({
        rule: rule.name,
        view: alertView(rule),
        title: rule.title,
        description: rule.description,
        pack: groupOf(rule).name,
        severity: rule.severity,
        subjects: rule.subjects,
        unit: rule.unit,
        for_s: rule.forSeconds,
        keep_s: rule.keepFiringForSeconds,
        summary: rule.summary,
        page: rule.watches.page,
        panel: rule.watches.panel,
        runbook: runbookOf(rule, installation),
      })),
    },
    {
      name: 'catalog_thresholds',
      structure:
        'rule String, subject String, name String, value Float64, unit String, description String, origin String',
      orderBy: '(rule, subject, name)',
      rows: limits,
    },
    { name: 'catalog_holidays', structure: 'day Date, name String', orderBy: 'day', rows: holidays },
    { name: 'catalog_subjects', structure: 'rule String, subject String', orderBy: '(rule, subject)', rows: subjects },
  ];
}
