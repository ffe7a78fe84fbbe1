import { some, wording } from '../finding';

/** What is said of what was made of the rollups: catalogue, dashboards, alert rules. */
export const outsideWords = {
  catalogue_differs: wording(
    'warning',
    (f: { tables: readonly string[] }) =>
      `${some(f.tables)} ${f.tables.length === 1 ? 'does' : 'do'} not hold what migrate wrote: questions may be answered from the wrong rollup.`,
    (f) =>
      `Drop ${some(f.tables)} and run tidemark migrate, which makes ${f.tables.length === 1 ? 'it' : 'them'} again.`,
  ),
  dashboards_not_built: wording(
    'note',
    (f: { folder: string }) => `Folder "${f.folder}" has no dashboards of Tidemark.`,
    (f) => `tidemark build --out ${f.folder} writes them; --dashboards names another folder.`,
  ),
  dashboards_stale: wording(
    'warning',
    (f: { folder: string; files: readonly string[] }) =>
      `Dashboards in folder "${f.folder}" are not those of this tidemark.yaml and version: ${some(f.files)}.`,
    (f) => `Run tidemark build --out ${f.folder}; Grafana reads the folder again by itself.`,
  ),
  alerts_none: wording(
    'note',
    () => 'No alert views are installed yet.',
    () => '',
  ),
  alert_broken: wording(
    'problem',
    (f: { cause: string }) => `This alert view cannot be read, so its rule never fires: ${f.cause}`,
    () => 'Run tidemark migrate; where it is your own view, repair what it reads.',
  ),
} as const;
