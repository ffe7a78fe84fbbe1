import { css } from '@emotion/css';
import type { SceneComponentProps, SceneObjectState, SceneRefreshPicker, SceneTimePicker } from '@grafana/scenes';
import { SceneObjectBase } from '@grafana/scenes';

interface TimeControlsState extends SceneObjectState {
  readonly picker?: SceneTimePicker;
  readonly refresh: SceneRefreshPicker;
}

/** Time range and refresh, which stay together and at the right when the controls need more than one line. */
export class TimeControls extends SceneObjectBase<TimeControlsState> {
  static Component = ({ model }: SceneComponentProps<TimeControls>) => {
    const { picker, refresh } = model.useState();
    return (
      <div className={css({ display: 'flex', gap: 8, marginLeft: 'auto' })}>
        {picker && <picker.Component model={picker} />}
        <refresh.Component model={refresh} />
      </div>
    );
  };
}
