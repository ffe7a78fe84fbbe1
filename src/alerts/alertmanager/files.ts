import type { BuiltFile } from '../../dashboards/files';
import type { BuildSettings } from '../../dashboards/settings';
import { alertmanagerConfig } from './config';
import { templates, templatesName } from './templates';

const folder = 'provisioning/alertmanager';
const configPath = `${folder}/alertmanager.yml`;
const templatesPath = `${folder}/${templatesName}`;

export const alertmanagerPaths: readonly string[] = [configPath, templatesPath];

/** Alertmanager's configuration and the texts of its messages. */
export const alertmanagerFiles = (settings: BuildSettings): readonly BuiltFile[] => [
  { path: configPath, content: alertmanagerConfig(settings) },
  { path: templatesPath, content: templates },
];
