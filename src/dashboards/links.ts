import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';

import { pages } from './spec';
import type { CellLink, PageName, RowLink } from './spec';

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

/** Links at the top of a dashboard: to every other one. */
export function dashboardLinks(own: PageName, built: readonly PageName[]): Builder<DashboardLink>[] {
  return built
    .filter((page) => page !== own)
    .map((page) =>
      visible(
        new DashboardLinkBuilder(pages[page].title)
          .type(DashboardLinkType.Link)
          .url(`/d/${pages[page].uid}`)
          .icon('dashboard')
          .tooltip(`${pages[page].title}, with this time range`)
          .keepTime(true)
          .includeVars(true),
      ),
    );
}
