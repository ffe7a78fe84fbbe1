import type { Honoured } from './definition';

/** Options of stat, bar gauge and pie: which values, how reduced, which way they stand. */
export const singleStatOptions: Readonly<Record<string, Honoured>> = {
  orientation: true,
  'reduceOptions.calcs': true,
  'reduceOptions.fields': true,
  'reduceOptions.limit': true,
  'reduceOptions.values': true,
  'text.titleSize': true,
  'text.valueSize': true,
  'text.percentSize': true,
};

/** Grafana's defaults of {@link singleStatOptions}. */
export const singleStatDefaults = {
  orientation: 'auto',
  reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
};

/** Options of a legend that `@grafana/ui`'s legends draw. */
export const legendOptions: Readonly<Record<string, Honoured>> = {
  'legend.showLegend': true,
  'legend.displayMode': true,
  'legend.placement': true,
  'legend.calcs': true,
  'legend.width': true,
  'legend.sortBy': true,
  'legend.sortDesc': true,
  'legend.limit': true,
  'legend.asTable': [false],
  'legend.isVisible': [true],
  'legend.overflow': true,
  'legend.enableFacetedFilter': [false],
};

/** Options of a tooltip as the preview draws it. */
export const tooltipOptions: Readonly<Record<string, Honoured>> = {
  'tooltip.mode': true,
  'tooltip.sort': true,
  'tooltip.hideZeros': true,
  'tooltip.maxHeight': true,
  'tooltip.maxWidth': true,
};

/** Grafana's defaults of legend and tooltip. */
export const legendTooltipDefaults = {
  legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
  tooltip: { mode: 'single', sort: 'none', hideZeros: false },
};
