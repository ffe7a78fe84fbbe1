import { setTimeout as pause } from 'node:timers/promises';

import type { Alarm, Evaluator } from './alarms';

/** A fault, what must tell of it, and how it is put right. */
export interface Fault {
  readonly name: string;
  /** Breaks it. */
  inject(): Promise<unknown>;
  /** Rules that must fire, with a pattern of what they say (subject and detail). */
  readonly fires: Readonly<Record<string, RegExp>>;
  /** Rules that may fire too, since the fault is theirs as well. Any other is a false alarm. */
  readonly mayFire?: readonly string[];
  /** Checked while it is broken and told. */
  meanwhile?(): Promise<unknown>;
  /** Seconds that it is broken and watched at least, whatever has fired. */
  readonly watchSeconds?: number;
  heal(): Promise<unknown>;
  /** Within how many seconds the rules must fire, and be quiet again after healing. */
  readonly firesWithin?: number;
  readonly quietWithin?: number;
}

/** How a fault went, in seconds. */
export interface Drilled {
  readonly name: string;
  /** Rule → from the fault to its firing. */
  readonly fired: Readonly<Record<string, number>>;
  /** From healing until nothing fired. */
  readonly quiet: number;
  /** Rules that fired although the fault is none of theirs, with what they said. */
  readonly falseAlarms: readonly string[];
}

/** Of so many looks one asks all rules. */
const everyNth = 4;

const seconds = (since: number) => Math.round((Date.now() - since) / 100) / 10;

/** Asks until the answer is true. Throws after so many seconds, with what `last` says. */
export async function until(
  what: string,
  within: number,
  ask: () => Promise<boolean>,
  last = () => '',
): Promise<number> {
  const begun = Date.now();
  while (!(await ask())) {
    if (seconds(begun) > within) throw new Error(`Not within ${within} s: ${what}. ${last()}`);
    await pause(200);
  }
  return seconds(begun);
}

/** Injects a fault, waits for what must fire, heals it, waits until nothing fires. Throws where one of these does not come. */
export async function drillFault(alarms: Evaluator, fault: Fault): Promise<Drilled> {
  const { firesWithin = 60, quietWithin = 60, watchSeconds = 0, fires, mayFire = [] } = fault;
  let now: readonly Alarm[] = [];
  const saidNow = () =>
    [...now.map(({ rule, subject, detail }) => `${rule} ${subject}: ${detail}`), alarms.unanswered()]
      .filter((text) => text !== '')
      .join('; ');
  // All the alert views together take half a second of the server that is drilled: those that matter just now are asked more often.
  let looks = 0;
  let asked = 0;
  const look = async () => {
    await pause(Math.max(0, asked + 1_000 - Date.now()));
    asked = Date.now();
    const some = [...Object.keys(fires), ...now.map(({ rule }) => rule)];
    now = await alarms.look(looks++ % everyNth === 0 ? undefined : some);
    return now;
  };
  const isQuiet = async () => {
    if (now.length > 0) return false;
    now = await alarms.look();
    return now.length === 0 && alarms.unanswered() === '';
  };
  await until(
    `quiet before: ${fault.name}`,
    quietWithin,
    async () => {
      await look();
      return isQuiet();
    },
    saidNow,
  );
  const fired: Record<string, number> = {};
  const falseAlarms = new Set<string>();
  const note = () => {
    for (const { rule, subject, detail } of now) {
      if (!(rule in fires) && !mayFire.includes(rule)) falseAlarms.add(`${rule} ${subject}: ${detail}`);
      if (fires[rule]?.test(`${subject} ${detail}`)) fired[rule] ??= seconds(begun);
    }
  };
  const watch = async () => {
    await look();
    note();
  };
  const begun = Date.now();
  const expected = Object.keys(fires);
  try {
    await fault.inject();
    await until(
      `${expected.join(', ')} on: ${fault.name}`,
      firesWithin,
      async () => {
        await watch();
        return seconds(begun) >= watchSeconds && expected.every((rule) => rule in fired);
      },
      () => `Fires: ${saidNow() || 'nothing'}.`,
    );
    await fault.meanwhile?.();
  } finally {
    // A fault that nobody told of must not become that of the next test.
    await fault.heal();
  }
  const healed = Date.now();
  await until(
    `quiet after: ${fault.name}`,
    quietWithin,
    async () => {
      await watch();
      const quiet = await isQuiet();
      note();
      return quiet;
    },
    saidNow,
  );
  return { name: fault.name, fired, quiet: seconds(healed), falseAlarms: [...falseAlarms] };
}

/** One line for the log. */
export const told = ({ name, fired, quiet }: Drilled): string =>
  `drill: ${name}: ${Object.entries(fired)
    .map(([rule, after]) => `${rule} after ${after} s`)
    .join(', ')}; quiet ${quiet} s after healing`;

/** What all rules said in so many minutes: what fired, why looks got no answer, and how many did. */
export async function watchFor(
  alarms: Evaluator,
  minutes: number,
): Promise<{ readonly fired: readonly string[]; readonly unanswered: readonly string[]; readonly looks: number }> {
  const fired = new Set<string>();
  const unanswered = new Set<string>();
  let looks = 0;
  for (const end = Date.now() + minutes * 60_000; Date.now() < end; await pause(500)) {
    for (const { rule, subject, detail } of await alarms.look()) fired.add(`${rule} ${subject} ${detail}`);
    if (alarms.unanswered() === '') looks++;
    else unanswered.add(alarms.unanswered());
  }
  return { fired: [...fired], unanswered: [...unanswered], looks };
}
