import { alertRules } from '../packs/rules';
import type { AlertsConfig, ThresholdConfig } from './config';
import type { WrittenAlerts } from './alertsSchema';
import { withBridgeDays } from './bridgeDays';
import { limitValue } from './limitValue';

/** The section as the other rooms see it. Names and units were checked (`checks/alerts.ts`). */
export function toAlerts(written: WrittenAlerts): AlertsConfig {
  const { thresholds, subjects, holidays, bridgeDays, slack, email, grafana, runbooks, secrets, ...rest } = written;
  const values = (rule: string, subject: string, limits: Readonly<Record<string, unknown>>): ThresholdConfig[] =>
    Object.entries(limits).flatMap(([name, value]) => {
      const unit = alertRules.find((r) => r.name === rule)?.limits.find((l) => l.name === name)?.unit;
      const number = unit === undefined ? undefined : limitValue(value as number | string, unit);
      return number === undefined ? [] : [{ rule, subject, name, value: number }];
    });
  return {
    ...rest,
    thresholds: Object.entries(thresholds).flatMap(([rule, { subjects: own = {}, ...limits }]) => [
      ...values(rule, '', limits),
      ...Object.entries(own).flatMap(([subject, its]) => values(rule, subject, its)),
    ]),
    subjects: Object.entries(subjects).flatMap(([rule, names]) => names.map((subject) => ({ rule, subject }))),
    holidays: bridgeDays ? withBridgeDays(holidays) : holidays,
    runbooks: runbooks.replace(/\/+$/, ''),
    secrets: secrets.replace(/\/+$/, ''),
    ...(grafana !== undefined && { grafana: grafana.replace(/\/+$/, '') }),
    ...(slack && { slack }),
    ...(email && { email }),
  };
}
