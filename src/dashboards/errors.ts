import { errorTable } from '../core/errors';

/** What can go wrong while dashboards are built: mistakes in a dashboard's own source, named for its author. */
export const fail = errorTable({
  too_many_panels: (f: { dashboard: string; panels: number; most: number }) =>
    `Dashboard "${f.dashboard}" has ${f.panels} panels, at most ${f.most} are read in ten seconds. Move some to another dashboard.`,
  row_too_full: (f: { dashboard: string; panels: number }) =>
    `A row of dashboard "${f.dashboard}" holds ${f.panels} panels, which leaves less than 3 of 24 columns to one. Split the row.`,
  unknown_rollup: (f: { dashboard: string; panel: string; rollup: string; known: readonly string[] }) =>
    `Panel "${f.panel}" of dashboard "${f.dashboard}" says it reads rollup "${f.rollup}", which no pack defines. Known: ${f.known.join(', ')}.`,
  out_unwritable: (f: { out: string; reason: string }) =>
    `Cannot write into "${f.out}": ${f.reason}. Give another folder with --out, or make this one writable.`,
  bad_env_name: (f: { name: string }) =>
    `"${f.name}" is no name of an environment variable. Use letters, digits and underscores, not beginning with a digit.`,
});
