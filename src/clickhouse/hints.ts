/** What to do about the errors of ClickHouse that dashboards meet, by the server's error code. */
const nextSteps: Readonly<Record<number, string>> = {
  16: 'Check the name of the column, or take it from the table with DESCRIBE TABLE.',
  43: 'A function got a type that it cannot take: check the types of the columns with DESCRIBE TABLE, or cast the column.',
  47: 'Check the spelling of the column or alias, or look at the columns with DESCRIBE TABLE.',
  53: 'The compared types do not fit: cast one side, for instance toDateTime(…) or toString(…).',
  60: 'Check database and table name; if it is a table of Tidemark, run "tidemark migrate".',
  62: 'Look at the position that the server names, in the statement with its macros expanded: "SQL sent" in the query editor shows it below its first line.',
  81: 'Check the database name; if it is the database of Tidemark, run "tidemark migrate".',
  158: 'The query reads more rows than this user may: narrow the time range or read a rollup.',
  159: 'The query ran longer than this user may: narrow the time range or read a rollup.',
  160: 'The query would run longer than this user may: narrow the time range or read a rollup.',
  164: 'This user is read-only, which is right for dashboards: the statement changes data or a setting, so leave that part out.',
  202: 'The server runs as many queries as it may: refresh less often or raise max_concurrent_queries.',
  241: 'The query needed more memory than it may use: narrow the time range, group by fewer columns, or read a rollup.',
  291: 'The user may not use this database: grant it, or choose another default database.',
  307: 'The query reads more bytes than this user may: narrow the time range or read a rollup.',
  386: 'Two branches have types without a common one: cast both to the same type.',
  394: 'The query was stopped on the server: run it again if that was not intended.',
  396: 'The result is larger than this user may fetch: aggregate, or add LIMIT.',
  497: 'The user lacks a right: grant the one that the server names.',
};

/** The next step for a server error code; empty where the server's own text has to do. */
export function nextStep(serverCode: number): string {
  return nextSteps[serverCode] ?? '';
}
