import { placed } from '../cluster';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { completenessSelect } from './completeness';
import { firingsSelect } from './firings';
import { installedRules } from './installed';
import { serverWorld } from './kit';
import { alertView } from './names';
import { limitsSelect, standingSelect } from './standing';
import { ruleStatement } from './statement';

interface View {
  readonly name: string;
  readonly ddl: string;
}

/**
 * Plain views of the alerts, in the order in which they are made: `thresholds`, `holidays`, `expected_subjects` (in force: what
 * people edited, else tidemark.yaml, else the rules' own), `completeness` (completeness.ts), `firings` (the history),
 * `standing` (now), `limits`, one `alert_<rule>` per rule.
 * They read with the rights of who made them.
 */
export function alertViews(installation: Installation): readonly View[] {
  const table = (name: string) => tableOf(installation, name);
  const view = (name: string, select: string): View => {
    const ddl = `CREATE OR REPLACE VIEW ${table(name)} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\n${select}`;
    return { name, ddl: placed(installation, { kind: 'view', name, ddl }) };
  };
  const settings = settingSelects(installation);
  return [
    ...Object.entries(settings).map(([name, select]) => view(name, select)),
    view('firings', firingsSelect(installation)),
    view('standing', standingSelect(installation)),
    view('limits', limitsSelect(installation)),
    ...installedRules(installation).map((rule) =>
      view(alertView(rule), ruleStatement(rule, installation, serverWorld)),
    ),
  ];
}

/** SELECTs of the views that rules read beside rollups, by name. In a test, tables of their names take their places. */
export function settingSelects(installation: Installation): Readonly<Record<string, string>> {
  const table = (name: string) => tableOf(installation, name);
  const layers = (columns: readonly string[], edits: string, catalogue: string, more: readonly string[] = []) =>
    `SELECT ${columns.join(', ')}${more.map((c) => `, argMax(${c}, tm_layer) AS ${c}`).join('')}, max(tm_layer) = 1 AS edited
FROM (
  SELECT ${[...columns, ...more].join(', ')}, 0 AS tm_layer FROM ${table(catalogue)}
  UNION ALL
  SELECT ${[...columns, ...more].join(', ')}, 1 AS tm_layer FROM ${table(edits)} FINAL
)
GROUP BY ${columns.join(', ')}`;
  return {
    thresholds: layers(['rule', 'subject', 'name'], 'threshold_edits', 'catalog_thresholds', ['value']),
    holidays: layers(['day'], 'holiday_edits', 'catalog_holidays', ['name']),
    expected_subjects: layers(['rule', 'subject'], 'subject_edits', 'catalog_subjects'),
    completeness: completenessSelect(installation),
  };
}
