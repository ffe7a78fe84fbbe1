/** Minutes for which a copy may stand still while its table changes: as rule cdc_table_drift. */
const stillMinutes = 15;

/** Difference of rows that does not count. */
const rowsApart = 'greatest(100, rows * 0.001)';

/** Row of health_table → what is wrong with the copy, `same` where nothing is; the gravest first. */
export const copyVerdict = `multiIf(
          present = 0, 'no table',
          target_present = 0, 'no copy',
          published = 0, 'not published',
          identity = 'missing', 'no identity',
          waits_since < now() - INTERVAL ${stillMinutes} MINUTE, 'stands still',
          notEmpty(missing_columns), 'columns differ',
          rows_exact = 1 AND target_rows_exact = 1 AND abs(toInt64(rows) - toInt64(target_rows)) > ${rowsApart} AND waits_since IS NOT NULL, 'rows differ',
          'same')`;

export const isWell = (verdict: string) => `(${verdict} = 'same')`;
