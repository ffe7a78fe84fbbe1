import { grouped, short } from '../lib/numbers';
import { ranges } from './measure';
import type { PanelTime } from './measure';

/** What a panel promises. */
export const goals = { p95Ms: 100, ratio: 50, ratioFromDays: 7, growth: 1.5 } as const;

/** A panel's times with what they are compared with. */
export interface Judged extends PanelTime {
  /** Raw FINAL ÷ rollup, medians. */
  readonly ratio?: number;
  /** Raw without FINAL ÷ rollup. */
  readonly plainRatio?: number;
  /** Median here ÷ median over the smaller data set. */
  readonly growth?: number;
  readonly misses: readonly string[];
}

export function judge(times: readonly PanelTime[], smaller: readonly PanelTime[]): Judged[] {
  return times.map((time) => {
    const before = smaller.find(
      ({ dashboard, panel, range }) => dashboard === time.dashboard && panel === time.panel && range === time.range,
    );
    const ratio = time.raw && time.raw.exactMs / time.p50Ms;
    const plainRatio = time.raw && time.raw.plainMs / time.p50Ms;
    const growth = before && time.p50Ms / before.p50Ms;
    const misses = [
      ...(time.p95Ms > goals.p95Ms ? [`p95 ${short(time.p95Ms)} ms is above ${goals.p95Ms} ms`] : []),
      ...(ratio !== undefined && ratio < goals.ratio && ranges[time.range] >= goals.ratioFromDays
        ? [`only ${short(ratio)} × faster than raw, not ${goals.ratio} ×`]
        : []),
      ...(growth !== undefined && growth > goals.growth
        ? [`${short(growth)} × slower than over the smaller data, not at most ${goals.growth} ×`]
        : []),
    ];
    return {
      ...time,
      ...(ratio !== undefined && { ratio }),
      ...(plainRatio !== undefined && { plainRatio }),
      ...(growth !== undefined && { growth }),
      misses,
    };
  });
}

export const panelHead = [
  'panel',
  'range',
  'p50 ms',
  'p95 ms',
  'rows read',
  'raw ms',
  'raw, no FINAL',
  'raw / rollup',
  'growth',
];

export const panelCells = (judged: readonly Judged[]): string[][] =>
  judged.map((j) => [
    `${j.dashboard}: ${j.panel}`,
    j.range,
    short(j.p50Ms),
    short(j.p95Ms),
    grouped(j.rowsRead),
    short(j.raw?.exactMs),
    short(j.raw?.plainMs),
    j.ratio === undefined ? '–' : `${short(j.ratio)} ×`,
    j.growth === undefined ? '–' : `${short(j.growth)} ×`,
  ]);

/** Lines that name what does not keep the goals, or the one line that says all do. */
export function missLines(judged: readonly Judged[]): string[] {
  const lines = judged.flatMap((j) => j.misses.map((miss) => `${j.dashboard}: ${j.panel}, ${j.range}: ${miss}`));
  return lines.length > 0
    ? [`${lines.length} misses in ${judged.length} panels × ranges:`, ...lines.map((line) => `- ${line}`)]
    : [`No misses: all ${judged.length} panels × ranges keep the goals.`];
}
