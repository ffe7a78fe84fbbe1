import { colours, count, noneIsGood, share, verdictColours } from './style';
import type { MetricStyle } from './style';

/** What dbt left behind: jobs, nodes, sources. */
export const dbtMetrics = {
  /** Runs by how they ended. */
  goodRuns: { colour: colours.sky, ...count },
  warnedRuns: { colour: colours.brown, ...count },
  failedRuns: { colour: colours.orange, ...count },
  failingNodes: { ...count, steps: noneIsGood(verdictColours.bad) },
  overdueJobs: { ...count, steps: noneIsGood(verdictColours.bad) },
  staleSources: { ...count, steps: noneIsGood(verdictColours.watch) },
  successRate: {
    ...share,
    steps: [
      { from: null, colour: verdictColours.bad },
      { from: 0.9, colour: verdictColours.watch },
      { from: 0.99, colour: verdictColours.good },
    ],
  },
  age: { unit: 's', decimals: 0 },
  runLength: { unit: 's', decimals: 1 },
  cpuTime: { unit: 's', decimals: 1 },
  /** Over time; the worst of a bucket is the greatest. */
  jobState: {
    unit: 'none',
    words: [
      { value: 0, text: 'success', colour: verdictColours.good },
      { value: 1, text: 'warned', colour: verdictColours.watch },
      { value: 2, text: 'failed', colour: verdictColours.bad },
      { value: 3, text: 'overdue', colour: verdictColours.unknown },
    ],
  },
  dbtState: {
    unit: 'string',
    words: [
      { value: 'success', text: 'success', colour: verdictColours.good },
      { value: 'pass', text: 'pass', colour: verdictColours.good },
      { value: 'warned', text: 'warned', colour: verdictColours.watch },
      { value: 'warn', text: 'warn', colour: verdictColours.watch },
      { value: 'failed', text: 'failed', colour: verdictColours.bad },
      { value: 'fail', text: 'fail', colour: verdictColours.bad },
      { value: 'error', text: 'error', colour: verdictColours.bad },
      { value: 'runtime error', text: 'runtime error', colour: verdictColours.bad },
      { value: 'partial success', text: 'partial success', colour: verdictColours.bad },
      { value: 'overdue', text: 'overdue', colour: verdictColours.bad },
      { value: 'missing', text: 'missing', colour: verdictColours.watch },
      { value: 'never', text: 'never ran', colour: verdictColours.unknown },
    ],
  },
} as const satisfies Record<string, MetricStyle>;
