import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Card, EmptyState, FilterInput, TagList, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { DashboardEntry, PreviewSettings } from '../api';

function matches(entry: DashboardEntry, search: string, tags: readonly string[]): boolean {
  const words = `${entry.title} ${entry.description} ${entry.folder} ${entry.tags.join(' ')}`.toLowerCase();
  return words.includes(search.trim().toLowerCase()) && tags.every((tag) => entry.tags.includes(tag));
}

/** All dashboards by folder, narrowed by words and by tags. */
export function DashboardList({ settings }: { readonly settings: PreviewSettings }) {
  const styles = useStyles2(getStyles);
  const [search, setSearch] = useState('');
  const [tags, setTags] = useState<readonly string[]>([]);
  const shown = settings.dashboards.filter((entry) => matches(entry, search, tags));
  const folders = [...new Set(shown.map((entry) => entry.folder))].sort();
  const all = [...new Set(settings.dashboards.flatMap((entry) => entry.tags))].sort();
  const toggle = (tag: string) => setTags(tags.includes(tag) ? tags.filter((other) => other !== tag) : [...tags, tag]);

  return (
    <div className={styles.page}>
      <h1>Dashboards</h1>
      <FilterInput placeholder="Search dashboards" value={search} onChange={setSearch} escapeRegex={false} />
      <TagList tags={all} onClick={toggle} className={styles.tags} />
      {tags.length > 0 && (
        <p>
          Tagged {tags.join(' and ')}. <button onClick={() => setTags([])}>Show all</button>
        </p>
      )}
      {shown.length === 0 && <EmptyState variant="not-found" message="No dashboard matches" />}
      {folders.map((folder) => (
        <section key={folder}>
          <h2 className={styles.folder}>{folder}</h2>
          {shown
            .filter((entry) => entry.folder === folder)
            .map((entry) => (
              <Card key={entry.uid} href={`/d/${entry.uid}`} noMargin className={styles.card}>
                <Card.Heading>{entry.title}</Card.Heading>
                <Card.Description>{entry.description}</Card.Description>
                <Card.Tags>
                  <TagList tags={[...entry.tags]} />
                </Card.Tags>
              </Card>
            ))}
        </section>
      ))}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({ width: '100%', maxWidth: 960, margin: '0 auto' }),
    tags: css({ justifyContent: 'flex-start', margin: theme.spacing(1, 0) }),
    folder: css({ fontSize: theme.typography.h4.fontSize, margin: theme.spacing(2, 0, 1) }),
    card: css({ marginBottom: theme.spacing(1) }),
  };
}
