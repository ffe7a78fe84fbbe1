import type { Need, PageName } from '../dashboards/spec';

/**
 * What a limit or a judged number is measured in. tidemark.yaml may write it with its unit (`3 %`, `800 ms`, `15 m`, `20 GiB`); SQL
 * and the views have plain numbers: ratios as fractions (0.03), `ms` milliseconds, `seconds`, `bytes`, `count` (whole things), `rate`
 * (per second), `times` (a factor), `money` (units of a currency).
 */
export const ruleUnits = ['ratio', 'ms', 'seconds', 'bytes', 'count', 'rate', 'times', 'money'] as const;
export type RuleUnit = (typeof ruleUnits)[number];

/** A number that decides a rule: the default here, other values in tidemark.yaml or in the table `threshold_edits`. */
export interface RuleLimit {
  /** snake_case; its value in force is a row of the view `thresholds`. */
  readonly name: string;
  readonly value: number;
  readonly unit: RuleUnit;
  readonly description: string;
}

/** What `tidemark collect` looks at in its own interval. */
export interface RuleSource {
  /** Its name in `health_source`, such as `postgres main`. */
  readonly source: string;
  /** Seconds between two looks when all is well. */
  readonly everySeconds: number;
}

/** What the rules about pipelines have to know of one; docs/config.md says what each key means. */
export interface RulePipeline {
  readonly name: string;
  readonly postgres?: { readonly server: string; readonly slot: string };
  readonly heartbeat?: { readonly everySeconds: number };
  /** `schema.table` in Postgres. */
  readonly tables: readonly { readonly table: string }[];
  /** `database.view` of truth tests. */
  readonly checks: readonly string[];
  readonly kafka?: {
    readonly cluster: string;
    readonly groups: readonly { readonly group: string; readonly topics: readonly string[] }[];
    readonly deadLetters: readonly string[];
  };
  readonly connect?: { readonly cluster: string; readonly connectors: readonly string[] };
}

/**
 * SQL pieces that a rule is written with. All are expressions unless they say otherwise. The clock is among them and is never asked
 * of the server by a rule itself, so that a test can hand it in.
 */
export interface RuleKit {
  /** DateTime64(3, 'UTC'). */
  readonly now: string;
  /** Literal of the reporting zone. */
  readonly zone: string;
  /** Date of {@link now} in the reporting zone. */
  readonly today: string;
  /** Literal of the name of Tidemark's database, for what ClickHouse tells of it in its own tables. */
  readonly database: string;
  /** DateTime64(3, 'UTC'): when `tidemark migrate` last made the rule's view. Before that nobody was to see its subjects. */
  readonly madeAt: string;
  /** What `tidemark collect` looks at, and how tables come from Postgres: the subjects that a rule must have a row of. */
  readonly watched: readonly RuleSource[];
  readonly pipelines: readonly RulePipeline[];
  /** Whether tidemark.yaml has this: a rule about several roles leaves out those that are not mapped. */
  has(need: Need): boolean;
  /** Quoted `database`.`table FINAL`. */
  rollup(name: string): string;
  /** `PREWHERE`, for conditions on the key of one {@link rollup} alone; `WHERE` where the clock is of the past. */
  readonly where: 'PREWHERE' | 'WHERE';
  /** Quoted table or view of Tidemark's database that needs no FINAL. */
  table(name: string): string;
  /** A table of ClickHouse's own `system` database; the rule names it in `systemTables`. */
  system(name: string): string;
  /** Value in force of one of the rule's limits, Float64; `subject` is SQL, for limits that a subject has of its own. */
  limit(name: string, subject?: string): string;
  /** DateTime64(3, 'UTC') up to which all the named rollups are complete; 1970 where one was never filled. */
  until(...rollups: readonly string[]): string;
  /** UInt8: whether one of the named rollups is further behind than that. What a rule *held* while late compares with. */
  late(seconds: number, ...rollups: readonly string[]): string;
  /** Date: the last day that is over, past the closing grace, and complete in all the named rollups. */
  closedDay(...rollups: readonly string[]): string;
  /** Date: the last day that is over, and past the closing grace, at an instant (DateTime64) up to which everything is complete. */
  closedAt(instant: string): string;
  /** UInt8: whether {@link closedDay} is behind what the clock would allow. Rules about days are *held* then. */
  dayLate(...rollups: readonly string[]): string;
  /** Array(Date): days off work. */
  readonly holidays: string;
  /** Sub-query, for FROM and IN: column `subject`, the rule's expected subjects that people named. */
  readonly expected: string;
  /** Days that numbers per minute are kept. */
  readonly minuteDays: number;
}

/** How bad it is, and so who is told: *critical* goes to Slack and by email, *warning* to Slack, *info* to nobody at night. */
export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/**
 * One alert rule, as plain data: `tidemark migrate` makes the view `alert_<name>` of it, `tidemark build` the files that Grafana and
 * Alertmanager read. docs/alerts.md says what a rule promises.
 */
export interface AlertRule {
  /** snake_case, at most 30 characters: the view is `alert_<name>`, the runbook `docs/runbooks/<name>.md`. */
  readonly name: string;
  readonly title: string;
  /** What it means for people, and which false alarms it guards against, in two or three sentences. */
  readonly description: string;
  readonly severity: Severity;
  /** What one row is about, singular: `service and release`. */
  readonly subjects: string;
  /** Installed only where tidemark.yaml has this. */
  readonly needs?: Need;
  /** Rollups that it reads: not installed where one is not. */
  readonly reads?: readonly string[];
  /** Tables of `system` that it reads: not installed where the server lacks one. */
  readonly systemTables?: readonly string[];
  readonly limits: readonly RuleLimit[];
  /** Of value and threshold. */
  readonly unit: RuleUnit;
  /** Seconds that it must hold before anybody is told; whole minutes, or 0. */
  readonly forSeconds: number;
  /** Seconds that it goes on after the last time it held, against flapping; whole minutes, or 0. */
  readonly keepFiringForSeconds: number;
  /** Evaluations without the subject (held, or gone) after which a firing alert ends. */
  readonly missingEvals: number;
  /** Only *deadman* says `Alerting`: everything else keeps its state when nobody answers. */
  readonly noData: 'KeepLast' | 'Alerting';
  /** One sentence for a phone: `{subject}`, `{value}`, `{threshold}` are filled in with their units. Says which interval was judged. */
  readonly summary: string;
  /** The panel that shows it: an exact title of a panel on that page. */
  readonly watches: { readonly page: PageName; readonly panel: string };
  /** What an expected subject without any row means; *quiet* when absent. */
  readonly missing?: 'fires' | 'quiet';
  /**
   * SELECT with the columns `subject` String, `value`, `threshold` (numbers, never NULL), `firing`, `held` (0 or 1), `as_of`
   * (DateTime64: end of the judged interval), `detail` String (the whole story in a sentence: interval, numbers, baseline, zone).
   * One row per subject, also when all is well.
   */
  sql(kit: RuleKit): string;
}

/** The rules of one subject, which are evaluated as one group of Grafana. */
export interface RuleGroup {
  /** Name of the pack, or what else they watch: `rollups`, `server`. */
  readonly name: string;
  readonly title: string;
  readonly rules: readonly AlertRule[];
}
