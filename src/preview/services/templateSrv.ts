import type { ScopedVars, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import type { SceneObject } from '@grafana/scenes';
import { sceneGraph } from '@grafana/scenes';

declare global {
  interface Window {
    /** The active scene: set by EmbeddedScene, read by Grafana's services. */
    __grafanaSceneContext?: SceneObject;
  }
}

const reference = /\$(\w+)|\[\[\w+?(?::\w+)?\]\]|\$\{\w+(?:\.[^:^}]+)?(?::[^}]+)?\}/;

function contextOf(scopedVars?: ScopedVars): SceneObject | undefined {
  const held = scopedVars?.['__sceneObject']?.value as { valueOf?: () => unknown } | undefined;
  const own = held?.valueOf?.();
  return (own as SceneObject | undefined) ?? window.__grafanaSceneContext;
}

/** Grafana's template service over the scene graph: variables of the panel that asks, else of the dashboard on the page. */
export const templateSrv: TemplateSrv & { getAdhocFilters(name: string): [] } = {
  getVariables() {
    const scene = window.__grafanaSceneContext;
    if (!scene) return [];
    return sceneGraph.getVariables(scene).state.variables.map((variable) => {
      const { type, name, label, description, hide } = variable.state;
      // As Grafana's own: the choice, so that All is `$__all` and not the list that it stands for.
      const value = 'value' in variable.state ? variable.state.value : variable.getValue();
      return { type, name, label, description, hide, current: { value, text: value } };
    }) as unknown as TypedVariableModel[];
  },
  replace(target = '', scopedVars, format) {
    const scene = contextOf(scopedVars);
    return scene ? sceneGraph.interpolate(scene, target, scopedVars, format as never) : target;
  },
  containsTemplate: (target = '') => reference.test(target),
  updateTimeRange: () => undefined,
  // Scenes replaces it by a function that knows the filters of the dashboard.
  getAdhocFilters: () => [],
};
