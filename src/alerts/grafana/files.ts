import { defaultEmail } from '../../config/config';
import type { BuiltFile } from '../../dashboards/files';
import type { BuildSettings } from '../../dashboards/settings';
import { contactPointsFile } from './contactPoints';
import { muteTimesFile } from './muteTimes';
import { policiesFile } from './policies';
import { rulesFile } from './rules';
import type { Routing } from './rules';
import { templatesFile } from './templates';

/** Folder for a reader's own Grafana, and the one of docker-compose.yaml: there policies route, and both channels exist. */
const folders = {
  rule: 'provisioning/alerting',
  policies: 'provisioning/compose/alerting',
} as const satisfies Readonly<Record<Routing, string>>;

const names = ['rules', 'contactpoints', 'templates', 'mutetimes', 'policies'] as const;
type Name = (typeof names)[number];

/** Every path that {@link grafanaAlertFiles} may produce. */
export const possibleGrafanaPaths: readonly string[] = [
  ...names.filter((name) => name !== 'policies').map((name) => `${folders.rule}/${name}.yaml`),
  ...names.map((name) => `${folders.policies}/${name}.yaml`),
];

/**
 * The files of Grafana's alerting, for a reader's own Grafana and for docker-compose.yaml.
 * @throws TidemarkError unknown_panel: a mistake in a rule's source.
 */
export function grafanaAlertFiles(settings: BuildSettings): BuiltFile[] {
  return [
    ...folderFiles('rule', {
      rules: rulesFile(settings, 'rule'),
      contactpoints: contactPointsFile(settings),
      templates: templatesFile(settings),
      mutetimes: muteTimesFile(settings),
    }),
    ...folderFiles('policies', {
      rules: rulesFile(settings, 'policies'),
      contactpoints: contactPointsFile(composeSettings(settings)),
      templates: templatesFile(settings),
      mutetimes: muteTimesFile(settings),
      policies: policiesFile(),
    }),
  ];
}

/** In docker-compose.yaml both channels lead somewhere: Slack to a catcher or yours, email to Mailpit. */
function composeSettings(settings: BuildSettings): BuildSettings {
  const { slack, email, ...alerts } = settings.alerts;
  return {
    ...settings,
    alerts: {
      ...alerts,
      slack: slack ?? { channel: '#alerts', by: 'webhook' },
      email: email ?? { ...defaultEmail, to: ['team@example.com'] },
    },
  };
}

function folderFiles(routing: Routing, contents: Readonly<Partial<Record<Name, string | undefined>>>): BuiltFile[] {
  return names.flatMap((name) => {
    const content = contents[name];
    return content === undefined ? [] : [{ path: `${folders[routing]}/${name}.yaml`, content }];
  });
}
