/** Settings under which every type may be made, and JSON says what no JSON parser would lose. */
export const typeSettings = `SETTINGS output_format_json_quote_denormals = 1, output_format_json_escape_forward_slashes = 0,
  output_format_json_quote_64bit_integers = 0, allow_suspicious_low_cardinality_types = 1,
  allow_suspicious_variant_types = 1, allow_experimental_nullable_tuple_type = 1, flatten_nested = 0,
  allow_suspicious_types_in_group_by = 1, use_variant_as_common_type = 0`;

/** Asks an engine over HTTP and returns the body. Throws with the statement and the server's words. */
export async function askBytes(
  url: string,
  sql: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const response = await fetch(`${url}/?${new URLSearchParams(parameters)}`, { method: 'POST', body: sql });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${Buffer.from(bytes).toString().slice(0, 400)}\n${sql.slice(0, 2000)}`);
  return bytes;
}

/** Rows of a SELECT of one column as the engine's JSON, each in one spelling: {@link oneSpelling}. */
export async function askJson(url: string, sql: string): Promise<string[]> {
  const bytes = await askBytes(url, sql, { default_format: 'JSONCompactEachRow' });
  const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1);
  return lines.map((line) => oneSpelling(line.slice(1, -1)));
}

/** JSON text in one spelling: escapes in strings alike, NaN and infinities in quotes, NaN without its sign bit. */
export const oneSpelling = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:nan|inf)\b/g, (token) => {
    if (token === '-nan' || token === '"-nan"') return '"nan"';
    return JSON.stringify(token.startsWith('"') ? JSON.parse(token) : token);
  });
