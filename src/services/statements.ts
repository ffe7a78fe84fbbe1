/**
 * The statements of a file of SQL, without comments on lines of their own. Splits at semicolons that end a line, so none may stand
 * there inside a text.
 */
export const statementsOf = (sql: string): readonly string[] =>
  sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
