import { shown, sureness } from '../../setup';
import type { Proposal } from '../../setup';
import { grouped } from '../output';
import type { Output } from '../output';

/** Other tables that are named. */
const mostOthers = 3;

/** Tells a proposal: the table, a row for each column with type, values and reason, class, dimensions, steps, other tables. */
export function describeProposal(out: Output, proposal: Proposal, candidates: readonly Proposal[]): void {
  const { role, table, columns, constants, sourceClass, keepsDays, dimensions, steps, features, score } = proposal;
  const rows = table.rows === null ? 'rows not counted' : `${grouped(table.rows)} rows`;
  const seen = table.whole ? 'all looked at' : `${grouped(table.sampled)} looked at`;
  out.say(`\n${role}: ${table.name} (${table.engine}, ${rows}, ${seen}), ${sureness(score)}`);
  out.table(
    ['logical', 'column', 'type', 'distinct', 'samples', 'why', 'how sure'],
    [
      ...columns.map(({ logical, column, type, look, why, score: own }) => [
        logical,
        column,
        type,
        look?.distinct ?? null,
        look ? shown(look) : '',
        why.join(', '),
        sureness(own),
      ]),
      ...constants.map(({ logical, value, why, score: own }) => [
        logical,
        `constant ${value}`,
        '',
        null,
        '',
        why.join(', '),
        sureness(own),
      ]),
      ...dimensions.map(({ name, from, look }) => [
        `dimension ${name}`,
        from,
        look.type,
        look.distinct,
        shown(look),
        '',
        '',
      ]),
    ],
  );
  out.say(`class ${sourceClass.sourceClass}${sourceClass.sure ? '' : ' (likely)'}: ${sourceClass.why}`);
  if (keepsDays !== undefined)
    out.say(`keepsDays ${keepsDays}: its TTL does not tell by the time column; correct this number.`);
  if (steps.length > 0) out.say(`steps: ${steps.join(', ')}`);
  if (features.length > 0) out.say(`features: ${features.join(', ')}`);
  const others = candidates.filter((c) => c.table.name !== table.name).slice(0, mostOthers);
  if (others.length > 0)
    out.say(`Could also be: ${others.map((c) => `${c.table.name} (${sureness(c.score)})`).join(', ')}`);
}

/** The same as data. Personal values are `hidden` here too. */
export function proposalData(proposal: Proposal, candidates: readonly Proposal[]): object {
  const { table, columns, constants, sourceClass, keepsDays, dimensions, steps, features, score } = proposal;
  return {
    table: table.name,
    engine: table.engine,
    rows: table.rows,
    sampled: table.sampled,
    score,
    sure: sureness(score),
    class: sourceClass.sourceClass,
    why: sourceClass.why,
    ...(sourceClass.windowDays !== undefined && { windowDays: sourceClass.windowDays }),
    ...(keepsDays !== undefined && { keepsDays }),
    columns: Object.fromEntries(
      columns.map(({ logical, column, type, look, why, score: own }) => [
        logical,
        {
          column,
          type,
          distinct: look?.distinct ?? null,
          samples: look ? shown(look) : '',
          why,
          score: own,
          sure: sureness(own),
        },
      ]),
    ),
    constants: Object.fromEntries(constants.map(({ logical, value, why }) => [logical, { value, why }])),
    dimensions: dimensions.map(({ name, from, look }) => ({
      name,
      from,
      distinct: look.distinct,
      samples: shown(look),
    })),
    steps,
    features,
    others: candidates
      .filter((c) => c.table.name !== table.name)
      .map((c) => ({ table: c.table.name, score: c.score, sure: sureness(c.score) })),
  };
}
