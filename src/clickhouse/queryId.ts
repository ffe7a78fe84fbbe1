/**
 * A new query id, unique for all practical purposes. `crypto.randomUUID` is not used: browsers offer it on https only,
 * and Grafana often runs on plain http.
 * @param fill fills the array with random bytes (`crypto.getRandomValues`)
 * @example newQueryId((bytes) => crypto.getRandomValues(bytes)) // 'tidemark-3f9c…' (32 hex digits)
 */
export function newQueryId(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): string {
  const bytes = new Uint8Array(16);
  fill(bytes);
  return `tidemark-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
