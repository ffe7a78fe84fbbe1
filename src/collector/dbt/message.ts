/** Letters that are kept of a message. */
const most = 500;

/**
 * What dbt says of a node, fit to be shown and sent: without the values and statements that a database quotes in its errors, without
 * passwords, 500 characters at most. Errors of dbt itself (compilation) keep their names.
 * @example shortMessage("Database Error in model b (models/b.sql)\n  Code: 6. Cannot parse string 'anna' as Int32") // "Database Error in model b (models/b.sql) Code: 6. Cannot parse string '…' as Int32"
 */
export function shortMessage(message: string | null | undefined): string {
  const kept = (message ?? '')
    .replace(/\n\s*compiled code at .*$/s, '')
    .replace(/ \(for url [^)]*\)/g, '')
    .replace(/ \(version [^)]*\)/g, '')
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '…@…')
    .replace(/(:\/\/[^\s:/@]+:)[^\s@]+@/g, '$1…@')
    .replace(/\b(password|passwd|secret|token|api_key)\b(\s*[=:]\s*)\S+/gi, '$1$2…');
  const safe = isOfDatabase(kept) ? withoutData(kept) : kept;
  const line = safe.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

const isOfDatabase = (message: string) => /DB::Exception|Database Error/.test(message);

const withoutData = (message: string): string =>
  message
    // The statement, or the part of it, that ClickHouse repeats.
    .replace(/[:,]? (?:[Ii]n scope|[Ww]hile (?:executing|processing)) .*?(?= \([A-Z_]+\)|$)/gs, '')
    .replace(/'(?:[^'\\]|\\.)*'/gs, "'…'")
    .replace(/"(?:[^"\\]|\\.)*"/gs, '"…"');
