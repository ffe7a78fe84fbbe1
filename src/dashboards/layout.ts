import { fail } from './errors';
import type { PanelSpec, Row } from './spec';

/** Grafana's grid: 24 columns, rows of 30 px. */
export const gridColumns = 24;
const leastWidth = 3;

export interface Placed {
  readonly panel: PanelSpec;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/**
 * Places rows below each other, panels side by side, each row filled to 24 columns in proportion to the panels' weights.
 * Rows without panels vanish. Throws `row_too_full` when a panel would get less than 3 columns.
 */
export function placeRows(dashboard: string, rows: readonly Row[]): Placed[] {
  let y = 0;
  return rows.flatMap(({ height, panels }) => {
    if (panels.length === 0) return [];
    const widths = shareColumns(panels.map((panel) => panel.weight ?? 1));
    if (Math.min(...widths) < leastWidth) throw fail('row_too_full', { dashboard, panels: panels.length });
    let x = 0;
    const placed = panels.map((panel, at) => {
      const w = widths[at] ?? leastWidth;
      const place = { panel, x, y, w, h: height };
      x += w;
      return place;
    });
    y += height;
    return placed;
  });
}

/** Whole columns in proportion to weights, 24 in sum: each border is rounded, so no column is lost or given twice. */
function shareColumns(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  return weights.map((weight) => {
    const from = Math.round((before / total) * gridColumns);
    before += weight;
    return Math.round((before / total) * gridColumns) - from;
  });
}
