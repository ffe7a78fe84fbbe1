import { alertLogView, alertTables, alertViews, samplesView, watchViews } from '../alerts';
import { ident } from '../../core/sql/quote';
import { besideRollup, onCluster, placed } from '../cluster';
import { insertedObjects } from '../insert/desired';
import { insertedOf } from '../insert/step';
import type { Installation } from '../installation';
import type { Step } from '../refresh/steps';
import { retentionsView } from '../retention/view';
import { refreshSteps } from '../refresh/steps';
import { tableOf } from '../rollups/context';
import { recountSelect } from '../rollups/recount';
import type { Desired, Making, ObjectKind } from './action';
import { catalogueTables } from './catalogue';
import { funnelViews } from './funnelViews';
import { hashText } from './hash';
import { healthDdl } from './health';
import { markStatements, queueStatements } from './marks';
import { rebuild, remade } from './rebuild';
import { statusView } from './statusView';
import { baseTables, stepTable } from './tables';
import { topsViews } from './topsView';
import { doneView, dropView, logView, recountViews, stepView, tickView, viewName } from './views';

/** Base tables are made once; what came later is a list of changes of each (`TableShape.changes`), known by its length. */
export const baseHash = 'base';
const baseHashAfter = (changes: readonly string[]): string =>
  changes.length === 0 ? baseHash : `${baseHash}.${changes.length}`;

/** Everything that an installation consists of, in the order in which it is made. */
export function desiredObjects(installation: Installation, version: string, making: Making): readonly Desired[] {
  const steps = refreshSteps(installation);
  const refreshed = steps.filter((s) => !insertedOf(s));
  const same = (
    object: string,
    kind: ObjectKind,
    ddl: string,
    replace: readonly string[],
    create: readonly string[] = [ddl],
    hash = hashText(ddl),
  ): Desired => ({
    object,
    kind,
    hash,
    create: () => ({ statements: create }),
    replace: () => ({ statements: replace }),
  });
  // A view names the columns and the content of its table: when that is rebuilt, the view is made anew after it.
  const view = (object: string, ddl: string, first: readonly string[] = []): Desired => ({
    ...same(object, 'refresh', ddl, [dropView(installation, object), ddl], [...first, ddl]),
    follows: object.replace(/(_sweep)?_v$/, ''),
  });
  const status = statusView(installation, steps);
  const retentions = retentionsView(installation);
  return [
    ...[...baseTables(installation), ...alertTables(installation), ...healthDdl(installation)].map(
      ({ name, ddl, changes }) => same(name, 'table', ddl, changes, [ddl], baseHashAfter(changes)),
    ),
    ...refreshed.filter((s) => !isFinished(s)).flatMap((step) => stepObjects(installation, step, version, making)),
    ...insertedObjects(installation, steps, making),
    // After all that they are kept from, however that is kept.
    ...refreshed.filter(isFinished).flatMap((step) => stepObjects(installation, step, version, making)),
    ...catalogueTables(installation, version).map(({ name, ddl }) => {
      const everywhere = placed(installation, { kind: 'catalogue', name, ddl });
      return same(name, 'catalogue', everywhere, [everywhere]);
    }),
    view('tick_v', tickView(installation)),
    ...refreshed.map((step) => {
      const first = step.of.kind === 'late' ? markStatements(installation, step) : [];
      return view(viewName(step), stepView(installation, step), first);
    }),
    view('done_v', doneView(installation, steps)),
    ...recountViews(installation, steps).map(({ name, ddl, follows }) => ({
      ...view(name, ddl),
      ...(follows && { follows }),
    })),
    view('refresh_log_v', logView(installation)),
    ...topsViews(installation).map(({ name, ddl }) => view(name, ddl)),
    ...funnelViews(installation).map(({ name, ddl }) => same(name, 'view', ddl, [ddl])),
    same('rollup_status', 'view', status, [status]),
    ...(retentions === undefined ? [] : [same('retentions', 'view', retentions, [retentions])]),
    ...alertViews(installation).map(({ name, ddl }) => same(name, 'view', ddl, [ddl])),
    ...[samplesView(installation), alertLogView(installation), ...watchViews(installation)].map(({ name, ddl }) =>
      same(name, 'refresh', ddl, [dropView(installation, name), ddl]),
    ),
  ];
}

