import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';
import { migrateQuery } from './query';
import type { SavedQuery, TidemarkQuery } from './query';

/**
 * Annotations from SQL, by Grafana's standard way from frame to events: columns `time`, `timeEnd`, `title`, `text`,
 * `tags` (one text, comma-separated). Queries saved by older SQL sources beside `target` are found too.
 */
export const annotationSupport: AnnotationSupport<TidemarkQuery> = {
  prepareAnnotation(json: AnnotationQuery<SavedQuery>): AnnotationQuery<TidemarkQuery> {
    const saved: SavedQuery = json.target ?? { refId: 'Anno', rawSql: (json['rawQuery'] ?? json['query']) as unknown };
    return { ...json, target: { ...migrateQuery(saved), refId: saved.refId || 'Anno', format: 'table' } };
  },
  prepareQuery: (annotation) => (annotation.target?.rawSql.trim() ? annotation.target : undefined),
  getDefaultQuery: () => ({
    format: 'table',
    rawSql: "SELECT ts AS time, 'title' AS title, 'text' AS text\nFROM events\nWHERE $__timeFilter(ts)\nLIMIT 100",
  }),
};
