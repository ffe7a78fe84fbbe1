import type { BuildSettings } from '../../dashboards/settings';
import { yamlFile } from '../../dashboards/yamlFile';
import { orgId, templateNames } from './names';

/** Subjects that a message tells of one by one. */
const mostSubjects = 10;

/** How a kind of message writes text that is not ours, and links. */
interface Markup {
  /** Pipeline behind a text: what the reader's program would take for markup is made harmless. */
  readonly plain: string;
  /** A link; `url` is an expression. */
  link(url: string, text: string): string;
  /** Between two links. */
  readonly next: string;
}

const slack: Markup = {
  plain: ' | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"',
  link: (url, text) => `<{{ ${url} }}|${text}>`,
  next: ' · ',
};

const email: Markup = { plain: '', link: (url, text) => `${text}: {{ ${url} }}`, next: '{{ "\\n" }}' };

/** Verdict, rule, subject: the line that a phone shows of a message. An alert about the rule itself has the rule's name in `rulename`. */
const title = ({ plain }: Markup): readonly string[] => [
  'if eq .Status "firing" }}',
  'if eq .CommonLabels.severity "critical" }}🔴 Critical',
  'else if eq .CommonLabels.severity "info" }}🔵 Info',
  'else }}🟠 Warning',
  'end }}',
  'else }}✅ Over',
  'end }}',
  '": " }}',
  'with .CommonLabels.rulename }}{{ . }}{{ else }}{{ .CommonLabels.alertname }}{{ end }}',
  `with .CommonLabels.subject }}, {{ .${plain} }}`,
  'else }}',
  'if gt (len .Alerts) 1 }}',
  'if eq .Status "firing" }}, {{ len .Alerts.Firing }} firing{{ with .Alerts.Resolved }}, {{ len . }} over{{ end }}',
  'else }}, all {{ len .Alerts }} of them',
  'end }}',
  'end }}',
  'end }}',
];

const at = (time: string, zone: string, format: string) => `{{ ${time} | tz "${zone}" | date "${format}" }}`;

const newline = '"\\n" }}';

const links = ({ link, next }: Markup): readonly string[] => [
  `with .PanelURL }}${link('.', 'Panel')}${next}{{ end }}`,
  `with .Annotations.runbook_url }}${link('.', 'Runbook')}${next}{{ end }}`,
  `with .Annotations.runbook }}Runbook: {{ . }}${next}{{ end }}`,
  `"" }}${link('.SilenceURL', 'Silence')}`,
];

/** The rule's sentence, since when, links; then what is over. */
const body = (markup: Markup, zone: string): readonly string[] => [
  'range $i, $alert := .Alerts.Firing }}',
  `if lt $i ${mostSubjects} }}`,
  'if eq .Labels.alertname "DatasourceError" }}The rule could not be asked.',
  'else if eq .Labels.alertname "DatasourceNoData" }}The rule got no answer.',
  `else }}{{ .Annotations.summary${markup.plain} }}`,
  'end }}',
  `with .Annotations.Error }}{{ "\\n" }}Grafana was told: {{ .${markup.plain} }}{{ end }}`,
  `"\\nSince " }}${at('.StartsAt', zone, 'Mon 2 Jan 15:04 MST')}.`,
  newline,
  ...links(markup),
  '"\\n\\n" }}',
  'end }}',
  'end }}',
  `if gt (len .Alerts.Firing) ${mostSubjects} }}These are ${mostSubjects} of {{ len .Alerts.Firing }}.{{ "\\n\\n" }}{{ end }}`,
  'range $i, $alert := .Alerts.Resolved }}',
  `if lt $i ${mostSubjects} }}`,
  `with .Labels.subject }}{{ .${markup.plain} }}: over. {{ else }}Over. {{ end }}`,
  `"It lasted from " }}${at('.StartsAt', zone, 'Mon 2 Jan 15:04')} to ${at('.EndsAt', zone, 'Mon 2 Jan 15:04 MST')}.`,
  newline,
  'end }}',
  'end }}',
  `if gt (len .Alerts.Resolved) ${mostSubjects} }}These are ${mostSubjects} of {{ len .Alerts.Resolved }}.{{ "\\n" }}{{ end }}`,
];

/** Each line begins with `{{-`, which swallows the line break before it: the layout is the editor's, not the message's. */
const define = (name: string, lines: readonly string[]) =>
  `{{ define "${name}" }}\n${lines.map((line) => `{{- ${line}\n`).join('')}{{- end }}\n`;

/** The texts of messages in the language of Grafana's templates, times in the reporting zone. */
export const messageTemplates = ({ timezone }: Pick<BuildSettings, 'timezone'>): string =>
  [
    define(templateNames.slackTitle, title(slack)),
    define(templateNames.slackText, body(slack, timezone)),
    define(templateNames.emailSubject, title(email)),
    define(templateNames.emailText, body(email, timezone)),
  ].join('');

/** templates.yaml. Grafana takes the template as it stands: no `$` of it is expanded, none is doubled. */
export function templatesFile(settings: Pick<BuildSettings, 'timezone'>): string {
  return yamlFile(['Texts of messages.'], {
    apiVersion: 1,
    templates: [{ orgId, name: 'tidemark', template: messageTemplates(settings) }],
  });
}