const isFinished = ({ of }: Step): boolean => of.kind === 'finished';

/** CREATE DATABASE. */
export const databaseStatement = (installation: Installation): string => {
  const name = installation.database;
  const ddl = `CREATE DATABASE IF NOT EXISTS ${ident(name)}`;
  return placed(installation, { kind: 'database', name, ddl });
};

/**
 * Whether its first refresh cannot take over all at once: a large source, what the tier below does not have any more, and what lies
 * before the window of class *window*.
 */
function isQueued({ context, rollup }: Extract<Step['of'], { readonly kind: 'places' }>, making: Making): boolean {
  const { role, sourceClass } = context.source;
  return making.large.has(role) || rollup.below !== undefined || sourceClass === 'window';
}

/**
 * What a step's table holds, as SQL: places are what a recount gives, however their refreshes come to it, so that a better
 * refresh does not fill every installation anew.
 */
function contentOf(of: Step): string {
  const span = { lo: 'lo', hi: 'hi' };
  if (of.of.kind !== 'places') return of.select(span, of.name);
  const { context, rollup } = of.of;
  return `${context.source.sourceClass}\n${recountSelect(context, rollup, { from: 'from', to: 'to' }, 'hi', true)}`;
}

/** A step's table. Its hash covers the definition of its content too, but not how and when that is refreshed. */
function stepObjects(installation: Installation, step: Step, version: string, making: Making): readonly Desired[] {
  const { cluster: _, ...server } = installation;
  const definition = (of: Step) => `${stepTable(server, of) ?? ''}\n${contentOf(of)}`;
  if (stepTable(server, step) === undefined) return [];
  // Finished numbers know of changes only what is written to their base: a base made anew does not tell what it has no more.
  const bases = step.of.kind === 'finished' ? [step.of.rollup.from, step.of.rollup.beside] : [];
  const below = refreshSteps(installation).filter((s) => bases.includes(s.name));
  const hash = hashText([step, ...below].map(definition).join('\n'));
  const ddl = stepTable(installation, step, { generation: hash }) ?? '';
  const queued = step.of.kind === 'places' && isQueued(step.of, making);
  const create = queued ? [ddl, ...markStatements(installation, step), ...queueStatements(installation, step)] : [ddl];
  const rebuilding = { hash, version, making };
  const kind = step.of.kind === 'ledger' ? 'ledger' : 'rollup';
  const all = kind === 'rollup' ? besideRollup(installation, step.name) : undefined;
  return [
    {
      object: step.name,
      kind,
      hash,
      create: (wasLost) => ({ statements: wasLost ? remade(installation, step, rebuilding, create) : create }),
      replace: () => rebuild(installation, step, rebuilding),
      ...(step.of.kind === 'finished' && {
        follows: [...bases, step.of.rollup.firsts].filter((name) => name !== undefined),
      }),
    },
    ...(all ? [overShards(installation, step, all, hash)] : []),
  ];
}

/** The table over all shards beside a rollup: made anew with it, for it has its columns. */
function overShards(
  installation: Installation,
  step: Step,
  { name, ddl }: { readonly name: string; readonly ddl: string },
  hash: string,
): Desired {
  const drop = `DROP TABLE IF EXISTS ${tableOf(installation, name)}${onCluster(installation)} SYNC`;
  return {
    object: name,
    kind: 'table',
    hash: hashText(`${ddl}\n${hash}`),
    create: () => ({ statements: [ddl] }),
    replace: () => ({ statements: [drop, ddl] }),
    follows: step.name,
  };
}
