import type { CollectConfig } from './collectConfig';
import type { AlertsConfig } from './config';

/** What rules call a job: project and job. */
export const jobSubject = (project: string, job: string): string => `${project} ${job}`;

/**
 * The alerts with the schedules of dbt's jobs: each job is expected by *dbt_sla_missed* and has its own limits, unless section `alerts`
 * sets them for the subject.
 */
export function withDbtJobs(alerts: AlertsConfig, collect: CollectConfig | undefined): AlertsConfig {
  const jobs = (collect?.dbt ?? []).flatMap(({ name: project, jobs: its }) =>
    its.map(({ name, everyMs, lateMs }) => ({ subject: jobSubject(project, name), everyMs, lateMs })),
  );
  const limits = jobs.flatMap(({ subject, everyMs, lateMs }) => [
    { rule: 'dbt_sla_missed', subject, name: 'late', value: lateMs / 1000 },
    { rule: 'dbt_slow', subject, name: 'longest', value: everyMs / 1000 },
  ]);
  const isWritten = (limit: (typeof limits)[number]) =>
    alerts.thresholds.some((t) => t.rule === limit.rule && t.subject === limit.subject && t.name === limit.name);
  const expected = jobs.map(({ subject }) => ({ rule: 'dbt_sla_missed', subject }));
  const isExpected = ({ rule, subject }: (typeof expected)[number]) =>
    alerts.subjects.some((s) => s.rule === rule && s.subject === subject);
  return {
    ...alerts,
    thresholds: [...alerts.thresholds, ...limits.filter((limit) => !isWritten(limit))],
    subjects: [...alerts.subjects, ...expected.filter((job) => !isExpected(job))],
  };
}
