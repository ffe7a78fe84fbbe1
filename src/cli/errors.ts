import { errorTable } from '../core/errors';

/** Sentences of the CLI: what goes wrong between it and a ClickHouse. */
export const fail = errorTable({
  unreachable: (f: { url: string; reason: string }) =>
    `ClickHouse at ${f.url} cannot be reached (${f.reason}). Start it (npx tidemark serve starts an embedded one) or correct connection.url.`,
  engine_not_started: (f: { reason: string }) =>
    `The embedded ClickHouse did not start (${f.reason}). Run tidemark serve to see why, or name a ClickHouse with --url.`,
  timed_out: (f: { url: string }) =>
    `ClickHouse at ${f.url} did not answer in time. Look at its load (system.processes) and run the command again.`,
  not_clickhouse: (f: { url: string; reason: string }) =>
    `What answers at ${f.url} is not ClickHouse's HTTP interface (${f.reason}). Correct connection.url; the HTTP port is usually 8123 or 8443.`,
  wrong_password: (f: { url: string; user: string }) =>
    `ClickHouse at ${f.url} refused user "${f.user}": no such user or wrong password. Correct connection.user and connection.password ` +
    '(password: ${TIDEMARK_PASSWORD} reads an environment variable).',
  old_server: (f: { url: string; version: string; least: string }) =>
    `ClickHouse at ${f.url} is version ${f.version}; refreshable views that append need ${f.least} or newer. Upgrade the server.`,
  readonly_user: (f: { user: string; detail: string }) =>
    `User "${f.user}" may only read (readonly mode), and this command writes. Name a user that may create tables in connection.user. Server: ${f.detail}`,
  access_denied: (f: { user: string; detail: string }) =>
    `User "${f.user}" lacks a right. Grant it, or name another user in connection.user. Server: ${f.detail}`,
  unknown_database: (f: { detail: string }) =>
    `A database does not exist: ${f.detail} Run tidemark migrate if it is Tidemark's own, otherwise correct roles.*.table.`,
  unknown_table: (f: { detail: string }) =>
    `A table does not exist: ${f.detail} Run tidemark migrate if it is Tidemark's own, otherwise correct roles.*.table (tidemark seed makes the demo's).`,
  unknown_column: (f: { detail: string }) =>
    `A column does not exist: ${f.detail} Correct roles.*.columns: column names are case-sensitive.`,
  wrong_type: (f: { detail: string }) =>
    `A column has a type that does not fit: ${f.detail} Compare roles.*.columns with docs/config.md, which lists the types.`,
  server_error: (f: { code: string; detail: string }) =>
    `ClickHouse refused a statement (code ${f.code}): ${f.detail} Nothing was retried; correct the cause and run the command again.`,
  usage_bad_time: (f: { option: string; given: string }) =>
    `${f.option} "${f.given}" is no time. Write a day (2026-03-01), a time (2026-03-01T12:30, with Z or +02:00 for a fixed one), now, or how far back (30d, 12h, 90m, 2w).`,
  usage_bad_filter: (f: { given: string }) =>
    `--where "${f.given}" is no filter. Write dimension=value (several values with commas), dimension!=value, dimension=~pattern or dimension!~pattern.`,
  usage_bad_step: (f: { given: string }) =>
    `--steps "${f.given}" is no step. Write event, event[dimension=value] or event[plan=pro|team;country=DE], and ? behind one that may be left out; commas between steps.`,
  usage_bad_exclusion: (f: { given: string }) =>
    `--exclude "${f.given}" is no exclusion. Write event, or event:1-3 for one that voids ways between steps 1 and 3.`,
  usage_bad_window: (f: { given: string }) =>
    `--window "${f.given}" is no time above zero. Write a number and s, m, h, d or w: 30m, 12h, 14d.`,
  usage_replay_step: (f: { given: string }) =>
    `--step "${f.given}" is no length in whole minutes. Write 1m, 15m or 1h.`,
  usage_keep_tried: () =>
    '--keep writes history, which is of the limits in force: it does not go with --limit. Leave one of them out.',
  usage_tried_limit: (f: { given: string; known: readonly string[]; example?: string }) =>
    `--limit "${f.given}" is no limit of a rule with a value in its unit. Write rule.limit=value${f.example === undefined ? '' : `, such as ${f.example}`}. Known: ${f.known.join(', ')}.`,
  usage_funnel_what: (f: { saved: readonly string[] }) =>
    `tidemark funnel needs to know which: a saved one (${f.saved.join(', ') || 'none is saved yet'}) or --steps a,b,c.`,
  usage_funnel_range: (f: { from: string; to: string }) =>
    `The range has no day of entry: it begins on ${f.from} and ends before ${f.to}. Write an earlier --from or a later --to.`,
  usage_only_with: (f: { option: string; other: string }) =>
    `${f.option} only goes with ${f.other}. Give both, or leave ${f.option} out.`,
  usage_drop_what: () =>
    'tidemark drop needs to know what: --rollup NAME for one rollup, or --all for everything that tidemark migrate made. Without --yes it only shows it.',
  usage_role_unmapped: (f: { role: string; file: string; mapped: readonly string[] }) =>
    `--role ${f.role}: ${f.file} does not map this role. It maps: ${f.mapped.join(', ') || 'none'}.`,
  usage_file_exists: (f: { file: string }) =>
    `${f.file} exists and is left as it is. Write another file with --out, or overwrite it with --force.`,
  usage_no_variable: (f: { name: string }) =>
    `The environment has no ${f.name}. See tidemark demo connect --help and docker-compose.yaml.`,
  usage_no_pipeline: (f: { looked: readonly string[] }) =>
    `No pipeline of "tidemark demo pipeline" or "npm start -- --demo shop" runs in ${f.looked.join(', ')}. Start one, or name its folder with --dir.`,
  usage_database: (f: { database: string }) =>
    `--database ${f.database} is for the pipeline "materialized"; the one by Debezium and Kafka copies postgres to shop.`,
  usage_nobody_to_ask: () =>
    'tidemark init asks on a terminal, and this is none. Add --yes to take what it proposes (--out - --json only shows it).',
  usage_bad_zone: (f: { given: string }) =>
    `--timezone "${f.given}" does not exist. Write an IANA name such as Europe/Berlin or UTC.`,
  usage_bad_url: (f: { given: string }) =>
    `--url "${f.given}" is not an address. Write http://host:8123 or https://host:8443.`,
  file_unwritable: (f: { file: string; reason: string }) =>
    `${f.file} cannot be written (${f.reason}). Name another place with --out.`,
  usage_bad_scale: (f: { given: number; demo: string; most: number }) =>
    f.demo === 'product'
      ? `--scale ${f.given} is out of range: write 1 to ${f.most}.`
      : `--scale is only for the product demo: "${f.demo}" has the rows that it has. Leave it out.`,
  usage_unknown_retention: (f: { given: string; meant: string; saved: readonly string[]; file: string }) =>
    `No retention "${f.given}" is saved in ${f.file}.${f.meant} ${f.saved.length > 0 ? `Saved: ${f.saved.join(', ')}.` : 'None is saved.'} Without a name, --start, --back, --mode and so on ask for one that is not saved.`,
  usage_saved_retention: (f: { retention: string; option: string }) =>
    `${f.option} cannot change the saved retention ${f.retention}. Leave the name out and write all options, or leave ${f.option} out.`,
  usage_no_events: (f: { file: string }) =>
    `Retention is counted from role events, which ${f.file} does not map. Map roles.events.`,
  usage_bad_choice: (f: { option: string; given: string; accepted: readonly string[] }) =>
    `${f.option} "${f.given}" is none of ${f.accepted.join(', ')}.`,
  usage_range_backwards: (f: { from: string; to: string }) =>
    `--from ${f.from} lies after --to ${f.to}. Write the earlier day first.`,
  usage_bad_listen: (f: { given: string }) =>
    `--listen "${f.given}" is no address to listen on. Write 127.0.0.1:9464, or a port alone.`,
  usage_bad_number: (f: { option: string; given: string }) => `${f.option} "${f.given}" is no whole number.`,
});
