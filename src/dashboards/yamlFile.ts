import { Scalar, stringify } from 'yaml';

import { fail } from './errors';

/**
 * A reference that Grafana's server fills in when it reads the file. Throws `bad_env_name` for what no shell could set.
 * @example envReference('TIDEMARK_CLICKHOUSE_URL') // '${TIDEMARK_CLICKHOUSE_URL}'
 */
export function envReference(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw fail('bad_env_name', { name });
  return `\${${name}}`;
}

/** A plain value in a provisioning file: Grafana expands `$` in every string, so each is doubled. */
export function plainValue(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** A text that some readers of YAML take for something else (`07:00`, `=`), in quotes. */
export function quoted(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = 'QUOTE_SINGLE';
  return scalar;
}

/**
 * A provisioning file: comment lines that say what it is, then the content. Lines are not folded, nothing is an alias.
 * @param what sentences; each a line
 */
export function yamlFile(what: readonly string[], content: object): string {
  const [first = '', ...more] = what;
  const head = [`${first} Written by \`tidemark build\`: change tidemark.yaml, not this file.`, ...more];
  return `${head.map((line) => `# ${line}\n`).join('')}${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
