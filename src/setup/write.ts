import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

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

const password = '${TIDEMARK_PASSWORD:-}';

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
      ['password', password, 'From the environment, never in this file.'],
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
  for (const [i, [role, proposal]] of [...chosen].entries())
    add(mapped, role, roleMap(proposal), headOf(proposal), i > 0);
  add(root, 'roles', mapped);
  for (const { key } of root.items.slice(1)) (key as Scalar).spaceBefore = true;
  const open = openRoles(chosen);
  if (open !== '') document.comment = open;
  const text = document.toString({ lineWidth: 0 });
  return text.endsWith('\n') ? text : `${text}\n`;
}

type Entry = readonly [key: string, value: unknown, comment?: string];

function map(entries: readonly Entry[]): YAMLMap {
  const made = new YAMLMap();
  for (const [key, value, comment] of entries) {
    const scalar = plain(value);
    if (comment !== undefined) scalar.comment = ` ${oneLine(comment)}`;
    add(made, key, scalar);
  }
  return made;
}

function add(to: YAMLMap, key: string, value: unknown, before?: string, spaced = false): void {
  const name = new Scalar(key);
  if (before !== undefined) name.commentBefore = before.split('\n').map(oneLine).join('\n');
  if (spaced) name.spaceBefore = true;
  to.items.push(new Pair(name, value instanceof YAMLMap || value instanceof Scalar ? value : plain(value)));
}

/** A value that stays as it is: `${…}` in names of columns and events is no environment variable. */
const plain = (value: unknown): Scalar =>
  new Scalar(typeof value === 'string' && value !== password ? value.replaceAll('${', () => '$${') : value);

/** Types and values of a server may hold line breaks, which would end the comment. */
const oneLine = (text: string): string => text.replace(/[\s\u0085\u2028\u2029]+/g, ' ');

const shortType = (type: string): string => (type.length > 60 ? `${type.slice(0, 59)}…` : type);

function headOf({ role, table, score }: Proposal): string {
  const rows =
    table.rows === null ? 'a view or a table that is not counted' : `${table.rows.toLocaleString('en-US')} rows`;
  return ` ${roles[role].description} ${table.name}: ${table.engine}, ${rows}; ${sureness(score)}.`;
}

function roleMap({
  table,
  columns,
  constants,
  sourceClass,
  keepsDays,
  dimensions,
  steps,
  features,
}: Proposal): YAMLMap {
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
        `${shortType(type)}; ${why.join(', ')}; ${sureness(score)}`,
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
  list(made, 'steps', steps, ' Events of which each step of each user is kept, for funnels.');
  list(made, 'features', features, ' Events that are features of the product, for adoption.');
  return made;
}

function list(to: YAMLMap, key: string, values: readonly string[], before: string): void {
  if (values.length === 0) return;
  const made = new YAMLSeq();
  made.flow = true;
  for (const value of values) made.add(plain(value));
  const name = new Scalar(key);
  name.commentBefore = before;
  to.items.push(new Pair(name, made));
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
