import { literal } from '../../core/sql/quote';
import { alertRules } from '../../packs/rules';
import type { BuildSettings } from '../settings';
import type { Column, DashboardSql, PageName, StatPanel, TablePanel } from '../spec';
import { pages } from '../spec';

/** What somebody was told of and has not ended, among rows of the views `firings` and `standing`. */
const isTold = "state IN ('firing', 'recovering')";

/** Values of a stat: firing alerts by severity. */
const severityCounts = [
  { column: 'Critical', metric: 'criticalAlerts', severity: 'critical' },
  { column: 'Warning', metric: 'warningAlerts', severity: 'warning' },
  { column: 'Info', metric: 'infoAlerts', severity: 'info' },
] as const;

type Severity = (typeof severityCounts)[number]['severity'];

/** SELECT of how many alerts somebody was told of, a column per severity. */
export const alertCounts = (sql: DashboardSql, columns: readonly (readonly [Severity, string])[]): string => `
      SELECT ${columns.map(([severity, column]) => `countIf(severity = '${severity}') ${sql.as(column)}`).join(', ')}
      FROM ${sql.table('firings')}
      WHERE ${isTold}`;

/** The verdict: does anything fire. */
export function firingStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'Firing now',
    about: {
      what: 'Alerts that somebody was told of and that have not ended, by severity. *Critical* goes to Slack and by email, *warning* to Slack, *info* wakes nobody.',
      how: 'An alert is a rule and what it is about. It is told once it has been so for the rule’s *for*, and ends when it has been over for its *keep firing for*. At this moment, whatever range is chosen.',
      from: ['firings'],
    },
    weight: 2,
    filled: true,
    values: severityCounts.map(({ column, metric }) => ({ column, metric })),
    sql: alertCounts(
      sql,
      severityCounts.map(({ column, severity }) => [severity, column] as const),
    ),
  };
}

/** What may become an alert, and what is kept from being one. */
export function waitingStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'Waiting and held',
    about: {
      what: '*Pending*: so, but not yet for as long as the rule asks; nobody is told yet. *Held*: not judged just now, because its data are late, the day is off work, or somebody muted it; it keeps its last state.',
      how: 'Subjects of rules, at this moment, whatever range is chosen.',
      from: ['firings', 'alerts_now'],
    },
    weight: 1.5,
    values: [
      { column: 'Pending', metric: 'pendingAlerts' },
      { column: 'Held', metric: 'heldAlerts' },
    ],
    sql: `
      SELECT
        (SELECT count() FROM ${sql.table('firings')} WHERE state = 'pending') ${sql.as('Pending')},
        (SELECT count() FROM ${sql.rollup('alerts_now')} WHERE held = 1 AND gone = 0) ${sql.as('Held')}`,
  };
}

/** Whether anybody looks: a rule that is not asked is as quiet as one that is content. */
export function looksStat(sql: DashboardSql, { database }: BuildSettings): StatPanel {
  return {
    kind: 'stat',
    title: 'Rules',
    about: {
      what: 'How many rules are installed, how long ago the one was looked at that waits longest, and how many cannot be asked. Each is looked at once a minute; older than three minutes means that nobody looks.',
      how: 'By the last run of the views that look (`system.view_refreshes`) and the newest row that they wrote. A rule that cannot be asked is one whose view ends in an error.',
      from: ['catalog_rules', 'alerts_now'],
    },
    weight: 2,
    values: [
      { column: 'Installed', metric: 'rules' },
      { column: 'Longest unseen', metric: 'lag' },
      { column: 'In error', metric: 'silentRules' },
    ],
    sql: `
      SELECT
        count() ${sql.as('Installed')},
        max(dateDiff('second', nullIf(greatest(ifNull(looks.at, toDateTime(0)), wrote.at), toDateTime(0)), now())) ${sql.as('Longest unseen')},
        countIf(looks.exception != '') ${sql.as('In error')}
      FROM ${sql.table('catalog_rules')} AS rules
      LEFT JOIN (
        SELECT view, last_success_time AS at, exception FROM system.view_refreshes WHERE database = ${literal(database)}
      ) AS looks ON looks.view = concat('watch_', rules.rule, '_v')
      LEFT JOIN (
        SELECT rule, toDateTime(max(at)) AS at FROM ${sql.rollup('alerts_now')} GROUP BY rule
      ) AS wrote ON wrote.rule = rules.rule`,
  };
}

