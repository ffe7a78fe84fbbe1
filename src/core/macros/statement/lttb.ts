import { bareColumn, splitAlias, twice } from '../alias';
import { pointsArgument, pointsOf } from '../lttb';
import { rangeOn } from '../series';
import type { Refuse, SelectAround, StatementMacro } from '../macro';

export const lttb: StatementMacro = {
  kind: 'statement',
  name: '$__lttb',
  arguments: [
    pointsArgument,
    { name: 'x', description: 'time column; the filter of the range is put on it' },
    { name: 'y', description: 'numeric column, or with a GROUP BY an aggregate' },
  ],
  description:
    'The points that keep the shape of a line best (Largest Triangle Three Buckets), ordered by `x`. Columns keep their names or get those after AS; other expressions are named `x` and `y`. With a GROUP BY the rows are aggregated first.',
  example: '$__lttb(auto, occurred_at, latency_ms) FROM events WHERE latency_ms > 0',
  expand: ([points = '', x = '', y = ''], around, context, refuse) => {
    const count = pointsOf(points, context, refuse);
    const [across, up] = [axisOf(x, 'x', around, refuse), axisOf(y, 'y', around, refuse)];
    const double = twice([across.name, up.name]);
    if (double !== undefined)
      throw refuse(`both of its columns would be named ${double}. Give one of them another name: expression AS name.`);
    const point = around.fresh('point');
    const outer = { head: `SELECT ${point}.1 AS ${across.name}, ${point}.2 AS ${up.name}` };
    const pick = (a: string, b: string) => `SELECT arrayJoin(lttb(${count})(${a}, ${b})) AS ${point}`;
    return {
      select: around.grouped ? `SELECT ${across.item}, ${up.item}` : pick(across.expression, up.expression),
      where: rangeOn(across.expression, context),
      layers: around.grouped ? [{ head: pick(across.inner, up.inner) }, outer] : [outer],
      orderBy: across.name,
    };
  },
};

interface Axis {
  readonly expression: string;
  readonly name: string;
  /** Its name in a query that aggregates first: the user's own GROUP BY may speak of it. */
  readonly inner: string;
  readonly item: string;
}

function axisOf(argument: string, fallback: string, around: SelectAround, refuse: Refuse): Axis {
  const { expression, alias } = splitAlias(argument, refuse);
  const bare = bareColumn(expression);
  const name = alias ?? bare ?? fallback;
  const inner = alias ?? bare ?? around.fresh(fallback);
  return { expression, name, inner, item: inner === bare ? inner : `${expression} AS ${inner}` };
}
