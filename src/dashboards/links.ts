import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';

import { menuOf, menus, pages } from './spec';
import type { CellLink, MenuName, PageName, RowLink } from './spec';

/** Address of a dashboard inside Grafana that keeps the reader's range and every variable. */
export function pageUrl(page: PageName): string {
  return `/d/${pages[page].uid}?\${__url_time_range}&\${__all_variables}`;
}

/**
 * Address behind a cell: a dashboard with the range, the data source, and one variable set to the cell's value; or what the row says.
 */
export function cellUrl(link: CellLink | RowLink): string {
  if ('addressColumn' in link) return `\${__data.fields["${link.addressColumn}"]}`;
  if ('uidColumn' in link) return `/d/\${__data.fields["${link.uidColumn}"]}?\${__url_time_range}&\${DS:queryparam}`;
  const { page, variable } = link;
  return `/d/${pages[page].uid}?\${__url_time_range}&\${DS:queryparam}&var-${variable}=\${__value.raw:percentencode}`;
}

/** Markdown link for text panels, range and variables kept. */
export const pageMarkdown = (page: PageName) => `[${pages[page].title}](${pageUrl(page)})`;

/** The SDK's default `placement` would hide links in the controls menu: one click further away. */
function visible(builder: DashboardLinkBuilder): Builder<DashboardLink> {
  const { placement: _, ...link } = builder.build();
  return { build: () => link };
}

/** Links on a panel: where one looks next. */
export function panelLinks(targets: readonly PageName[]): Builder<DashboardLink>[] {
  return targets.map((page) => visible(new DashboardLinkBuilder(pages[page].title).url(pageUrl(page))));
}

/** At the top of a dashboard: links to those that answer for all, and menus of the others. */
export function dashboardLinks(own: PageName, built: readonly PageName[]): Builder<DashboardLink>[] {
  const direct = built.filter((page) => page !== own && menuOf(page) === undefined);
  const used = new Set(built.flatMap((page) => menuOf(page) ?? []));
  return [
    ...direct.map((page) =>
      visible(
        new DashboardLinkBuilder(pages[page].title)
          .type(DashboardLinkType.Link)
          .url(`/d/${pages[page].uid}`)
          .icon('dashboard')
          .tooltip(`${pages[page].title}, with this time range`)
          .keepTime(true)
          .includeVars(true),
      ),
    ),
    // Grafana lists what has all the tags, dashboards of the users' own too.
    ...Object.entries(menus)
      .filter(([menu]) => used.has(menu as MenuName))
      .map(([menu, title]) =>
        visible(
          new DashboardLinkBuilder(title)
            .type(DashboardLinkType.Dashboards)
            .tags(['tidemark', menu])
            .asDropdown(true)
            .keepTime(true)
            .includeVars(true),
        ),
      ),
  ];
}
