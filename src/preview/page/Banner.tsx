import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Toggletip, ToolbarButton, useStyles2 } from '@grafana/ui';

/** What a reader of the preview must know: it is shown at the top of every page. */
const differences = [
  'Panels are drawn by Grafana’s published packages and, for bar charts and pies, by our own code: they resemble Grafana’s panels, they are not the same.',
  'Queries go through the very plugin that Grafana loads, and through a proxy that imitates Grafana’s.',
  'No users, permissions, alerting, Explore, panel editor, panel menu or saving.',
  'Repeated panels and rows, library panels, “Mixed” and “Dashboard” sources and per-panel time ranges do not work here.',
  'What a dashboard asks for and the preview cannot draw is listed below its title.',
];

function switchTheme(): void {
  const url = new URL(window.location.href);
  url.searchParams.set('theme', config.theme2.isDark ? 'light' : 'dark');
  window.location.assign(url);
}

/** The strip at the top: home, the notice that this is not Grafana, and the theme switch. */
export function Banner({ dataLabel }: { readonly dataLabel: string }) {
  const styles = useStyles2(getStyles);
  const list = (
    <ul className={styles.list}>
      {differences.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
  return (
    <header className={styles.banner} data-testid="preview-banner">
      <a href="/" className={styles.home}>
        <img src="/preview/favicon.svg" alt="" width={20} height={20} /> Tidemark
      </a>
      <span>
        <strong>Preview: this is not Grafana.</strong> It draws the same dashboards with the built plugin
        {dataLabel ? ` over ${dataLabel}` : ''}.
      </span>
      <Toggletip content={list} title="What differs from Grafana" placement="bottom">
        <button type="button" className={styles.more}>
          What differs?
        </button>
      </Toggletip>
      <span className={styles.spacer} />
      <ToolbarButton
        variant="canvas"
        onClick={switchTheme}
        aria-label={config.theme2.isDark ? 'Switch to the light theme' : 'Switch to the dark theme'}
      >
        {config.theme2.isDark ? 'Light theme' : 'Dark theme'}
      </ToolbarButton>
    </header>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    banner: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(2),
      padding: theme.spacing(0.5, 2),
      fontSize: theme.typography.bodySmall.fontSize,
      background: theme.colors.warning.transparent,
      borderBottom: `1px solid ${theme.colors.warning.border}`,
    }),
    home: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), fontWeight: 600, fontSize: 16 }),
    more: css({
      background: 'none',
      border: 0,
      padding: 0,
      textDecoration: 'underline',
      color: theme.colors.text.link,
    }),
    list: css({ paddingLeft: theme.spacing(2), maxWidth: 420 }),
    spacer: css({ flexGrow: 1 }),
  };
}
