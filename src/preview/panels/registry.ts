import type { Field, FieldConfigPropertyItem } from '@grafana/data';
import { FieldConfigProperty, FieldType, identityOverrideProcessor, PanelPlugin, PluginType } from '@grafana/data';
import { barChart } from './barChart';
import { barGauge } from './barGauge';
import { heatMap } from './heatMap';
import type { PanelDefinition } from './definition';
import { pieChart } from './pieChart';
import { stat } from './stat';
import { stateTimeline } from './stateTimeline';
import { table } from './table';
import { text } from './text';
import { timeSeries } from './timeSeries';
import { unknownPanel } from './unknownPanel';

/** Every panel type that the preview can draw. */
export const panelDefinitions: readonly PanelDefinition[] = [
  timeSeries,
  stat,
  table,
  barGauge,
  barChart,
  heatMap,
  stateTimeline,
  pieChart,
  text,
];

const byId = new Map(panelDefinitions.map((definition) => [definition.id, definition]));

/** The definition of a panel type, `undefined` for one that the preview cannot draw. */
export const panelDefinition = (id: string): PanelDefinition | undefined => byId.get(id);

const plugins = new Map<string, PanelPlugin>();
const noEditor = () => null;

/** Panel-wide values of these mean the value axis: they are not laid on the time or text field of the other axis. */
const appliesTo: Readonly<Record<string, (field: Field) => boolean>> = {
  axisLabel: (field) => field.type !== FieldType.time && field.type !== FieldType.string,
  scaleDistribution: (field) => field.type === FieldType.number,
};

function customProperty(path: string, defaultValue: unknown): FieldConfigPropertyItem {
  return {
    id: path,
    path,
    name: path,
    defaultValue,
    process: identityOverrideProcessor,
    shouldApply: appliesTo[path] ?? (() => true),
    editor: noEditor,
    override: noEditor,
  };
}

function makePlugin(definition: PanelDefinition): PanelPlugin {
  const plugin = new PanelPlugin(definition.component);
  plugin.meta = {
    id: definition.id,
    name: definition.id,
    type: PluginType.panel,
    sort: 1,
    module: '',
    baseUrl: '',
    skipDataQuery: definition.skipsQuery ?? false,
    info: {
      author: { name: 'Tidemark preview' },
      description: '',
      links: [],
      logos: { large: '', small: '' },
      screenshots: [],
      updated: '',
      version: '13.2.2',
    },
  };
  plugin.setPanelOptions((builder) => {
    for (const [path, defaultValue] of Object.entries(definition.optionDefaults))
      builder.addCustomEditor({ id: path, path, name: path, defaultValue, editor: noEditor });
  });
  plugin.useFieldConfig({
    standardOptions: { [FieldConfigProperty.Color]: { defaultValue: { mode: definition.colorMode } } },
    useCustomConfig(builder) {
      for (const [path, value] of Object.entries(definition.customDefaults))
        builder.addCustomEditor(customProperty(path, value));
    },
  });
  plugin.setDataSupport({ annotations: definition.annotations ?? false, alertStates: false });
  return plugin;
}

/**
 * The panel plugin for Scenes, made at first use. For a type that the preview cannot draw it is a panel that says so; the
 * same is among the page's problems.
 */
export function cachedPanel(id: string): PanelPlugin {
  const plugin = plugins.get(id) ?? makePlugin(byId.get(id) ?? unknownPanel(id));
  plugins.set(id, plugin);
  return plugin;
}
