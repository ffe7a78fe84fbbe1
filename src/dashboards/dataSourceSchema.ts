import { z } from 'zod';
import { pluginId } from './query';

/** Text that Grafana fills in from its environment: `$NAME` or `${NAME}`. */
const reference = z
  .string()
  .regex(/^\$(?:\w+|\{\w+\})$/)
  .describe('Filled in from the environment of Grafana’s server');

const orReference = <T extends z.ZodType>(type: T) => z.union([type, reference]);
const count = orReference(z.number().int().positive());
const on = orReference(z.boolean());

const jsonData = z
  .object({
    defaultDatabase: z.string().describe('Database of table names without one; the user’s own where absent'),
    maxRows: count.describe('Rows that one query may return; the rest is cut off with a notice. Default 1000000'),
    maxMegabytes: count.describe('MiB of FORMAT Native that one query may return. Default 256'),
    timeout: count.describe('Seconds that Grafana’s proxy waits for ClickHouse; Grafana’s own default where absent'),
    tlsAuth: on.describe('Log in with tlsClientCert and tlsClientKey'),
    tlsAuthWithCACert: on.describe('Trust tlsCACert'),
    tlsSkipVerify: on.describe('Take any certificate: unsafe'),
    serverName: z.string().describe('Name in the server’s certificate, where it is not that of the URL'),
    oauthPassThru: on.describe('Forward the viewer’s OAuth token'),
    keepCookies: z.array(z.string()).describe('Cookies of the viewer that are passed on'),
  })
  .partial()
  .catchall(z.unknown())
  .describe(
    'httpHeaderName1, httpHeaderName2 … name further headers; their values are httpHeaderValue1 … of secureJsonData',
  );

const secureJsonData = z
  .object({
    basicAuthPassword: z.string(),
    tlsCACert: z.string(),
    tlsClientCert: z.string(),
    tlsClientKey: z.string(),
  })
  .partial()
  .catchall(z.string())
  .describe('Kept by Grafana’s server, never sent to a browser');

const dataSource = z.strictObject({
  name: z.string().min(1),
  uid: z
    .string()
    .regex(/^[a-zA-Z0-9\-_]{1,40}$/)
    .optional(),
  type: z.literal(pluginId),
  access: z.literal('proxy').describe('Requests go through Grafana’s server; nothing else is possible'),
  orgId: z.number().int().positive().optional(),
  url: orReference(z.string().regex(/^https?:\/\/[^\s@]+$/)).describe(
    'ClickHouse’s HTTP interface as Grafana’s server reaches it: port 8123, with TLS 8443',
  ),
  isDefault: z.boolean().optional(),
  editable: z.boolean().optional(),
  version: z.number().int().optional(),
  basicAuth: on.optional().describe('Whether basicAuthUser and basicAuthPassword are sent'),
  basicAuthUser: z.string().optional(),
  withCredentials: z.boolean().optional(),
  jsonData: jsonData.optional(),
  secureJsonData: secureJsonData.optional(),
});

const dataSourceFileSchema = z.strictObject({
  apiVersion: z.literal(1),
  prune: z.boolean().optional(),
  deleteDatasources: z.array(z.strictObject({ name: z.string(), orgId: z.number().int().optional() })).optional(),
  datasources: z.array(dataSource).min(1),
});

/** JSON Schema of a provisioning file with this data source, as committed in docs/datasource.schema.json. */
export function dataSourceJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(dataSourceFileSchema, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'provisioning/datasources/*.yaml with tidemark-clickhouse-datasource' };
}
