import type { BuildSettings } from '../../dashboards/settings';
import { quoted, yamlFile } from '../../dashboards/yamlFile';
import { muteTimes, orgId } from './names';

/**
 * mutetimes.yaml: nights (22 to 7) and weekends of the reporting zone. Rules of severity *info* name both; every other rule is told of
 * at any hour unless somebody adds one of them in Grafana.
 */
export function muteTimesFile({ timezone: location }: Pick<BuildSettings, 'timezone'>): string {
  return yamlFile(
    ['Mute timings.', 'Alerts of severity info wait for the working day, all others are told at any hour.'],
    {
      apiVersion: 1,
      muteTimes: [
        {
          orgId,
          name: muteTimes.nights,
          time_intervals: [
            {
              times: [
                { start_time: quoted('22:00'), end_time: quoted('24:00') },
                { start_time: quoted('00:00'), end_time: quoted('07:00') },
              ],
              location,
            },
          ],
        },
        { orgId, name: muteTimes.weekends, time_intervals: [{ weekdays: ['saturday', 'sunday'], location }] },
      ],
    },
  );
}
