import { readFile, writeFile } from 'node:fs/promises';

import { fail } from './errors';
import { properties } from './properties';

/**
 * Fills `${NAME}` in a file as envsubst does; `${env:NAME}` is another program's and stays. Throws `missing_value` where a name has
 * no value.
 */
export async function filled(file: string, values: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(file, 'utf8');
  return text.replaceAll(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw fail('missing_value', { file, name });
    return value;
  });
}

/**
 * Writes the filled file of properties elsewhere, readable by nobody else; lines of `more` are added or take another's place. Returns
 * its path.
 */
export async function fillInto(
  file: string,
  target: string,
  values: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const lines = (await filled(file, values)).split('\n');
  const kept = lines.filter((line) => !Object.keys(more).some((name) => line.startsWith(`${name}=`)));
  await writeFile(target, `${kept.join('\n')}\n${properties(more)}`, { mode: 0o600 });
  return target;
}
