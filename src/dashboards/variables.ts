import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';

import { pluginId, savedQuery, sourceRef } from './query';
import type { ChoiceVariable, QueryVariable, VariableSpec } from './spec';

/** Reader's choice among the data sources of the plugin; hidden nowhere, since several clusters are common. */
export function sourceVariable(): Builder<VariableModel> {
  return new DatasourceVariableBuilder('DS')
    .label('ClickHouse')
    .description('The Tidemark data source that all panels ask.')
    .type(pluginId)
    .hide(VariableHide.DontHide);
}

/** Variable of a dashboard as Grafana saves it. Current values are left to Grafana: its first option, or All. */
export function variableBuilder(variable: VariableSpec): Builder<VariableModel> {
  return variable.kind === 'query' ? fromQuery(variable) : fromChoices(variable);
}

function fromQuery({ name, label, description, sql, all }: QueryVariable): Builder<VariableModel> {
  const query = savedQuery(sql, 'table', 'variable');
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(sourceRef)
    .query({ ...query })
    .definition(query.rawSql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    // In the order of the statement: the first is the default.
    .sort(VariableSort.Disabled)
    .allowCustomValue(false);
  return all
    ? builder
        .multi(true)
        .includeAll(true)
        .current({ text: ['All'], value: ['$__all'] })
    : builder;
}

function fromChoices({ name, label, description, choices }: ChoiceVariable): Builder<VariableModel> {
  const options = Object.entries(choices).map(([value, text], at) => ({ selected: at === 0, text, value }));
  const builder = new CustomVariableBuilder(name)
    .label(label)
    .description(description)
    .values(options.map(({ text, value }) => `${text} : ${value}`).join(', '))
    .options(options)
    .allowCustomValue(false);
  const [first] = options;
  return first ? builder.current(first) : builder;
}
