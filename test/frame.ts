/** A column of an answer as a data frame of Grafana would hold it. */
export interface FrameColumn {
  readonly name: string;
  /** Type as the database or the protocol has it. */
  readonly type: string;
  readonly kind: 'string' | 'number' | 'time' | 'other';
}

export interface Frame {
  readonly columns: readonly FrameColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Labels that a rule has, or that Grafana gives: a column of such a name would be dropped. */
export const reservedLabels = [
  'pack',
  'severity',
  'team',
  'rule',
  'alertname',
  'rulename',
  'grafana_folder',
  'rule_uid',
  'datasource_uid',
  'ref_id',
];

/**
 * What keeps Grafana's server-side expressions from making numbers of a table, each row one, labelled by its text columns. Empty where
 * nothing does: labels are text, exactly one column is a number and never NULL or NaN, there is no time, there are rows, no two of the
 * same labels.
 */
export function frameProblems({ columns, rows }: Frame): string[] {
  const numbers = columns.filter(({ kind }) => kind === 'number');
  const labels = columns.filter(({ kind }) => kind === 'string');
  const others = columns.filter(({ kind }) => kind === 'time' || kind === 'other');
  const identities = rows.map((row) => JSON.stringify(row.filter((_, at) => columns[at]?.kind === 'string')));
  const at = columns.findIndex(({ kind }) => kind === 'number');
  return [
    ...(numbers.length === 1 ? [] : [`${numbers.length} numeric columns`]),
    ...(labels.length === 1 && labels[0]?.name === 'subject'
      ? []
      : [`labels ${labels.map(({ name }) => name).join(', ')}`]),
    ...others.map(({ name, type }) => `column ${name} of type ${type}`),
    ...columns.filter(({ name }) => reservedLabels.includes(name)).map(({ name }) => `column ${name} is a label`),
    ...(rows.length > 0 ? [] : ['no rows']),
    ...(new Set(identities).size === rows.length ? [] : ['two rows of the same labels']),
    ...rows
      .filter((row) => !Number.isFinite(Number(row[at] ?? NaN)))
      .map((row) => `no number in ${JSON.stringify(row)}`),
    ...rows
      .filter((row) => row.some((cell, i) => columns[i]?.kind === 'string' && cell === ''))
      .map(() => 'an empty label'),
  ];
}
