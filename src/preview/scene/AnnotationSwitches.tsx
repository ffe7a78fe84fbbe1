import { css } from '@emotion/css';
import type { SceneComponentProps, SceneDataLayerProvider } from '@grafana/scenes';
import { ControlsLabel, SceneDataLayerSet, sceneGraph, SceneObjectBase } from '@grafana/scenes';

const inRow = css({ display: 'flex' });

/** One switch per annotation query of the dashboard, with its name. (Scenes' own control names their set only.) */
export class AnnotationSwitches extends SceneObjectBase {
  static Component = ({ model }: SceneComponentProps<AnnotationSwitches>) => {
    const sets = sceneGraph.getDataLayers(model, true);
    const layers = sets.flatMap((set) => (set instanceof SceneDataLayerSet ? set.state.layers : [set]));
    return (
      <>
        {layers.map((layer) => (
          <AnnotationSwitch key={layer.state.key} layer={layer} />
        ))}
      </>
    );
  };
}

function AnnotationSwitch({ layer }: { readonly layer: SceneDataLayerProvider }) {
  const { name, isHidden, data } = layer.useState();
  if (isHidden) return null;
  const id = `annotations-${layer.state.key}`;
  return (
    <div className={inRow}>
      <ControlsLabel htmlFor={id} label={name} error={data?.errors?.[0]?.message} />
      <layer.Component model={layer} />
    </div>
  );
}
