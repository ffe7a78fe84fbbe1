import type { DashboardSql, TablePanel } from '../spec';

/** From which numbers on. */
export function limitsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Limits in force',
    about: {
      what: 'The numbers that decide, and where each comes from: the rule’s own (*default*), `tidemark.yaml`, or somebody’s row in `threshold_edits` (*edited*), which counts at once, here, on the charts and for the alert.',
      how: "Move one by SQL: `INSERT INTO threshold_edits (rule, subject, name, value, note) VALUES (…)`; subject '' means all; the same row with del = 1 takes it back. docs/alerts.md tells more.",
      from: ['limits'],
    },
    columns: [
      { name: 'Rule', width: 210 },
      { name: 'Limit', width: 130 },
      { name: 'Value', width: 100 },
      { name: 'Of', width: 150 },
      { name: 'From', metric: 'origin', coloured: 'text', width: 120 },
      { name: 'What it means' },
    ],
    sql: `
      SELECT
        title ${sql.as('Rule')}, name ${sql.as('Limit')}, value_text ${sql.as('Value')}, if(subject = '', 'all', subject) ${sql.as('Of')},
        origin ${sql.as('From')}, description ${sql.as('What it means')}
      FROM ${sql.table('limits')}`,
  };
}

/** When nobody is to be told. */
export function quietTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Mutes and holidays',
    about: {
      what: 'What holds alerts back: mutes that run, are to come, or touch the range; days off work from the begin of the range on, on which a drop is no news.',
      how: "Mute by SQL: `INSERT INTO mutes (rule, subject, until, reason) VALUES (…)`; rule '' or subject '' means all. Holidays stand in `tidemark.yaml` or in `holiday_edits`.",
      from: ['mutes', 'catalog_rules', 'holidays'],
    },
    weight: 2,
    columns: [
      { name: 'What', width: 75 },
      { name: 'Of', wrap: true },
      { name: 'From', metric: 'day', width: 130 },
      { name: 'Until', metric: 'day', width: 130 },
      { name: 'Why', wrap: true },
    ],
    sql: `
      SELECT what ${sql.as('What')}, of ${sql.as('Of')}, begins ${sql.as('From')}, ends ${sql.as('Until')}, why ${sql.as('Why')}
      FROM (
        SELECT 'mute' AS what, concat(if(mutes.rule = '', 'all rules', if(title = '', mutes.rule, title)), if(subject = '', '', concat(': ', subject))) AS of,
          formatDateTime(since, '%F %H:%i') AS begins, if(isNull(until), 'for ever', formatDateTime(assumeNotNull(until), '%F %H:%i')) AS ends, reason AS why
        FROM ${sql.table('mutes')} AS mutes
        LEFT JOIN ${sql.table('catalog_rules')} AS rules ON rules.rule = mutes.rule
        WHERE ifNull(until, now() + INTERVAL 1 DAY) >= $__fromTime
        UNION ALL
        SELECT 'day off', 'rules about days', toString(day), toString(day), name
        FROM ${sql.table('holidays')} WHERE day >= toDate($__fromTime)
      )
      ORDER BY begins DESC
      LIMIT 200`,
  };
}
