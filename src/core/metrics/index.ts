export type {
  Grain,
  LateSpec,
  MeasureSpec,
  MetricSpec,
  PlannerCatalogue,
  RollupSpec,
  SourceSpec,
  Watermarks,
} from './catalogue';
export { withWatermarks } from './catalogue';
export type { CalendarInterval, Interval } from './interval';
export { bucketStart, intervalForms, intervalText, parseInterval } from './interval';
export type { Part, Plan } from './answer';
export { planQuestion } from './plan';
export type { Filter, FilterOperator, Question } from './question';
export { filterOperators } from './question';
export type { Reason, ReasonCode } from './reasons';
export { reasonCodes } from './reasons';
