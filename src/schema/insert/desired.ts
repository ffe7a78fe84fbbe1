import type { Db } from '../../core/db';
import { ident, literal } from '../../core/sql/quote';
import type { Desired, Making, Work } from '../ddl/action';
import { forgetFilling } from '../ddl/fill';
import { hashText } from '../ddl/hash';
import { resetStatement } from '../ddl/marks';
import { stepTable } from '../ddl/tables';
import type { Installation } from '../installation';
import type { Step } from '../refresh/steps';
import { tableOf } from '../rollups/context';
import { feedName } from './feed';
import { addRows } from './stage';
import { addBefore, boundaryOf, feedView, makeFeed } from './stand';
import { insertedOf } from './step';
import type { InsertedStep } from './step';

/**
 * Tables of mode *insert* and the views that keep them. A table is there with its view at once, and the rows from before are
 * added to it; a changed one is filled beside the old one, takes its name, and then the rows that came meanwhile are added.
 */
export function insertedObjects(
  installation: Installation,
  steps: readonly Step[],
  making: Making,
): readonly Desired[] {
  const pairs = steps.flatMap((step) => {
    const inserted = insertedOf(step);
    return inserted ? [objectsOf(installation, inserted, making)] : [];
  });
  // Rows that came meanwhile are waited for once for all tables together, unless filling the others takes long and a rebuilt
  // table would lack them all that time.
  const alone = ([table]: Pair) => making.comments.has(table.object) && making.large.has(table.role);
  const together = pairs.filter((pair) => !alone(pair));
  return [...pairs.filter(alone).flat(), ...together.map(([table]) => table), ...together.map(([, feed]) => feed)];
}

type Pair = readonly [Desired & { readonly role: string }, Desired];

function objectsOf(installation: Installation, step: InsertedStep, making: Making): Pair {
  const ddl = stepTable(installation, step) ?? '';
  const hash = hashText(`${ddl}\n${step.select({ lo: 'lo', hi: 'hi' }, step.name)}`);
  const feed = feedName(step.of.rollup);
  const add: Work = {
    shows: [],
    run: (db, onFill) => addBefore(installation, db, step, ({ rows, of }) => onFill({ step: step.name, rows, of })),
  };
  const added = () => ({ statements: [], then: add });
  return [
    {
      object: step.name,
      role: step.of.context.source.role,
      kind: 'rollup',
      hash,
      fedBy: feed,
      create: () => create(installation, step, hash, making),
      replace: () => rebuild(installation, step, hash, making),
    },
    { object: feed, kind: 'view', hash, follows: step.name, create: added, replace: added },
  ];
}

const dropFeed = (installation: Installation, step: InsertedStep) =>
  // SYNC: inserts that are under way with it have ended then.
  `DROP VIEW IF EXISTS ${tableOf(installation, feedName(step.of.rollup))} SYNC`;

function create(installation: Installation, step: InsertedStep, hash: string, making: Making) {
  // A killed migrate left a table that is not remembered: gone on with if it is the one that is wanted.
  const begun = making.comments.get(step.name) === hash;
  const shows = [feedView(installation, step, { hash, until: making.settled })];
  return {
    statements: begun
      ? []
      : [
          dropFeed(installation, step),
          `DROP TABLE IF EXISTS ${tableOf(installation, step.name)} SYNC`,
          ...forget(installation, step),
          stepTable(installation, step, { comment: hash }) ?? '',
        ],
    then: {
      shows,
      async run(db: Db) {
        const boundary = await boundaryOf(installation, db, step);
        if (boundary?.hash === hash) return;
        // No view that counts for it: whatever it holds is not known to be whole.
        await db.command(dropFeed(installation, step));
        await db.command(`TRUNCATE TABLE ${tableOf(installation, step.name)} SYNC`);
        await makeFeed(installation, db, step, { hash });
      },
    },
  };
}

const forget = (installation: Installation, step: InsertedStep): readonly string[] => [
  resetStatement(installation, step.name),
  `DROP TABLE IF EXISTS ${tableOf(installation, `${step.name}__stage`)} SYNC`,
  ...[step.name, `${step.name}__stage`, `${step.name}__next`].map((name) => forgetFilling(installation, name)),
];

/** Comment of a table that is filled beside another: up to which stamp. */
const filledUpTo = (hash: string, until: string) => `${hash} up to ${until}`;

function rebuild(installation: Installation, step: InsertedStep, hash: string, { comments, settled }: Making) {
  const next = `${step.name}__next`;
  const full = (name: string) => `${ident(installation.database)}.${ident(name)}`;
  const dropNext = `DROP TABLE IF EXISTS ${full(next)} SYNC`;
  const [of, before] = comments.get(next)?.split(' up to ') ?? [];
  // What a killed rebuild of the same definition left is gone on with.
  const after = of === hash && before !== undefined ? before : settled;
  const begun = after === before;
  const remembered = tableOf(installation, 'schema_objects');
  const take = [
    // Until the rest is added, its view is not remembered as done.
    `ALTER TABLE ${remembered} DELETE WHERE name = ${literal(feedName(step.of.rollup))} SETTINGS mutations_sync = 1`,
    dropFeed(installation, step),
    `DROP VIEW IF EXISTS ${full(`${step.name}_v`)} SYNC`,
    `DROP VIEW IF EXISTS ${full(`${step.name}_sweep_v`)} SYNC`,
    resetStatement(installation, step.name),
    `EXCHANGE TABLES ${full(step.name)} AND ${full(next)}`,
    `ALTER TABLE ${full(step.name)} MODIFY COMMENT ${literal(hash)}`,
  ];
  return {
    statements: begun
      ? []
      : [
          dropNext,
          ...forget(installation, step).slice(1),
          stepTable(installation, step, { name: next, comment: filledUpTo(hash, after) }) ?? '',
        ],
    then: {
      shows: [...take, feedView(installation, step, { hash, after, until: settled }), dropNext],
      async run(db: Db, onFill: Parameters<Work['run']>[1]) {
        const key = hashText(filledUpTo(hash, after));
        await addRows(installation, db, { step, target: next, until: after, key }, ({ rows, of: all }) =>
          onFill({ step: step.name, rows, of: all }),
        );
        for (const statement of take) await db.command(statement);
        await makeFeed(installation, db, step, { hash, after });
        await db.command(dropNext);
      },
    },
  };
}
