import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ThemeContext } from '@grafana/data';
import { config, locationService, LocationServiceProvider } from '@grafana/runtime';
import { GlobalStyles, PortalContainer, useStyles2 } from '@grafana/ui';
import type { MouseEvent } from 'react';
import { useEffect, useState } from 'react';
import { Router } from 'react-router-dom';
import type { PreviewSettings } from '../api';
import { Banner } from './Banner';
import { DashboardList } from './DashboardList';
import { DashboardPage } from './DashboardPage';

/** `/d/<uid>` and `/d/<uid>/<slug>`, as in Grafana. */
const dashboardPath = /^\/d\/([^/]+)/;

/** A click on a link inside the page changes the address without loading the page again. */
function followInside(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target === '_blank' || link.origin !== window.location.origin || !link.hasAttribute('href')) return;
  if (!dashboardPath.test(link.pathname) && link.pathname !== '/') return;
  event.preventDefault();
  locationService.push(link.pathname + link.search);
}

/** The page: Grafana's theme and router around the list of dashboards or one dashboard. */
export function App({ settings }: { readonly settings: PreviewSettings }) {
  const history = locationService.getHistory();
  const [location, setLocation] = useState(history.location);
  useEffect(() => history.listen(setLocation), [history]);
  const uid = dashboardPath.exec(location.pathname)?.[1];
  return (
    <ThemeContext.Provider value={config.theme2}>
      <LocationServiceProvider service={locationService}>
        <Router navigator={history as never} location={location as never}>
          <GlobalStyles />
          <Page settings={settings} uid={uid && decodeURIComponent(uid)} />
          <PortalContainer />
        </Router>
      </LocationServiceProvider>
    </ThemeContext.Provider>
  );
}

function Page({ settings, uid }: { readonly settings: PreviewSettings; readonly uid: string | undefined }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.page} onClick={followInside}>
      <Banner dataLabel={settings.dataLabel} />
      <main className={styles.main}>
        {uid ? <DashboardPage key={uid} uid={uid} settings={settings} /> : <DashboardList settings={settings} />}
      </main>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({
      minHeight: '100vh',
      display: 'flex',
      flexDirection: 'column',
      background: theme.colors.background.canvas,
      color: theme.colors.text.primary,
    }),
    main: css({ flexGrow: 1, display: 'flex', flexDirection: 'column', padding: theme.spacing(2) }),
  };
}
