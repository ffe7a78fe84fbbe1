/**
 * Runs before the page's modules, as a classic script: what Grafana's server writes into its HTML. `@grafana/runtime`
 * reads `grafanaBootData` while its modules are evaluated, so this cannot wait for them.
 */
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';

const themeKey = 'tidemark.preview.theme';
const asked = new URLSearchParams(window.location.search).get('theme');
if (asked === 'dark' || asked === 'light') localStorage.setItem(themeKey, asked);
const theme = localStorage.getItem(themeKey) === 'light' ? 'light' : 'dark';

Object.assign(window, {
  __grafana_public_path__: '/public/',
  grafanaBootData: {
    settings: {
      appUrl: `${window.location.origin}/`,
      appSubUrl: '',
      buildInfo: { version: '13.2.2', edition: 'Open Source', env: 'production', commit: 'preview' },
      featureToggles: {},
      datasources: {},
      panels: {},
      apps: {},
      minRefreshInterval: '5s',
      disableSanitizeHtml: false,
    },
    user: {
      isSignedIn: true,
      id: 1,
      login: 'preview',
      name: 'Preview',
      orgId: 1,
      orgRole: 'Viewer',
      theme,
      lightTheme: theme === 'light',
      timezone: 'browser',
      weekStart: 'monday',
      language: 'en-US',
      locale: 'en-US',
      permissions: {},
    },
    navTree: [],
  },
});
document.documentElement.dataset['theme'] = theme;
