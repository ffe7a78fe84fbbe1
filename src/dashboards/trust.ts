import { literal } from '../core/sql/quote';
import type { DashboardSql, StatPanel } from './spec';

/**
 * The verdict tile: the worst state among the named rollups, asked at this moment. 0 fresh, 1 filling, 2 late, 3 failing,
 * 4 none of them installed, 5 late days queued, 6 clock set back (palette.ts has the words). No name at all means every rollup; what
 * tidemark.yaml saves is named by a condition.
 */
export function trustPanel(sql: DashboardSql, rollups: readonly string[], orWhere?: string): StatPanel {
  const named = `rollup IN (${rollups.map(literal).join(', ')})${orWhere === undefined ? '' : ` OR ${orWhere}`}`;
  return {
    kind: 'stat',
    title: 'Data',
    about: {
      what: 'Whether the numbers on this dashboard can be trusted just now.',
      how: 'The worst state among the rollups that are read here. *Late*: no progress for three periods and a minute. *Failing*: the last refresh ended in an error. *Filling*: the first refresh is not over. *Catching up*: days that rows came late for wait to be counted again. *Clock back*: the server’s clock stands behind the rows. Rollups & views names the rollup and its error.',
      from: ['rollup_status'],
    },
    next: ['rollups'],
    filled: true,
    values: [{ column: 'Verdict', metric: 'verdict' }],
    sql: `
      SELECT multiIf(
          count() = 0, 4,
          countIf(verdict = 'failing') > 0, 3,
          countIf(verdict = 'clock back') > 0, 6,
          countIf(verdict = 'stale') > 0, 2,
          countIf(verdict = 'filling') > 0, 1,
          countIf(verdict = 'catching up') > 0, 5,
          0) ${sql.as('Verdict')}
      FROM ${sql.table('rollup_status')}
      WHERE ${rollups.length > 0 ? named : 'true'}`,
  };
}
