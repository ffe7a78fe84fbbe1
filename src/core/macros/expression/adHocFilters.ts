import { literal } from '../../sql/quote';
import { predicates } from '../../adhoc/predicate';
import { tokenize } from '../../sql/lexer';
import type { ExpressionMacro } from '../macro';

export const adHocFilters: ExpressionMacro = {
  kind: 'expression',
  name: '$__adHocFilters',
  arguments: [{ name: 'table', description: "table name in quotes, as `'events'` or `'shop.events'`", repeated: true }],
  description:
    'Applies the ad hoc filters to these tables by the setting `additional_table_filters`; to be put after SETTINGS. Needs a user who may set it: without the macro, filters go into the query’s own WHERE and need no setting.',
  example: "SETTINGS $__adHocFilters('events')",
  expand: (tables, { adhoc = [] }, refuse) => {
    const wrong = tables.find((table) => !isString(table));
    if (wrong !== undefined) throw refuse(`the table ${wrong} is not in single quotes. Write it as 'table'.`);
    const { sql } = predicates(adhoc);
    const entries = sql === '' ? [] : tables.map((table) => `${table}: ${literal(sql)}`);
    return `additional_table_filters={${entries.join(', ')}}`;
  },
};

function isString(text: string): boolean {
  const tokens = tokenize(text);
  return tokens.length === 1 && tokens[0]?.kind === 'string';
}
