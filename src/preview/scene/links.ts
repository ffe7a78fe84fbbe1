import { sceneGraph } from '@grafana/scenes';
import type { SceneObject } from '@grafana/scenes';
import type { LinkJson } from './dashboardJson';

/** A link's address: variables filled in, and the range and variable values appended where the link asks for them. */
export function linkUrl(scene: SceneObject, link: Pick<LinkJson, 'url' | 'keepTime' | 'includeVars'>): string {
  const url = sceneGraph.interpolate(scene, link.url ?? '');
  const extra = [link.keepTime ? '${__url_time_range}' : '', link.includeVars ? '${__all_variables}' : '']
    .filter(Boolean)
    .map((macro) => sceneGraph.interpolate(scene, macro))
    .filter(Boolean)
    .join('&');
  return extra ? `${url}${url.includes('?') ? '&' : '?'}${extra}` : url;
}
