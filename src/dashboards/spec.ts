/**
 * What a dashboard is, as plain data: packs write it, `render.ts` turns it into Grafana's classic JSON. Only what the
 * project's dashboards need; a property that is not here cannot be forgotten by the preview.
 */
import type { RoleName } from '../core/model';
import type { Section } from '../config/sections';
import type { MetricName } from './palette';

/** Menus at the top of every dashboard, by the tag that their dashboards have. */
export const menus = { product: 'Product', business: 'Service & money', health: 'Data health' } as const;
export type MenuName = keyof typeof menus;

/** Dashboards that link to each other, by their stable uid; those without a menu have a link of their own. */
export const pages = {
  home: { uid: 'tidemark-home', title: 'Home' },
  activeUsers: { uid: 'tidemark-active-users', title: 'Active users', menu: 'product' },
  funnels: { uid: 'tidemark-funnels', title: 'Funnels', menu: 'product' },
  retention: { uid: 'tidemark-retention', title: 'Retention & cohorts', menu: 'product' },
  adoption: { uid: 'tidemark-feature-adoption', title: 'Feature adoption', menu: 'product' },
  operations: { uid: 'tidemark-operations', title: 'Operations', menu: 'business' },
  finance: { uid: 'tidemark-finance', title: 'Finance', menu: 'business' },
  subscriptions: { uid: 'tidemark-subscriptions', title: 'Subscriptions', menu: 'business' },
  rollups: { uid: 'tidemark-rollups', title: 'Rollups & views', menu: 'health' },
  alerts: { uid: 'tidemark-alerts', title: 'Alerts' },
  cdcPostgres: { uid: 'tidemark-cdc-postgres', title: 'CDC: Postgres', menu: 'health' },
  cdcKafka: { uid: 'tidemark-cdc-kafka', title: 'CDC: Kafka & Debezium', menu: 'health' },
  dbt: { uid: 'tidemark-dbt', title: 'dbt', menu: 'health' },
  server: { uid: 'tidemark-clickhouse', title: 'ClickHouse health', menu: 'health' },
  cost: { uid: 'tidemark-cost', title: 'Cost', menu: 'health' },
} as const satisfies Readonly<
  Record<string, { readonly uid: string; readonly title: string; readonly menu?: MenuName }>
>;
export type PageName = keyof typeof pages;

/** The menu that a dashboard is in. */
export function menuOf(page: PageName): MenuName | undefined {
  const entry = pages[page];
  return 'menu' in entry ? entry.menu : undefined;
}

/** What a panel, a variable or a dashboard cannot do without: a role that is mapped, a section of tidemark.yaml that is filled. */
export type Need = RoleName | Section;

/** The text behind a panel's (i): every panel has it. */
export interface About {
  /** What it is, in words people say. */
  readonly what: string;
  /** How it is computed, with the traps that were avoided. */
  readonly how: string;
  /** Rollups that are read; their title and period are looked up in the packs. Empty for text panels only. */
  readonly from: readonly string[];
}

export interface PanelCommon {
  readonly title: string;
  readonly about: About;
  /** Share of its row; 1 when absent. Rows always fill 24 columns. */
  readonly weight?: number;
  /** Left out when tidemark.yaml does not have it. */
  readonly needs?: Need;
  /** Where one looks next; links carry range and variables. */
  readonly next?: readonly PageName[];
}

export interface StatValue {
  /** Column of the query; also the name shown beside the number. */
  readonly column: string;
  readonly metric: MetricName;
}

export interface StatPanel extends PanelCommon {
  readonly kind: 'stat';
  readonly sql: string;
  readonly values: readonly StatValue[];
  /** The whole tile takes the colour: for verdicts. */
  readonly filled?: boolean;
}

export interface Series {
  /** Column of the query, shown in legend and tooltip. */
  readonly column: string;
  readonly metric: MetricName;
  /** Column that holds the bucket still running; drawn as a point or a paler bar, absent from the legend. */
  readonly open?: string;
}

