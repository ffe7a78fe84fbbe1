import type { AlertRule } from '../../src/packs/rule';
import { groupOf } from '../../src/packs/rules';
import { circumstancesText, table } from '../lib/report';
import type { Circumstances } from '../lib/report';
import type { Message } from './messages';
import { naiveRules } from './naive';
import type { IncidentResult } from './search';

/** What a year without incident brought. */
export interface ProfileYear {
  readonly profile: string;
  readonly title: string;
  readonly messages: readonly Message[];
  /** Messages of the naive forms, by rule. */
  readonly naive: Readonly<Record<string, number>>;
  /** Evaluations asked, and clocks (of the coarse grid, or days) at which it fired, by rule. */
  readonly asked: Readonly<Record<string, number>>;
  readonly fired: Readonly<Record<string, number>>;
}

/** Messages of a rule. */
export const count = (messages: readonly Message[], rule: string): number =>
  messages.filter((m) => m.rule === rule).length;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

/** Messages by rule and profile; the first row is the head. */
export function yearTable(years: readonly ProfileYear[], rules: readonly AlertRule[]): string[][] {
  const line = (name: string, numbers: readonly number[]) => [name, ...numbers.map(String), String(sum(numbers))];
  const ofProduct = rules.filter((rule) => groupOf(rule).name === 'product').map((rule) => rule.name);
  return [
    ['messages', ...years.map((y) => y.profile), 'all'],
    ...rules.map((rule) =>
      line(
        rule.name,
        years.map((y) => count(y.messages, rule.name)),
      ),
    ),
    line(
      'rules of group product',
      years.map((y) => y.messages.filter((m) => ofProduct.includes(m.rule)).length),
    ),
    line(
      'all rules',
      years.map((y) => y.messages.length),
    ),
    ...naiveRules.map(({ name }) =>
      line(
        `naive ${name}`,
        years.map((y) => y.naive[name] ?? 0),
      ),
    ),
  ];
}

const spoken = (minutes: number | null | undefined): string =>
  minutes === undefined
    ? '–'
    : minutes === null
      ? 'not found'
      : minutes < 600
        ? `${Math.round(minutes)} min`
        : `${(minutes / 60).toFixed(1)} h`;

export function incidentTable(results: readonly IncidentResult[]): string[][] {
  return [
    ['incident', 'profile', 'rule', 'found after', 'naive form after', 'other rules that told of it'],
    ...results.map(({ incident, delayMinutes, naiveDelayMinutes, others }) => [
      incident.what,
      incident.profile,
      incident.rule,
      spoken(delayMinutes),
      spoken(naiveDelayMinutes),
      others.join(', ') || '–',
    ]),
  ];
}

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] ?? NaN)
    : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
};

interface Report {
  readonly minutes: number;
  readonly cpuMinutes: { readonly engine: number; readonly own: number };
  readonly days: number;
  readonly years: readonly ProfileYear[];
  readonly incidents: readonly IncidentResult[];
  readonly rules: readonly AlertRule[];
}

export function markdown(facts: Circumstances, { minutes, cpuMinutes, days, years, incidents, rules }: Report): string {
  const found = incidents.flatMap(({ delayMinutes }) => (delayMinutes === null ? [] : [delayMinutes]));
  const isOfDays = ({ incident }: IncidentResult) =>
    ['dau_drop', 'funnel_drop', 'refund_spike', 'mrr_mismatch'].includes(incident.rule);
  const delays = (of: readonly IncidentResult[]) => spoken(median(of.flatMap((r) => r.delayMinutes ?? [])));
  const asked = sum(years.flatMap((y) => Object.values(y.asked)));
  const told = years.flatMap((y) =>
    y.messages.map((m) => [y.profile, m.rule, m.subject, new Date(m.atMs).toISOString().slice(0, 16), m.detail]),
  );
  const parts = [
    `# A year of alerts

${days} days of simulated traffic of three products: ${years.map((y) => y.title).join('; ')}. Weekdays, hours of the day, growth, a quiet August, days that
are better or worse than others, campaigns and newsletters, twelve listed holidays, eleven quiet days around them that stand in no list (those that are bridge days are known by \`alerts.bridgeDays\`), weekly
releases that drop requests for two minutes, a nightly backup, a bad and a slow stretch of minutes every week. Reporting zone UTC (changes of the clock are cases of \`test/alerts\`). No incident.

Rules about minutes are evaluated as if once a minute: an alert needs the rule to fire at each minute of its \`for\`, hence at one clock of a grid as wide; the grid
was asked for all of the year, each minute around where it fired. Many clocks are asked by one statement, each under subjects of its own; some of
each rule were asked alone as well and said the same. Rules about days are asked once a day after it closed. ${asked.toLocaleString('en')} evaluations in all.

${circumstancesText(facts, 'alerts')} ${minutes.toFixed(1)} minutes, of which CPU: engine ${cpuMinutes.engine.toFixed(1)}, drawing and asking ${cpuMinutes.own.toFixed(1)}.`,
    `## Messages in a year without incident\n\n${table(yearTable(years, rules))}`,
    `The naive forms are the seed's: ${naiveRules.map((r) => r.title).join('; ')}; a message whenever one begins to fire.`,
    told.length === 0 ? '' : `What was told:\n\n${table([['profile', 'rule', 'subject', 'at', 'detail'], ...told])}`,
    incidents.length === 0
      ? ''
      : `## ${incidents.length} incidents

${found.length} of ${incidents.length} found; median delay ${spoken(median(found))} (rules about minutes ${delays(incidents.filter((r) => !isOfDays(r)))} from the first minute of the incident, rules about
days ${delays(incidents.filter(isOfDays))} from the first minute of the day).

${table(incidentTable(incidents))}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
