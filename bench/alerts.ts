import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { alertRules, groupOf } from '../src/packs/rules';
import type { AlertRule } from '../src/packs/rule';
import { open } from '../src/cli/connection';
import type { Db } from '../src/core/db';
import type { Stage } from '../src/schema';
import { checkClocks } from './alerts/check';
import { incidents } from './alerts/incidents';
import { manyClocks, minuteRules } from './alerts/manyClocks';
import type { Message } from './alerts/messages';
import { messagesOfDays, yearOfMinutes } from './alerts/messages';
import { naiveMessages, naiveRules } from './alerts/naive';
import type { ProfileYear } from './alerts/report';
import { count, incidentTable, markdown, yearTable } from './alerts/report';
import { profiles } from './alerts/profiles';
import type { Profile } from './alerts/profiles';
import type { IncidentResult } from './alerts/search';
import { searchIncidents } from './alerts/search';
import { makeSource } from './alerts/source';
import { fillDays, plainStage } from './alerts/stages';
import { startEngine } from './lib/engine';
import type { Engine } from './lib/engine';
import { closeConnections } from './lib/http';
import { textTable } from './lib/print';
import { cpuSeconds } from './lib/process';
import { circumstances, commandLine, writeReport } from './lib/report';

export interface AlertsOptions {
  readonly days: number;
  readonly checks: number;
  readonly results?: string;
}

/** The groups whose rules are judged; those of rollups and server are about Tidemark and ClickHouse, not about traffic. */
const judged = ['product', 'service', 'revenue'];
const rules: readonly AlertRule[] = alertRules.filter((rule) => judged.includes(groupOf(rule).name));
/** A rule that waits is about minutes, and bench/alerts/manyClocks.ts has to know what it reads. */
const unknown = rules.filter((rule) => rule.forSeconds > 0 && !minuteRules.includes(rule.name));

interface Bench {
  readonly engine: Engine;
  readonly db: Db;
  readonly options: AlertsOptions;
}

/**
 * A year of simulated traffic of three products: which rules send how many messages without any incident, whether twenty injected
 * incidents are found and how soon, and the same of the rules' naive forms.
 */
export async function runAlerts(options: AlertsOptions): Promise<void> {
  if (unknown.length > 0) throw new Error(`Not simulated yet: ${unknown.map((rule) => rule.name).join(', ')}.`);
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-alerts-'));
  const engine = await startEngine(folder);
  const db = open({ connection: { url: engine.url, user: 'default', password: '', database: 'default' } });
  const startMs = performance.now();
  try {
    const bench = { engine, db, options };
    // Two at a time: there are two cores, and a statement is mostly one thread of analysis.
    const years = await pool(2, profiles, (profile) => yearOf(bench, profile));
    console.log(`\n${textTable(yearTable(years, rules))}`);
    const found = options.days < 365 ? [] : (await pool(2, profiles, (profile) => incidentsOf(bench, profile))).flat();
    if (found.length > 0) console.log(`\n${textTable(incidentTable(found))}`);
    const minutes = (performance.now() - startMs) / 60_000;
    const own = process.cpuUsage();
    const cpuMinutes = { engine: cpuSeconds(engine.pid) / 60, own: (own.user + own.system) / 60e6 };
    const facts = circumstances(commandLine(), { clickhouse: engine.version });
    const report = { ...facts, minutes, cpuMinutes, days: options.days, years, incidents: found };
    writeReport('alerts', report, markdown(facts, { ...report, rules }), options.results);
    console.log(
      `\n${minutes.toFixed(1)} minutes, CPU of them: engine ${cpuMinutes.engine.toFixed(1)}, drawing and asking ${cpuMinutes.own.toFixed(1)}.`,
    );
  } finally {
    await db.close();
    closeConnections();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Works through a list, some at a time. */
async function pool<T, R>(atOnce: number, all: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const i = next++;
      results[i] = await work(all[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
  return results;
}

/** Says on its own line how long something took. */
async function told<R>(what: string, work: () => Promise<R>): Promise<R> {
  const startMs = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  return result;
}

async function yearOf({ engine, db, options }: Bench, profile: Profile): Promise<ProfileYear> {
  const { name } = profile;
  const { days, checks } = options;
  const source = await told(`${name}: ${days} days drawn`, () =>
    makeSource(engine.url, engine.command, profile, [], days, `year_${name}`),
  );
  const stage = await plainStage(db, `stage_${name}`);
  await fillDays(db, stage, profile, [], days);
  const many = await plainStage(db, `many_${name}`);
  const clocks = manyClocks(db, many);
  const messages: Message[] = [];
  const asked: Record<string, number> = {};
  const fired: Record<string, number> = {};
  for (const rule of rules) {
    const isOfMinutes = minuteRules.includes(rule.name);
    const year = await told(`${name}: ${rule.name}`, () =>
      isOfMinutes
        ? yearOfMinutes(rule, clocks, source)
        : messagesOfDays(rule, askOf(stage), source.fromMs, source.toMs),
    );
    messages.push(...year.messages);
    asked[rule.name] = year.asked;
    fired[rule.name] = year.fired.length;
    if (isOfMinutes) await checkClocks(db, rule, { clocks, stage, source }, checks, year.fired);
  }
  const naive = await told(`${name}: naive rules`, () =>
    naiveMessages(db, source, `stage_${name}`, source.fromMs, source.toMs),
  );
  await stage.drop();
  await many.drop();
  await db.command(`DROP DATABASE year_${name} SYNC`);
  const counted = Object.fromEntries(naiveRules.map((rule) => [rule.name, count(naive, rule.name)]));
  return { profile: name, title: profile.title, messages, naive: counted, asked, fired };
}

const askOf = (stage: Stage) => (rule: AlertRule, nowMs: number) => stage.ask(rule, nowMs);

async function incidentsOf({ engine, db, options }: Bench, profile: Profile): Promise<IncidentResult[]> {
  const { name } = profile;
  const own = incidents.filter((i) => i.profile === name);
  if (own.length === 0) return [];
  const source = await makeSource(engine.url, engine.command, profile, own, options.days, `incidents_${name}`);
  const stage = await plainStage(db, `stage_incidents_${name}`);
  await fillDays(db, stage, profile, own, options.days);
  const many = await plainStage(db, `many_incidents_${name}`);
  const results = await told(`${name}: ${own.length} incidents`, () =>
    searchIncidents(db, rules, own, {
      source,
      clocks: manyClocks(db, many),
      ask: askOf(stage),
      days: `stage_incidents_${name}`,
    }),
  );
  await stage.drop();
  await many.drop();
  return results;
}