export interface TimeseriesPanel extends PanelCommon {
  readonly kind: 'timeseries';
  readonly sql: string;
  readonly draw: 'line' | 'bars';
  readonly stacked?: boolean;
  readonly series: readonly Series[];
  /** Label column that makes one series per value, in place of `series`; one metric for all. */
  readonly byLabel?: { readonly label: string; readonly metric: MetricName };
  /** Upper end of the axis, for ratios. The lower end is 0 unless `belowZero`. */
  readonly max?: number;
  /** A dashed line where a rule watches, in the unit of the series. */
  readonly limit?: number;
  /** A series that is such a line: a limit in force, as the table of thresholds has it. Its column, or its value of `byLabel`. */
  readonly limitSeries?: string;
  readonly belowZero?: boolean;
}

export interface BarChartPanel extends PanelCommon {
  readonly kind: 'barchart';
  readonly sql: string;
  /** String column on the axis. */
  readonly x: string;
  readonly series: readonly Series[];
  /** Bars of several series side by side, for shares that do not add up; else they stack. */
  readonly beside?: boolean;
}

/** Bars by name, one row each, the longest first as the statement has them. */
export interface BarGaugePanel extends PanelCommon {
  readonly kind: 'bargauge';
  readonly sql: string;
  /** Column with the length of the bar; the other column is its name. */
  readonly value: StatValue;
}

/** Where a click on a cell leads: a dashboard with a variable set to the cell's value, range kept. */
export interface CellLink {
  readonly title: string;
  readonly page: PageName;
  readonly variable: string;
}

/** A cell whose row says where a click leads: another column has the uid of a dashboard, or a whole address. */
export type RowLink = { readonly title: string } & (
  { readonly uidColumn: string } | { readonly addressColumn: string }
);

export interface Column {
  readonly name: string;
  /** Absent for text and times. */
  readonly metric?: MetricName;
  /** Pixels. */
  readonly width?: number;
  /** Colour of the metric behind the value, or of the value's own letters. */
  readonly coloured?: 'background' | 'text';
  readonly link?: CellLink | RowLink;
  /** Long text goes on in further lines; the row grows. */
  readonly wrap?: boolean;
  /** Not shown: read by a link. */
  readonly hidden?: boolean;
}

export interface TablePanel extends PanelCommon {
  readonly kind: 'table';
  readonly sql: string;
  readonly columns: readonly Column[];
}

/** How often values fell into buckets over time: one row of cells per bucket, the lowest first, darker the more. */
export interface HeatmapPanel extends PanelCommon {
  readonly kind: 'heatmap';
  /** Columns `time` and one per bucket, in order. */
  readonly sql: string;
  /** What a cell counts. */
  readonly metric: MetricName;
  /** Label of the axis of buckets. */
  readonly axis: string;
}

/** Which state each subject was in, over time: a row of bars per subject. */
export interface StateTimelinePanel extends PanelCommon {
  readonly kind: 'statetimeline';
  /** Columns `time`, the label and the state as a number; NULL where nothing is known from then on. */
  readonly sql: string;
  /** Words and colours of the states. */
  readonly metric: MetricName;
}

export interface TextPanel extends PanelCommon {
  readonly kind: 'text';
  readonly markdown: string;
}

export type PanelSpec =
  | StatPanel
  | TimeseriesPanel
  | BarChartPanel
  | BarGaugePanel
  | HeatmapPanel
  | StateTimelinePanel
  | TablePanel
  | TextPanel;

/** A panel that asks ClickHouse. */
export type QueryPanel = Exclude<PanelSpec, TextPanel>;

export interface QueryVariable {
  readonly kind: 'query';
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** One column; its first value is the default unless `all`. */
  readonly sql: string;
  readonly needs?: Need;
  /** Several may be chosen, and All, which is the default. */
  readonly all?: boolean;
}

export interface ChoiceVariable {
  readonly kind: 'choice';
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** Value → text; the first is the default. */
  readonly choices: Readonly<Record<string, string>>;
}

export type VariableSpec = QueryVariable | ChoiceVariable;

