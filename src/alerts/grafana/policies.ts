import { quoted, yamlFile } from '../../dashboards/yamlFile';
import { severities } from '../../packs/rule';
import { duration, groupIntervalSeconds, groupWaitSeconds, repeatSeconds } from '../settings';
import { contactPointOf, groupBy, muteTimes, orgId } from './names';

/**
 * policies.yaml: critical alerts to Slack and by email, once an hour; warnings to Slack, every four hours; info on working days.
 * For docker-compose.yaml only: such a file replaces the whole tree of the Grafana that reads it.
 */
export function policiesFile(): string {
  const timing = {
    group_by: groupBy,
    group_wait: duration(groupWaitSeconds),
    group_interval: duration(groupIntervalSeconds),
  };
  const routes = severities.map((severity) => ({
    receiver: contactPointOf(severity),
    object_matchers: [['severity', quoted('='), severity]],
    ...timing,
    repeat_interval: duration(repeatSeconds[severity]),
    ...(severity === 'info' && { mute_time_intervals: [muteTimes.nights, muteTimes.weekends] }),
  }));
  return yamlFile(
    [
      "Notification policies of docker-compose.yaml's Grafana.",
      'They replace the whole tree: not for a Grafana that has one.',
    ],
    {
      apiVersion: 1,
      policies: [
        {
          orgId,
          receiver: contactPointOf('warning'),
          ...timing,
          repeat_interval: duration(repeatSeconds.warning),
          routes,
        },
      ],
    },
  );
}
