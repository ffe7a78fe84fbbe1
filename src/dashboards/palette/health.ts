import { colours, count, noneIsGood, share, verdictColours } from './style';
import type { MetricStyle } from './style';

/** What is said of a consumer group, by Burrow's words; the worse, the later. */
const groupStates = [
  { word: 'OK', text: 'in time', colour: verdictColours.good },
  { word: 'WARN', text: 'falls behind', colour: verdictColours.watch },
  { word: 'REWIND', text: 'rewound', colour: verdictColours.watch },
  { word: 'STALL', text: 'stalled', colour: verdictColours.bad },
  { word: 'STOP', text: 'stopped', colour: verdictColours.bad },
  { word: 'MISSING', text: 'no topic', colour: verdictColours.unknown },
] as const;

/** What `tidemark collect` sees: pipelines, consumers, servers. */
export const healthMetrics = {
  /** Health of pipelines. Seconds from source to ClickHouse; limits of the rules' defaults. */
  replicationLag: {
    unit: 's',
    decimals: 0,
    steps: [
      { from: null, colour: verdictColours.good },
      { from: 60, colour: verdictColours.watch },
      { from: 300, colour: verdictColours.bad },
    ],
  },
  badSlots: { ...count, steps: noneIsGood(verdictColours.bad) },
  badTables: { ...count, steps: noneIsGood(verdictColours.bad) },
  failingLooks: { ...count, steps: noneIsGood(verdictColours.watch) },
  badGroups: { ...count, steps: noneIsGood(verdictColours.bad) },
  badConnectors: { ...count, steps: noneIsGood(verdictColours.bad) },
  deadLetters: { ...count, steps: noneIsGood(verdictColours.bad) },
  failingViews: { ...count, steps: noneIsGood(verdictColours.bad) },
  badReplicas: { ...count, steps: noneIsGood(verdictColours.bad) },
  badMutations: { ...count, steps: noneIsGood(verdictColours.bad) },
  /** Active parts of a partition. */
  mostParts: {
    ...count,
    steps: [
      { from: null, colour: 'text' },
      { from: 150, colour: verdictColours.watch },
      { from: 300, colour: verdictColours.bad },
    ],
  },
  diskUsed: {
    ...share,
    decimals: 0,
    steps: [
      { from: null, colour: 'text' },
      { from: 0.8, colour: verdictColours.watch },
      { from: 0.9, colour: verdictColours.bad },
    ],
  },
  /** Time until something is full. */
  fullIn: {
    unit: 's',
    decimals: 0,
    steps: [
      { from: null, colour: verdictColours.bad },
      { from: 86_400, colour: verdictColours.watch },
      { from: 604_800, colour: 'text' },
    ],
  },
  /** Age of a look. */
  seen: {
    unit: 's',
    decimals: 0,
    steps: [
      { from: null, colour: 'text' },
      { from: 300, colour: verdictColours.watch },
      { from: 1800, colour: verdictColours.bad },
    ],
  },
  ago: { unit: 's', decimals: 0, colour: 'text' },
  oldTransaction: {
    unit: 's',
    decimals: 0,
    steps: [
      { from: null, colour: 'text' },
      { from: 1800, colour: verdictColours.watch },
    ],
  },
  clockSkew: { unit: 'ms', decimals: 0 },
  rowRate: { unit: 'rowsps' },
  messageRate: { unit: 'mps', decimals: 1 },
  producedRate: { colour: colours.blue, unit: 'mps' },
  consumedRate: { colour: colours.orange, unit: 'mps' },
  errorCount: { ...count },
  queryRate: { colour: colours.blue, unit: 'cps' },
  failedRate: { colour: colours.orange, unit: 'cps' },
  cores: { colour: colours.blue, unit: 'none', decimals: 2 },
  insertedRate: { colour: colours.blue, unit: 'rowsps' },
  slowedRate: { colour: colours.mauve, unit: 'cps' },
  refusedRate: { colour: colours.brown, unit: 'cps' },
  rowsPerInsert: { colour: colours.blue, ...count },
  merges: { colour: colours.blue, ...count },
  mutations: { colour: colours.orange, ...count },
  skew: {
    unit: 'none',
    decimals: 1,
    steps: [
      { from: null, colour: 'text' },
      { from: 2.5, colour: verdictColours.watch },
    ],
  },
  yesNo: {
    unit: 'none',
    words: [
      { value: 0, text: 'no', colour: 'text' },
      { value: 1, text: 'yes', colour: 'text' },
    ],
  },
  slotStatus: {
    unit: 'string',
    words: [
      { value: 'reserved', text: 'reserved', colour: verdictColours.good },
      { value: 'extended', text: 'extended', colour: verdictColours.good },
      { value: 'unused', text: 'unused', colour: verdictColours.unknown },
      { value: 'unreserved', text: 'unreserved', colour: verdictColours.bad },
      { value: 'lost', text: 'lost', colour: verdictColours.bad },
      { value: 'missing', text: 'missing', colour: verdictColours.bad },
    ],
  },
  walLevel: {
    unit: 'string',
    words: [
      { value: 'logical', text: 'logical', colour: verdictColours.good },
      { value: 'replica', text: 'replica', colour: verdictColours.bad },
      { value: 'minimal', text: 'minimal', colour: verdictColours.bad },
    ],
  },
  copyState: {
    unit: 'string',
    words: [
      { value: 'same', text: 'same', colour: verdictColours.good },
      ...['no table', 'no copy', 'not published', 'stands still', 'columns differ', 'rows differ'].map((value) => ({
        value,
        text: value,
        colour: verdictColours.bad,
      })),
      { value: 'no identity', text: 'no identity', colour: verdictColours.watch },
    ],
  },
  groupVerdict: { unit: 'string', words: groupStates.map(({ word, text, colour }) => ({ value: word, text, colour })) },
  /** The same as numbers, for a timeline: the worse, the greater. */
  groupState: { unit: 'none', words: groupStates.map(({ text, colour }, value) => ({ value, text, colour })) },
  pipelineState: {
    unit: 'none',
    words: [
      { value: 0, text: 'in time', colour: verdictColours.good },
      { value: 1, text: 'late', colour: verdictColours.watch },
      { value: 2, text: 'very late', colour: verdictColours.bad },
      { value: 3, text: 'no beat', colour: verdictColours.bad },
    ],
  },
  connectorState: {
    unit: 'string',
    words: [
      { value: 'RUNNING', text: 'running', colour: verdictColours.good },
      { value: 'PAUSED', text: 'paused', colour: verdictColours.watch },
      { value: 'RESTARTING', text: 'restarting', colour: verdictColours.watch },
      { value: 'STOPPED', text: 'stopped', colour: verdictColours.bad },
      { value: 'UNASSIGNED', text: 'unassigned', colour: verdictColours.bad },
      { value: 'FAILED', text: 'failed', colour: verdictColours.bad },
      { value: 'missing', text: 'missing', colour: verdictColours.bad },
      { value: 'unreachable', text: 'unreachable', colour: verdictColours.bad },
    ],
  },
  viewState: {
    unit: 'string',
    words: [
      { value: 'well', text: 'well', colour: verdictColours.good },
      { value: 'exception', text: 'exception', colour: verdictColours.bad },
      { value: 'retry', text: 'retry', colour: verdictColours.watch },
      { value: 'late', text: 'late', colour: verdictColours.watch },
      { value: 'disabled', text: 'disabled', colour: verdictColours.unknown },
    ],
  },
} as const satisfies Record<string, MetricStyle>;
