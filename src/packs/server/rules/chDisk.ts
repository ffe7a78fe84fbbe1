import type { AlertRule, RuleKit } from '../../rule';
import { percentSql } from '../../ruleSql';
import { serverRule } from './common';
import { localDisks } from './disks';

const sql = (kit: RuleKit): string => `
SELECT name AS subject, free / total AS value, ${kit.limit('free', 'name')} AS threshold, value < threshold AS firing, 0 AS held, ${kit.now} AS as_of,
  concat(formatReadableSize(free), ' of ', formatReadableSize(total), ' are free (', ${percentSql('value')}, '). Merges need room for the largest part once more.') AS detail
FROM ${localDisks(kit)}`;

const shared = {
  subjects: 'disk',
  systemTables: ['disks'],
  unit: 'ratio',
  ...serverRule,
  watches: { page: 'rollups', panel: 'Storage' },
  sql,
} as const satisfies Partial<AlertRule>;

/** A disk is nearly full. */
export const chDisk: AlertRule = {
  ...shared,
  name: 'ch_disk',
  title: 'Disk nearly full',
  description:
    'A disk of ClickHouse has little room left: large merges stop first, then inserts fail. Disks of object storage, which have no end, are left out.',
  severity: 'critical',
  limits: [{ name: 'free', value: 0.1, unit: 'ratio', description: 'Share of the disk that has to be free.' }],
  summary: 'Disk {subject}: only {value} is free, less than {threshold}. Merges stop first, then inserts.',
};

/** The same, earlier and less loud. */
export const chDiskLow: AlertRule = {
  ...shared,
  name: 'ch_disk_low',
  title: 'Disk filling up',
  description:
    'A disk of ClickHouse is four fifths full. An early word, while there is time to order a larger one or to let old rows go; ch_disk tells again at a tenth.',
  severity: 'warning',
  limits: [{ name: 'free', value: 0.2, unit: 'ratio', description: 'Share of the disk that has to be free.' }],
  summary: 'Disk {subject}: {value} is free, less than {threshold}.',
};
