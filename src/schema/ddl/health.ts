import { ident, literal } from '../../core/sql/quote';
import { healthTables } from '../../packs/pipeline/health';
import type { Installation } from '../installation';
import type { BaseTable } from './shape';
import { baseTable } from './shape';

/** The tables that `tidemark collect` writes, rows of a day in a partition, gone after their TTL. None where nothing is collected. */
export const healthDdl = (installation: Installation): readonly BaseTable[] =>
  (installation.sections.includes('collect') ? healthTables : []).map(({ name, columns, orderBy, ttlDays }) =>
    baseTable(installation, {
      name,
      columns: columns.map((c) => `${ident(c.name)} ${c.type} COMMENT ${literal(c.description)}`),
      tail: `ENGINE = MergeTree PARTITION BY toYYYYMMDD(at) ORDER BY (${orderBy.map(ident).join(', ')}) TTL toDateTime(at) + INTERVAL ${ttlDays} DAY`,
    }),
  );
