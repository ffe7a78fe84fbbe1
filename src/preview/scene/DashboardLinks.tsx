import type { SceneComponentProps, SceneObjectState } from '@grafana/scenes';
import { sceneGraph, SceneObjectBase } from '@grafana/scenes';
import { Button, Dropdown, LinkButton, Menu, Stack } from '@grafana/ui';
import type { DashboardEntry } from '../api';
import type { LinkJson } from './dashboardJson';
import { linkUrl } from './links';

interface DashboardLinksState extends SceneObjectState {
  readonly links: readonly LinkJson[];
  readonly dashboards: readonly DashboardEntry[];
}

/** The links of a dashboard: addresses, and lists of the dashboards that carry all the link's tags. */
export class DashboardLinks extends SceneObjectBase<DashboardLinksState> {
  static Component = ({ model }: SceneComponentProps<DashboardLinks>) => {
    const { links, dashboards } = model.useState();
    // Their addresses carry the range and the variables.
    sceneGraph.getTimeRange(model).useState();
    sceneGraph.getVariables(model).useState();
    const tagged = (tags: readonly string[] = []) =>
      dashboards.filter((entry) => tags.every((tag) => entry.tags.includes(tag)));
    const to = (link: LinkJson, entry: DashboardEntry) => linkUrl(model, { ...link, url: `/d/${entry.uid}` });
    return (
      <Stack gap={1}>
        {links.flatMap((link) => {
          if (link.type !== 'dashboards') {
            const target = link.targetBlank ? '_blank' : undefined;
            return [
              <LinkButton
                key={link.title}
                variant="secondary"
                href={linkUrl(model, link)}
                target={target}
                tooltip={link.tooltip}
              >
                {link.title}
              </LinkButton>,
            ];
          }
          const entries = tagged(link.tags);
          if (!link.asDropdown)
            return entries.map((entry) => (
              <LinkButton key={entry.uid} variant="secondary" href={to(link, entry)}>
                {entry.title}
              </LinkButton>
            ));
          const menu = (
            <Menu>
              {entries.map((entry) => (
                <Menu.Item key={entry.uid} label={entry.title} url={to(link, entry)} />
              ))}
            </Menu>
          );
          return [
            <Dropdown key={link.title} overlay={menu}>
              <Button variant="secondary" icon="bars">
                {link.title}
              </Button>
            </Dropdown>,
          ];
        })}
      </Stack>
    );
  };
}
