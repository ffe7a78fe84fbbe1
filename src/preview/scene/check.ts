import { fieldMatchers } from '@grafana/data';
import type { PanelDefinition } from '../panels/definition';
import { panelDefinition } from '../panels/registry';
import { unknownPanelText } from '../panels/unknownPanel';
import type { Problem } from '../problems';
import { standardPropertyIds, transformationIds } from '../services/registries';
import type { Dropped } from './compare';
import { droppedProperties } from './compare';
import type { DashboardJson, PanelJson } from './dashboardJson';
import {
  annotationProperties,
  dashboardProperties,
  linkProperties,
  panelProperties,
  variableProperties,
} from './honouredDashboard';

type Report = (text: string, kind?: Problem['kind']) => void;

/** Cell types that `TableNG` draws without help of Grafana's core. */
const cellTypes = new Set(
  'auto color-text color-background data-links gauge sparkline json-view image pill markdown'.split(' '),
);

const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

function sentence({ path, value, harmless }: Dropped): string {
  if (!harmless) return `${path} = ${show(value)} is not known to the preview and has no effect here.`;
  const instead = harmless[0] == null || harmless[0] === '' ? '' : ` (it behaves as ${show(harmless[0])})`;
  return `${path} = ${show(value)} is not drawn by the preview${instead}.`;
}

const record = (value: object): Readonly<Record<string, unknown>> => value as Readonly<Record<string, unknown>>;

function checkCustom(id: string, value: unknown, definition: PanelDefinition, report: Report): void {
  const path = id.replace(/^custom\./, '');
  const known = Object.keys(definition.customDefaults).find((name) => path === name || path.startsWith(`${name}.`));
  if (!known) {
    report(`fieldConfig custom.${path} = ${show(value)} is not known to the preview's ${definition.id} panel.`);
    return;
  }
  const harmless = definition.customIgnored?.[known];
  if (harmless && value != null && !harmless.some((ok) => JSON.stringify(ok) === JSON.stringify(value)))
    report(`fieldConfig custom.${path} = ${show(value)} is not drawn by the preview's ${definition.id} panel.`);
  const cell = known === 'cellOptions' ? (value as { type?: string } | null)?.type : undefined;
  if (cell && !cellTypes.has(cell)) report(`Table cells of type "${cell}" are not drawn by the preview.`);
}

function checkFieldConfig(panel: PanelJson, definition: PanelDefinition, report: Report): void {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  for (const [id, value] of Object.entries(defaults)) {
    if (id === 'custom') continue;
    if (!standardPropertyIds.has(id)) report(`fieldConfig ${id} = ${show(value)} is not known to the preview.`);
  }
  for (const [path, value] of Object.entries(defaults.custom ?? {})) checkCustom(path, value, definition, report);
  for (const { matcher, properties } of overrides) {
    if (!fieldMatchers.getIfExists(matcher.id))
      report(`An override matches by "${matcher.id}", which the preview does not know.`);
    for (const { id, value } of properties) {
      if (id.startsWith('custom.')) checkCustom(id, value, definition, report);
      else if (!standardPropertyIds.has(id)) report(`Override ${id} = ${show(value)} is not known to the preview.`);
    }
  }
}

function checkPanel(panel: PanelJson, report: Report): void {
  for (const dropped of droppedProperties(record(panel), panelProperties)) report(sentence(dropped));
  for (const link of panel.links ?? [])
    for (const dropped of droppedProperties(record(link), linkProperties)) report(`links: ${sentence(dropped)}`);
  if (panel.type === 'row') return;
  const definition = panelDefinition(panel.type);
  if (!definition) {
    report(unknownPanelText(panel.type), 'unknown_panel');
    return;
  }
  for (const dropped of droppedProperties(panel.options ?? {}, definition.options, ''))
    report(`options ${sentence(dropped)}`);
  checkFieldConfig(panel, definition, report);
  const known = transformationIds();
  for (const { id } of panel.transformations ?? [])
    if (!known.includes(id))
      report(`The transformation "${id}" is not known to the preview: the data passes unchanged.`);
  for (const target of [panel, ...(panel.targets ?? [])]) {
    const ref = target.datasource;
    const uid = typeof ref === 'string' ? ref : ref?.uid;
    if (uid?.startsWith('-- ')) report(`The source "${uid}" does not work in the preview.`, 'missing');
  }
}

/**
 * Compares a dashboard with what the preview honours: every property, value, panel type, matcher and transformation that
 * Grafana would act upon and the preview would not is one problem. Empty for a dashboard that is drawn whole.
 */
export function checkDashboard(dashboard: DashboardJson): Problem[] {
  const problems: Problem[] = [];
  const reporter =
    (place: string): Report =>
    (text, kind = 'dropped') =>
      problems.push({ kind, where: `${dashboard.uid} / ${place}`, text });
  const compare = (place: string, value: object, table: Parameters<typeof droppedProperties>[1]) => {
    for (const dropped of droppedProperties(record(value), table)) reporter(place)(sentence(dropped));
  };
  compare('dashboard', dashboard, dashboardProperties);
  for (const link of dashboard.links ?? []) compare(`link ${link.title}`, link, linkProperties);
  for (const variable of dashboard.templating?.list ?? [])
    compare(`variable ${variable.name}`, variable, variableProperties);
  for (const annotation of dashboard.annotations?.list ?? [])
    if (!annotation.builtIn) compare(`annotation ${annotation.name}`, annotation, annotationProperties);
  for (const panel of dashboard.panels ?? []) {
    checkPanel(panel, reporter(panel.title || `panel ${panel.id}`));
    for (const inner of panel.panels ?? []) checkPanel(inner, reporter(inner.title || `panel ${inner.id}`));
  }
  return problems;
}
