import type { SceneVariable } from '@grafana/scenes';
import {
  AdHocFiltersVariable,
  ConstantVariable,
  CustomVariable,
  DataSourceVariable,
  IntervalVariable,
  QueryVariable,
  SceneVariableSet,
  SwitchVariable,
  TextBoxVariable,
} from '@grafana/scenes';
import type { Problem } from '../problems';
import type { VariableJson } from './dashboardJson';

const common = (json: VariableJson) => ({
  name: json.name,
  label: json.label,
  description: json.description,
  hide: json.hide as never,
  skipUrlSync: json.skipUrlSync,
});

const multi = (json: VariableJson) => ({
  ...common(json),
  value: json.current?.value ?? (json.multi ? [] : ''),
  text: json.current?.text ?? (json.multi ? [] : ''),
  isMulti: json.multi ?? false,
  includeAll: json.includeAll ?? false,
  allValue: json.allValue ?? undefined,
  allowCustomValue: json.allowCustomValue,
  defaultToAll: Boolean(json.includeAll),
});

const single = (json: VariableJson) => String(json.current?.value ?? json.query ?? '');

function intervals(query: string): string[] {
  return (query.match(/(["'])(.*?)\1|\w+/g) ?? []).map((one) => one.replace(/["']+/g, ''));
}

/** Variable type → how it is made. */
const makers: Readonly<Record<string, (json: VariableJson) => SceneVariable>> = {
  query: (json) =>
    new QueryVariable({
      ...multi(json),
      datasource: json.datasource ?? null,
      query: json.query as never,
      definition: json.definition,
      regex: json.regex ?? '',
      refresh: json.refresh as never,
      sort: json.sort as never,
    }),
  custom: (json) => new CustomVariable({ ...multi(json), query: String(json.query ?? '') }),
  datasource: (json) =>
    new DataSourceVariable({ ...multi(json), pluginId: String(json.query ?? ''), regex: json.regex ?? '' }),
  interval: (json) =>
    new IntervalVariable({
      ...common(json),
      value: single(json),
      intervals: intervals(String(json.query ?? '')),
      autoEnabled: json.auto ?? false,
      autoMinInterval: json.auto_min ?? '10s',
      autoStepCount: json.auto_count ?? 30,
      refresh: json.refresh as never,
    }),
  textbox: (json) => new TextBoxVariable({ ...common(json), value: single(json) }),
  constant: (json) => new ConstantVariable({ ...common(json), value: String(json.query ?? '') }),
  switch: (json) =>
    new SwitchVariable({
      ...common(json),
      value: single(json),
      enabledValue: String(json.options?.[0]?.value ?? 'true'),
      disabledValue: String(json.options?.[1]?.value ?? 'false'),
    }),
  adhoc: (json) =>
    new AdHocFiltersVariable({
      ...common(json),
      datasource: json.datasource ?? null,
      filters: [...(json.filters ?? [])],
      baseFilters: [...(json.baseFilters ?? [])],
      defaultKeys: json.defaultKeys?.map((key) => ({ ...key })),
      allowCustomValue: json.allowCustomValue ?? true,
      applyMode: 'auto',
      layout: 'combobox',
      supportsMultiValueOperators: true,
    }),
};

/** The scene's variables; a type that the preview cannot make is reported and left out. */
export function variableSet(list: readonly VariableJson[], report: (problem: Problem) => void): SceneVariableSet {
  const variables = list.flatMap((json) => {
    const make = makers[json.type];
    if (make) return [make(json)];
    const known = Object.keys(makers).join(', ');
    report({
      kind: 'missing',
      where: `variable ${json.name}`,
      text: `Variables of type "${json.type}" do not work in the preview (${known} do).`,
    });
    return [];
  });
  return new SceneVariableSet({ variables });
}
