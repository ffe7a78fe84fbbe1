import { dashboardSpecs } from './dashboards';
import { colours, styleOf, verdictColours } from './palette';
import type { MetricName } from './palette';
import { defaultSettings } from './settings';
import type { PanelSpec } from './spec';

type Rgb = readonly [number, number, number];

/** Linear light of `#rrggbb`. */
const linear = (hex: string): Rgb => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
};
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const contrast = (a: string, b: string) => {
  const [light = 0, dark = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
const visions: Readonly<Record<string, readonly Rgb[]>> = {
  ordinary: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const dot = (row: Rgb, [r, g, b]: Rgb) => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b));

/** OKLab: equal distances look about equally different. */
const oklab = (seen: readonly number[]): Rgb => {
  const [r = 0, g = 0, b = 0] = seen;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};
const distance = (a: string, b: string, vision: readonly Rgb[]) => {
  const [p, q] = [a, b].map((hex) => oklab(vision.map((row) => dot(row, linear(hex)))));
  return Math.hypot(p![0] - q![0], p![1] - q![1], p![2] - q![2]);
};

const panels = dashboardSpecs(defaultSettings).flatMap((spec) => spec.rows.flatMap((row) => row.panels));
const metricsOf = (panel: PanelSpec): MetricName[] =>
  panel.kind === 'timeseries' || panel.kind === 'barchart' ? panel.series.map(({ metric }) => metric) : [];

test.each(Object.entries(colours))('%s keeps 3:1 contrast to dark and light panels', (_, hex) => {
  expect(contrast(hex, '#181b1f')).toBeGreaterThanOrEqual(3);
  expect(contrast(hex, '#ffffff')).toBeGreaterThanOrEqual(3);
});

test.each(Object.entries(verdictColours))('white text on the verdict %s keeps 3:1', (_, hex) => {
  expect(contrast(hex, '#ffffff')).toBeGreaterThanOrEqual(3);
});

test.each(Object.keys(visions))('series that meet in one panel stay apart with %s', (name) => {
  const close: string[] = [];
  let pairs = 0;
  for (const panel of panels) {
    const used = metricsOf(panel).map((metric) => styleOf(metric).colour ?? '');
    used.forEach((a, at) =>
      used.slice(at + 1).forEach((b) => {
        pairs += 1;
        if (distance(a, b, visions[name]!) < 0.1) close.push(`${panel.title}: ${a} ${b}`);
      }),
    );
  }
  expect(close).toEqual([]);
  expect(pairs).toBeGreaterThan(10);
});

test('text stays readable on every cell of the cohort grid, in both themes', () => {
  const cells = (styleOf('retention').steps ?? []).map(({ colour }) => colour);
  expect(cells.length).toBeGreaterThan(5);
  for (const cell of cells.slice(1)) {
    const [, alpha] = /^rgba\(.*, ([\d.]+)\)$/.exec(cell) ?? [];
    // Grafana keeps the theme's text on what is nearly transparent and writes in white on an opaque dark colour.
    if (alpha !== undefined) expect(Number(alpha)).toBeLessThan(0.3);
    else expect(contrast(cell, '#ffffff')).toBeGreaterThanOrEqual(4.5);
  }
});
