import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { UrlSyncContextProvider } from '@grafana/scenes';
import { Alert, LoadingPlaceholder, TagList, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { messageOf } from '../../core/errors';
import type { PreviewSettings } from '../api';
import { paths } from '../api';
import { problemLog } from '../problems';
import { buildScene } from '../scene/buildScene';
import type { DashboardJson } from '../scene/dashboardJson';
import type { DashboardScene } from '../scene/DashboardScene';
import { setCurrentScene } from './previewWindow';
import { ProblemList } from './ProblemList';

interface Loaded {
  readonly json: DashboardJson;
  readonly scene: DashboardScene;
}

async function load(uid: string, settings: PreviewSettings): Promise<Loaded> {
  const answer = await fetch(paths.dashboard(uid));
  if (!answer.ok) throw new Error(`There is no dashboard "${uid}" in dashboards/. Go back to the list and choose one.`);
  const json = (await answer.json()) as DashboardJson;
  // A page that opens on the last hours is about what runs now, wherever the demo's data lie.
  const opensOnNow = /^now-\d+[mh]$/.test(json.time?.from ?? '');
  const time = opensOnNow ? json.time : (settings.range ?? json.time);
  const { scene, problems } = buildScene({ ...json, time }, settings.dashboards);
  problemLog.clear();
  for (const problem of problems) problemLog.add(problem);
  return { json, scene };
}

/** One dashboard: its title and tags, what cannot be drawn of it, and the scene with its controls, kept in step with the address. */
export function DashboardPage({ uid, settings }: { readonly uid: string; readonly settings: PreviewSettings }) {
  const styles = useStyles2(getStyles);
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState('');
  useEffect(() => {
    let isGone = false;
    load(uid, settings).then(
      (result) => {
        if (isGone) return;
        setCurrentScene(result.scene);
        document.title = `${result.json.title} - Tidemark preview`;
        setLoaded(result);
      },
      (thrown: unknown) => setError(messageOf(thrown)),
    );
    return () => {
      isGone = true;
      setCurrentScene(undefined);
      problemLog.clear();
    };
  }, [uid, settings]);

  if (error) return <Alert title="This dashboard cannot be shown">{error}</Alert>;
  if (!loaded) return <LoadingPlaceholder text="Loading the dashboard" />;
  const { json, scene } = loaded;
  return (
    <>
      <div className={styles.head}>
        <nav>
          <a href="/">Dashboards</a> ›
        </nav>
        <h1 className={styles.title} title={json.description}>
          {json.title}
        </h1>
        <TagList tags={[...(json.tags ?? [])]} />
      </div>
      <ProblemList />
      <UrlSyncContextProvider scene={scene} updateUrlOnInit={true} createBrowserHistorySteps={true}>
        <scene.Component model={scene} />
      </UrlSyncContextProvider>
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    head: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginBottom: theme.spacing(1) }),
    title: css({ fontSize: theme.typography.h3.fontSize, margin: 0 }),
  };
}
