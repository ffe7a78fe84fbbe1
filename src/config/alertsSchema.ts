import { z } from 'zod';

import { defaultAlerts, defaultEmail } from './config';

const text = (description: string) => z.string().min(1).describe(description);
const name = z.string().min(1);
const limit = z.union([z.number(), z.string().min(1)]);

const thresholds = z
  .record(
    name,
    z
      .object({
        subjects: z
          .record(name, z.record(name, limit))
          .optional()
          .describe('Subject, as the alert view writes it: its own limits.'),
      })
      .catchall(limit),
  )
  .default({})
  .describe(
    'Rule: limit: value, with its unit (3 %, 800 ms, 15 m, 20 GiB) or as a plain number. docs/alerts.md lists all.',
  );

const holiday = z.strictObject({
  day: z.iso.date().describe('Day off, as 2026-12-25.'),
  name: text('What it is called.').default('holiday'),
});

const slack = z
  .strictObject({
    channel: text('Channel: #name or its id. Needed by token; a webhook has its own.').default('#alerts'),
    by: z
      .enum(['webhook', 'token'])
      .default('webhook')
      .describe('webhook: environment variable TIDEMARK_SLACK_URL. token: TIDEMARK_SLACK_TOKEN and the channel.'),
  })
  .optional()
  .describe('Messages in Slack; all of them.');

const email = z
  .strictObject({
    to: z.array(z.email('an address such as ops@example.com')).min(1).describe('Addresses.'),
    from: z
      .email('an address such as tidemark@example.com')
      .default(defaultEmail.from)
      .describe('Sender, where Alertmanager sends.'),
    smarthost: z
      .string()
      .regex(/^[^\s:]+:\d{1,5}$/, 'host:port, such as smtp.example.com:587')
      .default(defaultEmail.smarthost)
      .describe('SMTP server as host:port, where Alertmanager sends.'),
    user: text('Login at the SMTP server. Its password is the file smtp_password in alerts.secrets.').optional(),
    requireTls: z
      .boolean()
      .default(defaultEmail.requireTls)
      .describe('Whether to refuse an SMTP server that does not encrypt.'),
  })
  .optional()
  .describe('Messages by email; the critical ones.');

/** Section `alerts` of tidemark.yaml. */
export const alerts = z
  .strictObject({
    off: z.array(name).default([]).describe('Rules that are not installed.'),
    thresholds,
    subjects: z
      .record(name, z.array(name))
      .default({})
      .describe('Rule: subjects that it tells of also when nothing is known of them.'),
    holidays: z.array(holiday).default([]).describe('Days on which a drop is no news.'),
    bridgeDays: z
      .boolean()
      .default(true)
      .describe(
        'Whether the single working day between a holiday and a weekend or another holiday counts as one, and the two between holidays around a weekend.',
      ),
    through: z
      .enum(['clickhouse', 'mysql'])
      .default('clickhouse')
      .describe(
        'Data source through which Grafana asks: grafana-clickhouse-datasource, or mysql over ClickHouse’s MySQL port.',
      ),
    team: text('Label team of all alerts.').default('data'),
    grafana: z.url().optional().describe('Address of your Grafana, for links in messages that do not come from it.'),
    runbooks: text('Address below which the runbooks are read.').default('docs/runbooks'),
    secrets: text('Folder of the files slack_url, slack_token and smtp_password, as Alertmanager sees it.').default(
      defaultAlerts.secrets,
    ),
    slack,
    email,
  })
  .describe('Who is told what, and from which numbers on.');

export type WrittenAlerts = z.output<typeof alerts>;
