/** A Java properties file: `name=value` lines. Backslashes of values are doubled, as the format wants it. */
export function properties(values: Readonly<Record<string, string | number | boolean>>): string {
  const line = ([name, value]: [string, string | number | boolean]) =>
    `${name}=${String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`;
  return `${Object.entries(values).map(line).join('\n')}\n`;
}
