import { css } from '@emotion/css';
import type { FieldConfigSource, GrafanaTheme2, PanelData } from '@grafana/data';
import { LoadingState } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface PanelBodyProps {
  readonly data: PanelData;
  readonly fieldConfig: FieldConfigSource;
  /** Whether there is anything to draw. */
  readonly hasValues: boolean;
  /** Said instead of "No data" when data came but cannot be drawn. */
  readonly emptyText?: string;
  readonly children: () => ReactNode;
}

/** What stands in a panel: the picture, or the error's text, or "No data" (nothing while the first answer is awaited). */
export function PanelBody({ data, fieldConfig, hasValues, emptyText, children }: PanelBodyProps) {
  const styles = useStyles2(getStyles);
  if (hasValues) return <>{children()}</>;
  if (data.state === LoadingState.Error) {
    return (
      <div className={styles.error} role="alert" data-testid="preview-panel-error">
        <Icon name="exclamation-triangle" /> <span>{errorText(data)}</span>
      </div>
    );
  }
  if (data.state === LoadingState.Loading || data.state === LoadingState.NotStarted) return null;
  return (
    <div className={styles.empty} data-testid="preview-panel-empty">
      {fieldConfig.defaults.noValue ?? emptyText ?? 'No data'}
    </div>
  );
}

/** The text of a panel's errors: ClickHouse's own words, as the plugin hands them on. */
export function errorText(data: PanelData): string {
  const errors = data.errors ?? (data.error ? [data.error] : []);
  return errors.map((error) => error.message ?? error.data?.message ?? 'The query failed.').join('\n');
}

function getStyles(theme: GrafanaTheme2) {
  const centred = { height: '100%', display: 'flex', alignItems: 'center', justifyContent: 'center' } as const;
  return {
    empty: css({ ...centred, color: theme.colors.text.secondary }),
    error: css({
      height: '100%',
      overflow: 'auto',
      color: theme.colors.error.text,
      fontSize: theme.typography.bodySmall.fontSize,
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
    }),
  };
}
