import type { QueryResultMetaNotice } from '@grafana/data';
import type { Progress } from '../../clickhouse/progress';
import type { Received, RunLimits, RunResult } from '../../clickhouse/run';
import type { Notice } from '../../core/notice';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** What a panel says when its answer was cut at a limit; undefined when it was not. */
export function cutNotice({ cut, rows }: RunResult, limits: RunLimits): Notice | undefined {
  if (!cut) return undefined;
  const limit =
    cut === 'rows' ? `${whole.format(limits.rows)} rows` : `${whole.format(limits.bytes / 1024 / 1024)} MiB`;
  return {
    code: cut === 'rows' ? 'cut_at_rows' : 'cut_at_bytes',
    message: `Only the first ${whole.format(rows)} rows are shown: the answer is longer than the limit of this data source (${limit}). Aggregate, add LIMIT, or raise the limit in its settings.`,
  };
}

/** What a panel says while its answer is still coming. */
export function runningNotice(received: Received, progress: Progress | undefined): QueryResultMetaNotice {
  const rows = `${whole.format(received.rows)} rows so far`;
  if (!progress) return { severity: 'info', text: `Still running: ${rows}.` };
  const { readRows, totalRows, elapsedMs } = progress;
  const share = totalRows > 0 ? Math.min(99, Math.floor((100 * readRows) / totalRows)) : undefined;
  const read =
    share === undefined
      ? `${compact.format(readRows)} rows read`
      : `${share} % of about ${compact.format(totalRows)} rows read`;
  return { severity: 'info', text: `Still running for ${Math.round(elapsedMs / 1000)} s: ${read}, ${rows}.` };
}

/** Warnings of frames and statements as Grafana shows them. */
export const warnings = (notices: readonly Notice[]): QueryResultMetaNotice[] =>
  notices.map(({ message }) => ({ severity: 'warning', text: message }));
