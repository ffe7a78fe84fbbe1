import { sceneGraph, SceneDataTransformer, SceneObjectBase, SceneQueryRunner, VizPanel } from '@grafana/scenes';
import type { SceneComponentProps, SceneObjectState } from '@grafana/scenes';
import type { DataSourceRef } from '@grafana/schema';
import { AdHocFiltersVariable } from '@grafana/scenes';
import { Icon, PanelChrome, Tooltip } from '@grafana/ui';
import type { PanelContext } from '@grafana/ui';
import { panelDefinition } from '../panels/registry';
import type { LinkJson, PanelJson } from './dashboardJson';
import { linkUrl } from './links';

interface PanelLinksState extends SceneObjectState {
  readonly links: readonly LinkJson[];
}

/** The links of a panel, beside its title, with the dashboard's range and variables filled in. */
class PanelLinks extends SceneObjectBase<PanelLinksState> {
  static Component = ({ model }: SceneComponentProps<PanelLinks>) => {
    const { links } = model.useState();
    return (
      <>
        {links.map((link) => {
          const title = sceneGraph.interpolate(model, link.title, undefined, 'text');
          return (
            <Tooltip key={`${link.title} ${link.url}`} content={title}>
              <PanelChrome.TitleItem
                href={linkUrl(model, link)}
                target={link.targetBlank ? '_blank' : undefined}
                title={title}
              >
                <Icon name="external-link-alt" />
              </PanelChrome.TitleItem>
            </Tooltip>
          );
        })}
      </>
    );
  };
}

/** Notices that came with a panel's frames: one icon each severity, the texts on hover. */
class PanelNotices extends SceneObjectBase {
  static Component = ({ model }: SceneComponentProps<PanelNotices>) => {
    const { data } = sceneGraph.getData(model).useState();
    const notices = (data?.series ?? []).flatMap((frame) => frame.meta?.notices ?? []);
    if (notices.length === 0) return null;
    const isWarning = notices.some((notice) => notice.severity !== 'info');
    const texts = [...new Set(notices.map((notice) => notice.text))];
    return (
      <Tooltip
        content={
          <div>
            {texts.map((text) => (
              <div key={text}>{text}</div>
            ))}
          </div>
        }
      >
        <PanelChrome.TitleItem>
          <span data-testid="preview-panel-notice" aria-label={texts.join('\n')}>
            <Icon name={isWarning ? 'exclamation-triangle' : 'info-circle'} />
          </span>
        </PanelChrome.TitleItem>
      </Tooltip>
    );
  };
}

/** "Filter for value" in a table writes into the dashboard's ad hoc filters of the same data source. */
function offerFilters(panel: VizPanel, context: PanelContext): void {
  context.onAddAdHocFilter = ({ key, operator, value }) => {
    const variables = sceneGraph.getVariables(panel).state.variables;
    const adhoc = variables.find((variable) => variable instanceof AdHocFiltersVariable);
    if (adhoc instanceof AdHocFiltersVariable)
      adhoc.setState({ filters: [...adhoc.state.filters, { key, operator, value }] });
  };
}

const reference = (datasource: PanelJson['datasource']): DataSourceRef | undefined =>
  typeof datasource === 'string' ? { uid: datasource } : (datasource ?? undefined);

/** Makes the scene's panel: queries, transformations, links, notices. Unknown types become a panel that says so. */
export function makePanel(json: PanelJson): VizPanel {
  const definition = panelDefinition(json.type);
  const queries = json.targets ?? [];
  const runner =
    !definition || definition.skipsQuery || queries.length === 0
      ? undefined
      : new SceneQueryRunner({
          queries: queries.map((query) => ({ ...query })),
          datasource: reference(json.datasource) ?? reference(queries[0]?.datasource),
          minInterval: json.interval,
          maxDataPoints: json.maxDataPoints,
          maxDataPointsFromWidth: json.maxDataPoints === undefined,
          dataLayerFilter: { panelId: json.id ?? 0 },
        });
  const transformations = [...(json.transformations ?? [])];
  return new VizPanel({
    key: `panel-${json.id}`,
    pluginId: json.type,
    title: json.title ?? '',
    description: json.description,
    displayMode: json.transparent ? 'transparent' : 'default',
    hoverHeader: !json.title,
    options: (json.options ?? {}) as never,
    fieldConfig: structuredClone(json.fieldConfig ?? { defaults: {}, overrides: [] }) as never,
    titleItems: [new PanelNotices({}), ...(json.links?.length ? [new PanelLinks({ links: json.links })] : [])],
    extendPanelContext: offerFilters,
    $data: runner && new SceneDataTransformer({ $data: runner, transformations }),
  });
}
