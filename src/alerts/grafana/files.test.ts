import Ajv from 'ajv';
import { parse } from 'yaml';

import schema from '../../../test/schemas/grafanaAlerting.schema.json';
import { defaultAlerts } from '../../config/config';
import type { AlertsConfig } from '../../config/config';
import { renderDashboards } from '../../dashboards/dashboards';
import { defaultSettings } from '../../dashboards/settings';
import type { BuildSettings } from '../../dashboards/settings';
import { alertRules } from '../../packs/rules';
import { grafanaAlertFiles, possibleGrafanaPaths } from './files';

const validate = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false, strictRequired: false }).compile(
  schema,
);

interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly relativeTimeRange?: { readonly from: number; readonly to: number };
    readonly model: {
      readonly refId: string;
      readonly rawSql?: string;
      readonly expression?: string;
      readonly datasource: { readonly uid: string };
    };
  }[];
  readonly dashboardUid?: string;
  readonly panelId?: number;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly for: string;
  readonly keepFiringFor: string;
  readonly missing_series_evals_to_resolve: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly notification_settings?: { readonly receiver: string; readonly mute_time_intervals?: readonly string[] };
}
interface AlertingFile {
  readonly groups?: readonly {
    readonly name: string;
    readonly folder: string;
    readonly interval: string;
    readonly rules: readonly Rule[];
  }[];
  readonly deleteRules?: readonly { readonly uid: string }[];
  readonly contactPoints?: readonly {
    readonly name: string;
    readonly receivers: readonly {
      readonly uid: string;
      readonly type: string;
      readonly settings: Readonly<Record<string, unknown>>;
    }[];
  }[];
  readonly policies?: readonly Route[];
  readonly muteTimes?: readonly { readonly name: string }[];
  readonly templates?: readonly { readonly template: string }[];
}
interface Route {
  readonly receiver: string;
  readonly mute_time_intervals?: readonly string[];
  readonly routes?: readonly Route[];
}

const settings = (alerts: Partial<AlertsConfig>, more: Partial<BuildSettings> = {}): BuildSettings => ({
  ...defaultSettings,
  ...more,
  alerts: { ...defaultAlerts, ...alerts },
});

const webhook = { channel: '#alerts', by: 'webhook' } as const;
const token = { channel: '#ops$1', by: 'token' } as const;
const email = {
  to: ['ops@example.com', 'cto@example.com'],
  from: 'tidemark@example.com',
  smarthost: 'mail.example:587',
  requireTls: true,
};

const configurations: readonly (readonly [string, BuildSettings])[] = [
  ['nobody told', settings({})],
  ['Slack by webhook', settings({ slack: webhook })],
  ['Slack by token, and email', settings({ slack: token, email })],
  ['email alone', settings({ email })],
  [
    'through MySQL, another zone and database',
    settings(
      { through: 'mysql', slack: webhook, email },
      { timezone: 'Asia/Kolkata', database: 'tm $x', secure: true },
    ),
  ],
  [
    'a team with $, runbooks on the web',
    settings({ team: 'a$b', runbooks: 'https://wiki.example/runbooks', slack: webhook }),
  ],
  ['one rule off, no roles', settings({ off: ['error_rate'], slack: webhook }, { roles: ['events'], sections: [] })],
];

/** Both folders' files, parsed: what stands in one Grafana together. */
function folders(own: BuildSettings): readonly (readonly [string, AlertingFile])[] {
  const files = grafanaAlertFiles(own);
  return ['provisioning/alerting/', 'provisioning/compose/alerting/'].map((folder) => [
    folder,
    Object.assign(
      {},
      ...files.filter(({ path }) => path.startsWith(folder)).map(({ content }) => parse(content) as object),
    ) as AlertingFile,
  ]);
}
const rulesOf = (file: AlertingFile) => (file.groups ?? []).flatMap(({ rules }) => rules);

