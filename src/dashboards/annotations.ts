import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { literal } from '../core/sql/quote';
import { alertRules } from '../packs/rules';
import { colours, verdictColours } from './palette';
import { queryBuilder, savedQuery, sourceRef } from './query';
import type { BuildSettings } from './settings';
import type { DashboardSql, PageName } from './spec';

/** Marks over all panels with a time axis. Columns: time, timeEnd, title, text, tags (comma-separated). */
interface Marks {
  readonly name: string;
  readonly colour: string;
  readonly sql: string;
  /** Whether they are drawn unless somebody switches them off; else when somebody switches them on. */
  readonly drawn: boolean;
}

/** Pages on which a release is the first suspect. */
const releasePages: readonly PageName[] = ['operations'];

/** What people wrote down: rows of the table `incidents`, which they fill by SQL. */
function incidents(sql: DashboardSql): Marks {
  return {
    name: 'Incidents',
    colour: verdictColours.bad,
    drawn: true,
    sql: `
      SELECT at AS time, until AS timeEnd, title, text, arrayStringConcat(tags, ',') AS tags
      FROM ${sql.table('incidents')}
      WHERE at <= $__toTime AND ifNull(until, at) >= $__fromTime
      ORDER BY time
      LIMIT 500`,
  };
}

/** When each release of each service answered for the first time, by the buckets that the range is drawn in. */
function releases(sql: DashboardSql, drawn: boolean): Marks {
  const tiers = sql.tiers('request');
  return {
    name: 'Releases',
    colour: colours.mauve,
    drawn,
    sql: `
      WITH ${tiers.named}
      SELECT min(time) AS time, concat(service, ' ', release) AS title, 'first answered here' AS text, 'release' AS tags
      FROM ${tiers.rows('service, release', "release NOT IN ('', '(other)')")}
      WHERE (service, release) NOT IN (SELECT service, release FROM ${sql.rollup('request_day')} WHERE d < ${sql.firstDay})
      GROUP BY service, release
      ORDER BY time
      LIMIT 500`,
  };
}

/** Pages with a panel that a rule watches. */
const watched: ReadonlySet<PageName> = new Set(alertRules.map(({ watches }) => watches.page));

/** When the alerts whose panels stand on the page fired: from when it was so to when it no longer was; what nobody was told of is left out. */
function alerts(sql: DashboardSql, page: PageName): Marks {
  return {
    name: 'Alerts',
    colour: verdictColours.watch,
    drawn: true,
    sql: `
      SELECT began AS time, ifNull(ended, now64(3)) AS timeEnd, concat(title, ': ', subject) AS title, detail AS text,
        arrayStringConcat(arrayFilter(t -> t != '', ['alert', severity, if(state = 'firing', 'firing', '')]), ',') AS tags
      FROM ${sql.table('firings')}
      WHERE page = ${literal(page)} AND isNotNull(told) AND began <= $__toTime AND ifNull(ended, now64(3)) >= $__fromTime
      ORDER BY time
      LIMIT 500`,
  };
}

/** Annotation queries of a page. */
export function annotationsOf(
  sql: DashboardSql,
  { roles }: BuildSettings,
  page: PageName,
): readonly AnnotationQueryBuilder[] {
  const marks = [
    incidents(sql),
    ...(watched.has(page) ? [alerts(sql, page)] : []),
    ...(roles.includes('requests') ? [releases(sql, releasePages.includes(page))] : []),
  ];
  return marks.map(({ name, colour, sql: statement, drawn }) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(sourceRef)
      .enable(drawn)
      .hide(false)
      .iconColor(colour)
      .target(queryBuilder(savedQuery(statement, 'table', 'Anno'))),
  );
}
