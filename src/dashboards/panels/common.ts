import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { DynamicConfigValue, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { VizLegendOptionsBuilder, VizTooltipOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';

import { styleOf } from '../palette';
import type { MetricName, MetricStyle, Step, Word } from '../palette';

/** Shown where a query answers NULL or nothing. */
export const nothing = '–';

const threshold = ({ from, colour }: Step) => ({ value: from, color: colour });

function mapping(words: readonly Word[]): ValueMapping {
  const options = words.map(
    ({ value, text, colour }, index) => [String(value), { text, color: colour, index }] as const,
  );
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

/** Words of a metric as mappings of a whole panel. */
export function mappingsOf(metric: MetricName): ValueMapping[] {
  const { words }: MetricStyle = styleOf(metric);
  return words ? [mapping(words)] : [];
}

/** Field properties of a metric, for an override of its column: the only place where units and colours are set. */
export function metricProperties(metric: MetricName): DynamicConfigValue[] {
  const { unit, decimals, steps, words }: MetricStyle = styleOf(metric);
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    { id: 'color', value: colourOf(metric) },
    ...(steps ? [{ id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: steps.map(threshold) } }] : []),
    ...(words ? [{ id: 'mappings', value: [mapping(words)] }] : []),
  ];
}

/** Colour rule of a metric: its fixed colour, else thresholds where it has steps, else a palette by series name. */
export function colourOf(metric: MetricName): { readonly mode: FieldColorModeId; readonly fixedColor?: string } {
  const { colour, steps, words } = styleOf(metric);
  if (colour) return { mode: FieldColorModeId.Fixed, fixedColor: colour };
  return { mode: steps || words ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassicByName };
}

/** No line drawn and none judged: Grafana's default thresholds (green, red from 80) mean nothing here. */
export function noThresholds(): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ value: null, color: 'text' }]);
}

/** Colours from overrides only. */
export function plainColour(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

/** Legend as a table with last and mean where there are more than two series, none where there is one, else a line below. */
export function legendFor(series: number): VizLegendOptionsBuilder {
  const legend = new VizLegendOptionsBuilder().placement(LegendPlacement.Bottom).calcs([]);
  if (series <= 1) return legend.showLegend(false).displayMode(LegendDisplayMode.List);
  if (series === 2) return legend.showLegend(true).displayMode(LegendDisplayMode.List);
  return legend.showLegend(true).displayMode(LegendDisplayMode.Table).calcs(['lastNotNull', 'mean']);
}

/** All series at the hovered time, in the order of the panel. */
export function tooltip(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None);
}
