import { lazy, Suspense } from 'react';
import type { ComponentType, FunctionComponent } from 'react';

/** Wraps an editor so that its code is fetched when it is first shown: dashboards load without any editor. */
function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): FunctionComponent<Props> {
  const Loaded = lazy(async () => ({ default: await load() })) as unknown as ComponentType<Props>;
  return function LazyEditor(props: Props) {
    return (
      <Suspense fallback={<p>Loading editor …</p>}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}

/** Query editor, in the chunk `editor`. */
export const LazyQueryEditor = lazily(() =>
  import(/* webpackChunkName: "editor" */ './QueryEditor').then((module) => module.QueryEditor),
);

/** Variable editor, in the chunk `editor`. */
export const LazyVariableEditor = lazily(() =>
  import(/* webpackChunkName: "editor" */ './VariableEditor').then((module) => module.VariableEditor),
);

/** Page of the data source's settings, in the chunk `config`. */
export const LazyConfigEditor = lazily(() =>
  import(/* webpackChunkName: "config" */ '../config/ConfigEditor').then((module) => module.ConfigEditor),
);
