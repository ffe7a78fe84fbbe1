import { css } from '@emotion/css';
import type { SceneComponentProps, SceneDataLayerProvider, SceneObjectState } from '@grafana/scenes';
import { ControlsLabel, SceneObjectBase } from '@grafana/scenes';

interface AnnotationSwitchesState extends SceneObjectState {
  readonly layers: readonly SceneDataLayerProvider[];
}

const inRow = css({ display: 'flex' });

/** One switch per annotation query, with its name. (Scenes' own control names their set only.) */
export class AnnotationSwitches extends SceneObjectBase<AnnotationSwitchesState> {
  static Component = ({ model }: SceneComponentProps<AnnotationSwitches>) => (
    <>
      {model.state.layers.map((layer) => (
        <AnnotationSwitch key={layer.state.key} layer={layer} />
      ))}
    </>
  );
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
