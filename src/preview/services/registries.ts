import type { DataTransformerInfo, FieldConfigPropertyItem, TransformerRegistryItem } from '@grafana/data';
import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldColorModeId,
  FieldConfigProperty,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  ThresholdsMode,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

/** The preview edits nothing: every editor is empty. */
const noEditor = () => null;

type Process = FieldConfigPropertyItem['process'];

/** Field properties that every panel understands, with the way their value is read. */
const standardProperties: ReadonlyArray<readonly [FieldConfigProperty, Process]> = [
  [FieldConfigProperty.DisplayName, displayNameOverrideProcessor as Process],
  [FieldConfigProperty.Unit, unitOverrideProcessor as Process],
  [FieldConfigProperty.Min, numberOverrideProcessor as Process],
  [FieldConfigProperty.Max, numberOverrideProcessor as Process],
  [FieldConfigProperty.FieldMinMax, booleanOverrideProcessor as Process],
  [FieldConfigProperty.Decimals, numberOverrideProcessor as Process],
  [FieldConfigProperty.Thresholds, thresholdsOverrideProcessor as Process],
  [FieldConfigProperty.NoValue, stringOverrideProcessor as Process],
  [FieldConfigProperty.Mappings, valueMappingsOverrideProcessor as Process],
  [FieldConfigProperty.Links, dataLinksOverrideProcessor as Process],
  [FieldConfigProperty.Actions, identityOverrideProcessor as Process],
  [FieldConfigProperty.Color, identityOverrideProcessor as Process],
  [FieldConfigProperty.Filterable, booleanOverrideProcessor as Process],
];

/** Names of the standard field properties, plus `description`, which is only ever read. */
export const standardPropertyIds: ReadonlySet<string> = new Set([
  ...standardProperties.map(([id]) => String(id)),
  'description',
]);

/** What Grafana assumes where a dashboard says nothing. Panels replace the colour mode by their own. */
const standardDefaults: Partial<Record<FieldConfigProperty, object>> = {
  [FieldConfigProperty.Color]: { mode: FieldColorModeId.Thresholds },
  [FieldConfigProperty.Mappings]: [],
  [FieldConfigProperty.Thresholds]: {
    mode: ThresholdsMode.Absolute,
    steps: [
      { value: -Infinity, color: 'green' },
      { value: 80, color: 'red' },
    ],
  },
};

function fieldProperty([id, process]: (typeof standardProperties)[number]): FieldConfigPropertyItem {
  const defaultValue = standardDefaults[id];
  return {
    id,
    path: id,
    name: id,
    defaultValue,
    process,
    shouldApply: () => true,
    editor: noEditor,
    override: noEditor,
  };
}

const editorIds = ['text', 'number', 'boolean', 'select', 'radio', 'slider', 'multi-select', 'color', 'unit'].concat([
  'thresholds',
  'mappings',
  'links',
  'actions',
  'stats-picker',
  'strings',
  'timezone',
  'fieldColor',
  'field-name',
  'dashboard-uid',
]);

/** Grafana's transformers once each: aliases share an id with the original and would throw in the registry. */
function transformers(): TransformerRegistryItem[] {
  const byId = new Map<string, DataTransformerInfo>();
  for (const info of Object.values(standardTransformers) as DataTransformerInfo[]) byId.set(info.id, info);
  return [...byId.values()].map((info) => ({
    id: info.id,
    name: info.name,
    editor: noEditor,
    imageDark: '',
    imageLight: '',
    // Grafana 13 asks for a function; Scenes 9 still reads `.operator` of it when it merges annotation frames.
    transformation: Object.assign(async () => info, { operator: info.operator }),
  }));
}

/** Transformation ids that dashboards may use. */
export const transformationIds = (): readonly string[] => transformers().map((t) => t.id);

/** Fills the registries of `@grafana/data` that Grafana itself fills at start. Call once, before any panel is drawn. */
export function fillRegistries(): void {
  standardFieldConfigEditorRegistry.setInit(() => standardProperties.map(fieldProperty));
  standardEditorsRegistry.setInit(() => editorIds.map((id) => ({ id, name: id, editor: noEditor })));
  standardTransformersRegistry.setInit(transformers);
}
