import type { AlertRule, Severity } from '../packs/rule';
import { alertRules } from '../packs/rules';
import type { AlertsConfig } from '../config/config';
import type { BuildSettings } from '../dashboards/settings';

/**
 * The rules that these settings install, in the order of packs/rules.ts. Built without asking a server: a rule whose system table the
 * server lacks is among them (`alerts.off` takes it out).
 */
export function builtRules({ roles, sections, alerts }: BuildSettings): readonly AlertRule[] {
  const there: readonly string[] = [...roles, ...sections];
  return alertRules.filter(
    ({ name, needs }) => !alerts.off.includes(name) && (needs === undefined || there.includes(needs)),
  );
}

/** A way in which somebody is told. */
export type Channel = 'slack' | 'email';

/**
 * Who is told of alerts of a severity: critical ones go to Slack and by email, all others to Slack alone; where there is no Slack, all
 * go by email. Empty where tidemark.yaml names nobody.
 */
export function channelsOf({ slack, email }: AlertsConfig, severity: Severity): readonly Channel[] {
  const all: readonly Channel[] = [...(slack ? (['slack'] as const) : []), ...(email ? (['email'] as const) : [])];
  return severity === 'critical' ? all : all.slice(0, 1);
}

/** Seconds after which a message that still holds is sent again. */
export const repeatSeconds: Readonly<Record<Severity, number>> = { critical: 3600, warning: 14_400, info: 86_400 };

/** Seconds that the first message of a group waits for others, and between two messages of one group. */
export const groupWaitSeconds = 30;
export const groupIntervalSeconds = 300;

/**
 * A length of time as Grafana and Prometheus write it, in one unit.
 * @example duration(300) // '5m'
 */
export function duration(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const)
    if (seconds > 0 && seconds % size === 0) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}
