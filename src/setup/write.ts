import { Document, Pair, Scalar, YAMLMap } from 'yaml';

import type { RoleName } from '../core/model';
import { roleNames } from '../core/model';
import { roles } from '../packs/roles';
import type { Proposal } from './propose';
import { refundsFromOrders, sureness } from './propose';

/** What the file says beside the roles. */
export interface FileOptions {
  readonly url: string;
  readonly user: string;
  /** Database that Tidemark makes. */
  readonly database: string;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * The text of a tidemark.yaml with a comment for each choice: what was chosen and why. It holds no password and no sampled
 * value but names of events. `tidemark migrate` accepts it as it is.
 */
export function configFile(chosen: ReadonlyMap<RoleName, Proposal>, options: FileOptions): string {
  const document = new Document(new YAMLMap());
  const root = document.contents as YAMLMap;
  document.commentBefore =
    ' Written by tidemark init: read it through, correct it, then run tidemark config check and tidemark migrate.\n Every key is described in docs/config.md.';
  add(root, 'version', 1);
  add(
    root,
    'connection',
    map([
      ['url', options.url],
      ['user', options.user, 'It makes tables and views; Grafana reads with another one that may only read.'],
      ['password', '${TIDEMARK_PASSWORD:-}', 'From the environment, never in this file.'],
      ['database', options.database, 'Everything that Tidemark makes goes here.'],
    ]),
  );
  add(
    root,
    'reporting',
    map([
      [
        'timezone',
        options.timezone,
        'Days begin at midnight of this zone (IANA name). Changing it later counts all days anew.',
      ],
      ['weekStart', 'monday'],
    ]),
  );
  const mapped = new YAMLMap();
  for (const [role, proposal] of chosen) add(mapped, role, roleMap(proposal), headOf(proposal));
  add(root, 'roles', mapped);
  const open = openRoles(chosen);
  if (open !== '') document.comment = open;
  const text = document.toString({ lineWidth: 0, commentString: (comment) => comment.replace(/^(?!$)(?: ?)/gm, '# ') });
  // A blank line before each section reads better than the library's dense form.
  return text.replace(/^(connection|reporting|roles):/gm, '\n$1:');
}

type Entry = readonly [key: string, value: unknown, comment?: string];

function map(entries: readonly Entry[]): YAMLMap {
  const made = new YAMLMap();
  for (const [key, value, comment] of entries) {
    const scalar = new Scalar(value);
    if (comment !== undefined) scalar.comment = ` ${comment}`;
    add(made, key, scalar);
  }
  return made;
}

function add(to: YAMLMap, key: string, value: unknown, before?: string): void {
  const name = new Scalar(key);
  if (before !== undefined) name.commentBefore = before;
  to.items.push(new Pair(name, value instanceof YAMLMap || value instanceof Scalar ? value : new Scalar(value)));
}

function headOf({ role, table, score }: Proposal): string {
  const rows =
    table.rows === null ? 'a view or a table that is not counted' : `${table.rows.toLocaleString('en-US')} rows`;
  return ` ${roles[role].description} ${table.name}: ${table.engine}, ${rows}; ${sureness(score)}.`;
}

function roleMap({ role, table, columns, constants, sourceClass, keepsDays, dimensions, steps }: Proposal): YAMLMap {
  const made = new YAMLMap();
  add(made, 'table', table.name);
  add(made, 'class', sourceClass.sourceClass, ` ${sourceClass.why}`);
  if (sourceClass.windowDays !== undefined) add(made, 'windowDays', sourceClass.windowDays);
  if (keepsDays !== undefined)
    add(
      made,
      'keepsDays',
      keepsDays,
      ' Its TTL does not tell how many days are whole; correct this number: rows older than it may be missing.',
    );
  add(
    made,
    'columns',
    map(
      columns.map(({ logical, column, type, why, score }) => [
        logical,
        column,
        `${type}; ${why.join(', ')}; ${sureness(score)}`,
      ]),
    ),
  );
  if (constants.length > 0)
    add(made, 'constants', map(constants.map(({ logical, value, why }) => [logical, value, why.join(', ')])));
  if (dimensions.length > 0)
    add(
      made,
      'dimensions',
      map(dimensions.map(({ name, from, look }) => [name, from, `${look.distinct} values in ${look.rows} rows`])),
      ' To group and filter by. Each makes the rollups larger.',
    );
  if (role === 'events' && steps.length > 0) {
    const list = new Document(steps).contents;
    const name = new Scalar('steps');
    name.commentBefore = ' Events that funnels ask for: each step of each user is kept.';
    made.items.push(new Pair(name, list));
  }
  return made;
}

function openRoles(chosen: ReadonlyMap<RoleName, Proposal>): string {
  const open = roleNames.filter((role) => !chosen.has(role) && !(role === 'refunds' && refundsFromOrders(chosen)));
  return open
    .map((role) => {
      const needed = roles[role].columns.filter((c) => c.required).map(({ name }) => name);
      return ` ${role}: not mapped. ${roles[role].description} It needs ${needed.join(', ')}.`;
    })
    .join('\n');
}