export interface Row {
  /** Grid units of 30 px. */
  readonly height: number;
  readonly panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  readonly page: PageName;
  readonly description: string;
  readonly tags: readonly string[];
  /** The whole dashboard is left out when tidemark.yaml does not have it. */
  readonly needs?: Need;
  /** Begin of the range that it opens with, up to now; `now-90d` when absent. */
  readonly from?: string;
  readonly variables: readonly VariableSpec[];
  readonly rows: readonly Row[];
}

/** SQL that reads a family of rollups with tiers (`request`: request_minute, request_quarter, request_day) by the range. */
export interface TierSql {
  /** Tables that a statement with {@link named}, {@link rows}, {@link grid} reads, for {@link About.from}. */
  readonly tables: readonly string[];
  /** Head of the statement, after WITH: `tier` ('minute', 'quarter', 'day') and `mark`, up to where rows are counted. */
  readonly named: string;
  /**
   * Sub-query of the tier's rows: `time` (begin of the bucket as drawn, DateTime in the reporting zone) and the columns.
   * Buckets are whole: a quarter, hour or day that the range only touches is read whole.
   */
  rows(columns: string, where?: string): string;
  /** The same rows for numbers over the whole range: where quarter hours suit it, its whole days come as one row each. */
  whole(columns: string, where?: string): string;
  /** Sub-query with a row of zeros for each bucket of the range up to the mark, from the first day of the history on. */
  grid(zeros: string): string;
  /** Instant at which the bucket `time` is over; it is whole where that is not after `mark`. */
  readonly ends: string;
  /**
   * Sub-query of the last 5 whole minutes of the range (where minutes are not kept any more, of its last whole quarter hour):
   * `seconds`, their length, and the columns. Needs no {@link named}.
   */
  recent(columns: string, where: string): string;
  readonly recentTables: readonly string[];
  /** `m` of the quarter hour that holds the middle of {@link recent}, a week before on the clock of the reporting zone. */
  readonly quarterWeekBefore: string;
}

/** SQL pieces that a pack's dashboard is written with; handed in, so that packs import types only. */
export interface DashboardSql {
  /** Quoted `database`.`table FINAL` for a rollup: superseded versions and deleted keys are left out. */
  rollup(name: string): string;
  /** A table or view of Tidemark's database that needs no FINAL. */
  table(name: string): string;
  /** Quoted column alias, as people read it. */
  as(title: string): string;
  /** Today in the reporting zone, as Date. Needs column `t` in scope; a constant to the engine, so indexes are used. */
  readonly today: string;
  /** First and last day of the range, as Date in the reporting zone. Need column `t` in scope. */
  readonly firstDay: string;
  readonly lastDay: string;
  /** The last day that is over and inside the range, as Date. Needs column `t` in scope. */
  readonly closedDay: string;
  /** First day of the week that holds `day`, as the configuration's week start has it. */
  weekOf(day: string): string;
  /** First day of the bucket of `$grain` that holds `day` (Date). The engine refuses a grain that is none. */
  grainOf(day: string): string;
  /** Reads a family of rollups from the tier that suits the range. */
  tiers(family: string): TierSql;
  /** A limit in force of an alert rule, for all its subjects, as a sub-query: NULL where the rule is not installed. Reads `thresholds`. */
  limit(rule: string, name: string): string;
  /** A Date as the instant at which it begins in the reporting zone; sorts and draws as time. Needs `t` in scope. */
  instant(day: string): string;
}

/** Who is followed from a first month on. */
export interface CohortGrid {
  readonly title: string;
  /** Rollup of (d, user) pairs: a row means that the user was there. */
  readonly rollup: string;
  /** Plural, as people say it. */
  readonly who: string;
  /** Heads of the first two columns. */
  readonly first: string;
  readonly size: string;
  readonly what: string;
}

/** What a pack's dashboard is made with. */
export interface DashboardKit {
  readonly sql: DashboardSql;
  /** The verdict tile that begins every dashboard: are the rollups that it reads (also those of a condition on `rollup`) up to date? */
  trust(rollups: readonly string[], orWhere?: string): StatPanel;
  /** The grid of first months and later months. */
  cohorts(grid: CohortGrid): TablePanel;
}
