// The engine runs in a process of its own on a machine that may be busy.
jest.setTimeout(60_000);
// Fifty milliseconds are a promise to PostgreSQL, not one that two busy cores can keep.
process.env['TIDEMARK_PG_STATEMENT_MS'] = '500';
