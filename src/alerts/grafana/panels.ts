import { dashboardSpecs, renderDashboards } from '../../dashboards/dashboards';
import type { BuildSettings } from '../../dashboards/settings';
import { pages } from '../../dashboards/spec';
import type { AlertRule } from '../../packs/rule';
import { fail } from '../errors';

/** The panels that rules watch. */
export interface Panels {
  /**
   * Id of a rule's panel; `undefined` where these settings build its dashboard without it, or not at all.
   * @throws TidemarkError unknown_panel where the dashboard never has a panel of that title: a mistake in the rule's source.
   */
  idOf(rule: AlertRule): number | undefined;
}

/** Finds panels by their titles in the dashboards as they are built, so that a link leads where the reader will be. */
export function builtPanels(settings: BuildSettings): Panels {
  const specs = dashboardSpecs(settings);
  const ids = new Map(
    renderDashboards(settings).map(({ uid, panels = [] }) => [
      uid,
      new Map(panels.flatMap((panel) => ('id' in panel && panel.title ? [[panel.title, panel.id] as const] : []))),
    ]),
  );
  return {
    idOf({ name, watches: { page, panel } }) {
      const spec = specs.find((s) => s.page === page);
      if (!spec) return undefined;
      const titles = spec.rows.flatMap((row) => row.panels.map(({ title }) => title));
      if (!titles.includes(panel))
        throw fail('unknown_panel', { rule: name, page: pages[page].title, panel, panels: titles });
      return ids.get(pages[page].uid)?.get(panel);
    },
  };
}