/** Dashboards with a panel that a rule watches. */
const watched = new Set(alertRules.map(({ watches }) => watches.page));
const uids = Object.entries(pages).filter(([name]) => watched.has(name as PageName));
/** Title and uid of the dashboard whose panel a rule watches. */
const pageTitle = `transform(page, ${literal(uids.map(([name]) => name))}, ${literal(uids.map(([, p]) => p.title))}, page)`;
const pageUid = `transform(page, ${literal(uids.map(([name]) => name))}, ${literal(uids.map(([, p]) => p.uid))}, '')`;

const from = ['standing'];

/** Why each alert is one, and where to look. */
export function firingTable(sql: DashboardSql, { alerts }: BuildSettings): TablePanel {
  const runbook: Column = { name: 'Runbook', width: 140, wrap: true };
  const isAddress = /^https?:/.test(alerts.runbooks);
  return {
    kind: 'table',
    title: 'Firing now, and why',
    about: {
      what: 'Every alert that fires, recovers (over, but not for long enough) or is pending, the worst first; then what is held. *Why* is the rule’s whole story: the interval that was judged, its numbers, what they were compared with.',
      how: 'Value and limit are those of the last look. *Held* subjects keep their last state. A click on *Look at* opens the dashboard with the panel that shows it. Runbooks are read below `alerts.runbooks` of tidemark.yaml.',
      from,
    },
    columns: [
      { name: 'Severity', metric: 'severity', coloured: 'background', width: 85 },
      { name: 'State', metric: 'alertState', coloured: 'text', width: 90 },
      { name: 'Rule', width: 125, wrap: true },
      { name: 'Subject', width: 125, wrap: true },
      { name: 'Since', metric: 'moment', width: 160 },
      { name: 'Value', width: 75 },
      { name: 'Limit', width: 75 },
      { name: 'Why', wrap: true },
      { name: 'Look at', width: 140, wrap: true, link: { title: 'Open the panel’s dashboard', uidColumn: 'Uid' } },
      { name: 'Uid', hidden: true },
      isAddress ? { ...runbook, link: { title: 'Open the runbook', addressColumn: 'Address' } } : runbook,
      { name: 'Address', hidden: true },
    ],
    sql: `
      SELECT
        severity ${sql.as('Severity')}, state ${sql.as('State')}, title ${sql.as('Rule')}, subject ${sql.as('Subject')}, since ${sql.as('Since')},
        value_text ${sql.as('Value')}, threshold_text ${sql.as('Limit')}, why ${sql.as('Why')},
        concat(${pageTitle}, ': ', panel) ${sql.as('Look at')}, ${pageUid} ${sql.as('Uid')},
        splitByChar('/', runbook)[-1] ${sql.as('Runbook')}, runbook ${sql.as('Address')}
      FROM ${sql.table('standing')}
      LIMIT 200`,
  };
}

/** The exact sentences. */
export function messagesTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Messages as they would be sent',
    about: {
      what: 'The sentence of each alert that fires, word for word as it goes to Slack and into the inbox, with the numbers of the last look.',
      how: 'The rule’s summary, filled in by the same rules as the evaluator’s (docs/alerts.md, “Numbers”). A message is sent when an alert begins, again while it goes on, and when it is resolved.',
      from,
    },
    columns: [
      { name: 'Severity', metric: 'severity', coloured: 'background', width: 85 },
      { name: 'Title', width: 240, wrap: true },
      { name: 'Message', wrap: true },
      { name: 'Told', metric: 'moment', width: 165 },
    ],
    sql: `
      SELECT
        severity ${sql.as('Severity')}, concat(title, ': ', subject) ${sql.as('Title')}, message ${sql.as('Message')}, told ${sql.as('Told')}
      FROM ${sql.table('standing')}
      WHERE ${isTold}
      LIMIT 200`,
  };
}

/** The same in short, for Home. */
export function firingList(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Alerts that fire',
    about: {
      what: 'What somebody was told of and has not ended, the worst first. No row: nothing fires.',
      how: 'The rule’s sentence with the numbers of the last look, a minute old at most. *Alerts* has the whole story, what is pending and what is held.',
      from,
    },
    next: ['alerts'],
    weight: 2,
    columns: [
      { name: 'Severity', metric: 'severity', coloured: 'background', width: 85 },
      { name: 'Rule', width: 160, link: { title: 'Open the panel’s dashboard', uidColumn: 'Uid' } },
      { name: 'Message', wrap: true },
      { name: 'Since', metric: 'moment', width: 165 },
      { name: 'Uid', hidden: true },
    ],
    sql: `
      SELECT
        severity ${sql.as('Severity')}, title ${sql.as('Rule')}, message ${sql.as('Message')}, since ${sql.as('Since')}, ${pageUid} ${sql.as('Uid')}
      FROM ${sql.table('standing')}
      WHERE ${isTold}
      LIMIT 50`,
  };
}
