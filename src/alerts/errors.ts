import { errorTable } from '../core/errors';

const many = (n: number) => (n === 1 ? '1 problem' : `${n} problems`);

/** Sentences of the room `alerts`. */
export const fail = errorTable({
  usage_rule_file: (f: { file: string; problems: readonly string[] }) =>
    `${f.file} has ${many(f.problems.length)}. Correct it and run the command again (docs/alerts.md lists every key).\n` +
    f.problems.map((line) => `  ${line}`).join('\n'),
  usage_rule_file_unreadable: (f: { file: string; reason: string }) =>
    `${f.file} cannot be read (${f.reason}). Check its path and permissions.`,
  rule_input: (f: { place: string; reason: string }) => `${f.place}: the rows could not be inserted: ${f.reason}`,
  rule_input_table: (f: { place: string; table: string }) =>
    `${f.place}: there is no table "${f.table}" in Tidemark's database. docs/architecture.md lists the tables; those of ClickHouse's own are written system.NAME, and a rule has to name them in systemTables.`,
  rule_input_column: (f: { place: string; table: string; column: string; has: readonly string[] }) =>
    `${f.place}: table ${f.table} has no column "${f.column}". It has: ${f.has.join(', ')}.`,
  usage_unknown_rule: (f: { rule: string; installed: readonly string[]; hint: string }) =>
    `There is no alert rule "${f.rule}" here. Rules: ${f.installed.join(', ') || 'none is installed; run tidemark migrate'}.${f.hint}`,
  usage_alertmanager_url: (f: { given: string }) =>
    `--alertmanager "${f.given}" is not an address. Write http://host:9093, with the path prefix if it has one.`,
  usage_interval: (f: { given: string }) =>
    `--interval "${f.given}" is no length from a second to an hour. Write 30s, 1m or 5m.`,
  alertmanager_unreachable: (f: { url: string; reason: string }) =>
    `Alertmanager at ${f.url} cannot be reached (${f.reason}). Start it, or correct --alertmanager. What is to be told is kept and tried again.`,
  alertmanager_refused: (f: { url: string; status: number; said: string }) =>
    `Alertmanager at ${f.url} refused (status ${f.status}): ${f.said || 'nothing was said'}. Its API v2 is needed (Alertmanager 0.16 or newer) under --alertmanager.`,
  alertmanager_undelivered: (f: { kind: string; attempts: number }) =>
    `Alertmanager failed ${f.attempts === 1 ? 'once' : `${f.attempts} times`} to deliver by ${f.kind}. ${
      f.kind === 'slack'
        ? 'Look at alerts.slack: the file slack_url (or slack_token) in alerts.secrets has to be there for Alertmanager, and Slack has to know what is in it.'
        : f.kind === 'email'
          ? 'Look at alerts.email: smarthost has to take mail from this machine, with user, smtp_password in alerts.secrets and requireTls as it wants them.'
          : 'Look at that receiver.'
    } Its own log says why.`,
  unknown_panel: (f: { rule: string; page: string; panel: string; panels: readonly string[] }) =>
    `Rule ${f.rule} watches panel "${f.panel}" of dashboard "${f.page}", which has none of that title. Its panels: ${f.panels.join(', ')}. Correct \`watches\` in the rule's source.`,
});