describe.each(configurations)('%s', (_, own) => {
  const inGrafana = folders(own);

  test('every file fits the schema, and its path is a known one', () => {
    for (const { path, content } of grafanaAlertFiles(own)) {
      validate(parse(content));
      expect([path, validate.errors ?? []]).toEqual([path, []]);
      expect(possibleGrafanaPaths).toContain(path);
    }
  });

  test.each(inGrafana)('%s names nothing that is not there', (_folder, file) => {
    const points = (file.contactPoints ?? []).map(({ name }) => name);
    const mutes = (file.muteTimes ?? []).map(({ name }) => name);
    const routes = (file.policies ?? []).flatMap((root) => [root, ...(root.routes ?? [])]);
    const notified = rulesOf(file).flatMap(({ notification_settings }) => notification_settings ?? []);
    for (const { receiver, mute_time_intervals = [] } of [...routes, ...notified]) {
      expect(points).toContain(receiver);
      for (const name of mute_time_intervals) expect(mutes).toContain(name);
    }
    const text = (file.templates ?? []).map(({ template }) => template).join('');
    const defined = [...text.matchAll(/\{\{ define "([^"]+)" \}\}/g)].map(([, name]) => name);
    const asked = [...JSON.stringify(file.contactPoints ?? []).matchAll(/template \\"([^"\\]+)\\"/g)].map(
      ([, name]) => name,
    );
    for (const name of asked) expect(defined).toContain(name);
    // Either the rules name their contact point, or policies route: never both.
    expect(routes.length > 0 && notified.length > 0).toBe(false);
  });

  test.each(inGrafana)('%s has the rules as Grafana takes them', (_folder, file) => {
    const rules = rulesOf(file);
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
    expect(rules.length + (file.deleteRules ?? []).length).toBe(alertRules.length);
    for (const { interval } of file.groups ?? []) expect(interval).toBe('1m');
    for (const rule of rules) {
      const { data, labels, annotations } = rule;
      expect(data.map(({ refId, model }) => [refId, model.refId])).toEqual(
        ['firing', 'value', 'threshold', 'condition'].map((ref) => [ref, ref]),
      );
      for (const { relativeTimeRange, model, datasourceUid } of data) {
        expect(datasourceUid).toBe(model.datasource.uid);
        if (relativeTimeRange) expect(relativeTimeRange.from).toBeGreaterThan(relativeTimeRange.to);
      }
      expect(data[3]).toMatchObject({ refId: rule.condition, model: { expression: 'firing' } });
      // A label of the rule's own would drop a column of that name: subject, firing, value, threshold.
      expect(Object.keys(labels)).toEqual(['pack', 'severity', 'team', 'rule']);
      // Grafana fills in ${…} of annotations from its environment.
      expect(JSON.stringify(annotations)).not.toContain('${');
      expect(annotations['summary']).not.toMatch(/\{(subject|value|threshold)\}/);
      expect([annotations['__dashboardUid__'], annotations['__panelId__']]).toEqual([
        rule.dashboardUid,
        rule.panelId === undefined ? undefined : String(rule.panelId),
      ]);
    }
  });

  test('rules lead to a panel that is there, of the title that they watch', () => {
    const panels = new Map(renderDashboards(own).map(({ uid, panels: all = [] }) => [uid, all] as const));
    for (const { labels, dashboardUid, panelId } of rulesOf(inGrafana[0]?.[1] ?? {})) {
      const watched = alertRules.find(({ name }) => name === labels['rule'])?.watches.panel;
      if (dashboardUid === undefined) continue;
      const panel = panels.get(dashboardUid)?.find((p) => 'id' in p && p.id === panelId);
      expect(panel?.title).toBe(watched);
    }
  });

  test('secrets are references to the environment', () => {
    for (const [, { contactPoints = [] }] of inGrafana)
      for (const { settings: set } of contactPoints.flatMap(({ receivers }) => receivers)) {
        if ('url' in set) expect(set['url']).toBe('${TIDEMARK_SLACK_URL}');
        if ('token' in set) expect(set['token']).toBe('${TIDEMARK_SLACK_TOKEN}');
      }
  });
});

const own = (alerts: Partial<AlertsConfig>) => folders(settings(alerts))[0]?.[1] ?? {};
const compose = (alerts: Partial<AlertsConfig>) => folders(settings(alerts))[1]?.[1] ?? {};

test('with everything mapped every rule has its panel', () => {
  for (const { uid, panelId } of rulesOf(own({}))) expect([uid, panelId]).toEqual([uid, expect.any(Number)]);
});

test('critical alerts go both ways, others to Slack; without Slack all go by email; without either Grafana’s own policies decide', () => {
  const ways = ({ contactPoints = [] }: AlertingFile) =>
    Object.fromEntries(contactPoints.map(({ name, receivers }) => [name, receivers.map(({ type }) => type)]));
  expect(ways(own({ slack: webhook, email }))).toEqual({
    'tidemark-critical': ['slack', 'email'],
    'tidemark-warning': ['slack'],
  });
  expect(ways(own({ email }))).toEqual({ 'tidemark-critical': ['email'], 'tidemark-warning': ['email'] });
  expect(ways(own({}))).toEqual({});
  expect(rulesOf(own({})).every((rule) => rule.notification_settings === undefined)).toBe(true);
  expect(rulesOf(own({ slack: webhook })).every((rule) => rule.notification_settings !== undefined)).toBe(true);
});

test('docker-compose always has both ways, and a tree that routes by severity', () => {
  const [root] = compose({}).policies ?? [];
  expect(root).toMatchObject({ receiver: 'tidemark-warning', repeat_interval: '4h' });
  expect(root?.routes).toMatchObject([
    { receiver: 'tidemark-critical', object_matchers: [['severity', '=', 'critical']], repeat_interval: '1h' },
    { receiver: 'tidemark-warning', object_matchers: [['severity', '=', 'warning']], repeat_interval: '4h' },
    { object_matchers: [['severity', '=', 'info']], mute_time_intervals: ['tidemark-nights', 'tidemark-weekends'] },
  ]);
  expect(JSON.stringify(compose({}).contactPoints)).toMatch(/slack.*email/);
});

test('all rules keep their state while nobody answers; only who watches the watchman tells', () => {
  for (const rule of rulesOf(own({}))) {
    const tells = alertRules.find(({ name }) => name === rule.labels['rule'])?.noData === 'Alerting';
    expect([rule.uid, rule.noDataState, rule.execErrState]).toEqual([
      rule.uid,
      ...(tells ? ['Alerting', 'Alerting'] : ['KeepLast', 'KeepLast']),
    ]);
  }
});

test('a rule reads as its source says', () => {
  const rule = rulesOf(own({ slack: webhook })).find(({ uid }) => uid === 'tm-error-rate');
  expect(rule).toMatchObject({
    title: 'Error rate',
    for: '5m',
    keepFiringFor: '10m',
    missing_series_evals_to_resolve: 15,
    labels: { pack: 'service', severity: 'critical', team: 'data', rule: 'error_rate' },
    notification_settings: {
      receiver: 'tidemark-critical',
      group_by: ['grafana_folder', 'alertname'],
      repeat_interval: '1h',
    },
  });
  expect(rule?.data[0]?.model).toMatchObject({
    editorType: 'sql',
    format: 1,
    rawSql:
      "SELECT if(held = 1, '-', a.subject) AS subject, max(if(held = 1, 0, a.firing)) AS firing FROM `tidemark`.`alert_error_rate` AS a GROUP BY if(held = 1, '-', a.subject)",
  });
  expect(rule?.annotations['summary']).toBe(
    '{{ $labels.subject }}: {{ with $values.value }}{{ humanizePercentage .Value }}{{ else }}?{{ end }} of the requests failed in the last five whole minutes, more than {{ with $values.threshold }}{{ humanizePercentage .Value }}{{ else }}?{{ end }} may.',
  );
});

test('what is expanded has its $ doubled, what is taken as it stands has not', () => {
  const file = own({ slack: token, team: 'a$b' });
  expect(rulesOf(file)[0]?.labels['team']).toBe('a$$b');
  expect(file.contactPoints?.[0]?.receivers[0]?.settings['recipient']).toBe('#ops$$1');
  expect(file.templates?.[0]?.template).toContain('range $i, $alert :=');
});

test('a rule that is switched off is deleted, because Grafana keeps what a file no longer has', () => {
  const file = own({ off: ['error_rate'] });
  expect(file.deleteRules).toContainEqual({ orgId: 1, uid: 'tm-error-rate' });
  expect(rulesOf(file).map(({ uid }) => uid)).not.toContain('tm-error-rate');
});

test.each<[string, object]>([
  [
    'the spelling of the HTTP API',
    { groups: [{ orgId: 1, name: 'g', folder: 'f', interval: '1m', rules: [{ keep_firing_for: '1m' }] }] },
  ],
  [
    'a policy file whose root has matchers',
    { policies: [{ orgId: 1, receiver: 'r', group_by: ['alertname', 'grafana_folder'], object_matchers: [] }] },
  ],
  [
    'Slack with neither address nor token',
    { contactPoints: [{ orgId: 1, name: 'c', receivers: [{ uid: 'u', type: 'slack', settings: { text: 'x' } }] }] },
  ],
  [
    'Slack by token without channel',
    { contactPoints: [{ orgId: 1, name: 'c', receivers: [{ uid: 'u', type: 'slack', settings: { token: '${T}' } }] }] },
  ],
  [
    'a single $ in a setting',
    {
      contactPoints: [
        { orgId: 1, name: 'c', receivers: [{ uid: 'u', type: 'email', settings: { addresses: 'a$b@c.de' } }] },
      ],
    },
  ],
  [
    'an hour that is none',
    { muteTimes: [{ orgId: 1, name: 'm', time_intervals: [{ times: [{ start_time: '7:00', end_time: '25:00' }] }] }] },
  ],
  ['a file that says nothing', {}],
])('the schema refuses %s', (_, content) => {
  expect(validate({ apiVersion: 1, ...content })).toBe(false);
});
