/** Name of the file of templates, beside alertmanager.yml. */
export const templatesName = 'tidemark.tmpl';

/**
 * The texts of Slack and email. `tidemark alerts run` writes the sentences into annotations (`summary`, `detail`, `since`; at the end
 * `over`), so that numbers and zones are written in one place; here they are only put together. What fires comes first, then what is
 * over. Slack takes `&`, `<` and `>` in its own way, so they are replaced.
 */
export const templates = `{{/* Written by tidemark build. Texts of the messages; docs/alerts.md shows them as they are received. */}}

{{ define "tidemark.head" -}}
{{ if gt (len .Alerts.Firing) 0 -}}
{{ if eq .CommonLabels.severity "critical" }}🔴 Critical{{ else if eq .CommonLabels.severity "info" }}🔵 Info{{ else }}🟠 Warning{{ end }}: {{ .GroupLabels.alertname }}
{{- else -}}
🟢 Over: {{ .GroupLabels.alertname }}
{{- end }}
{{- if eq .CommonLabels.rule "deadman" }}{{ else if .CommonLabels.subject }}, {{ .CommonLabels.subject }}{{ else if gt (len .Alerts) 1 -}}
, {{ if gt (len .Alerts.Firing) 0 }}{{ len .Alerts.Firing }} firing{{ if gt (len .Alerts.Resolved) 0 }}, {{ len .Alerts.Resolved }} over{{ end }}{{ else }}all {{ len .Alerts.Resolved }} of them{{ end }}
{{- end }}
{{- end }}

{{ define "tidemark.over" -}}
{{ if .Annotations.over }}{{ .Annotations.over }}{{ else }}{{ if .Labels.subject }}{{ .Labels.subject }}{{ else }}It{{ end }}: not reported any more.{{ end }}
{{- end }}

{{ define "tidemark.escape" }}{{ reReplaceAll ">" "&gt;" (reReplaceAll "<" "&lt;" (reReplaceAll "&" "&amp;" .)) }}{{ end }}

{{ define "tidemark.slack.color" }}{{ if gt (len .Alerts.Firing) 0 }}{{ if eq .CommonLabels.severity "critical" }}danger{{ else if eq .CommonLabels.severity "info" }}#439FE0{{ else }}warning{{ end }}{{ else }}good{{ end }}{{ end }}

{{ define "tidemark.slack.title" }}{{ template "tidemark.head" . }}{{ end }}

{{ define "tidemark.slack.link" }}{{ if .CommonAnnotations.link }}{{ .CommonAnnotations.link }}{{ else }}{{ with index .Alerts 0 }}{{ .Annotations.link }}{{ end }}{{ end }}{{ end }}

{{ define "tidemark.slack.fallback" }}{{ template "tidemark.head" . }}{{ range .Alerts.Firing }} · {{ .Annotations.summary }}{{ end }}{{ end }}

{{ define "tidemark.slack.text" -}}
{{ range .Alerts.Firing -}}
*{{ template "tidemark.escape" .Annotations.summary }}*
{{ template "tidemark.escape" .Annotations.detail }}
{{ .Annotations.since }}{{ template "tidemark.slack.runbook" .Annotations.runbook }}

{{ end -}}
{{ range .Alerts.Resolved -}}
{{ if gt (len $.Alerts.Firing) 0 }}🟢 {{ end }}{{ if .Annotations.over }}{{ template "tidemark.escape" .Annotations.over }}{{ else }}{{ if .Labels.subject }}{{ template "tidemark.escape" .Labels.subject }}{{ else }}It{{ end }}: not reported any more.{{ end }}

{{ end -}}
{{ end }}

{{ define "tidemark.slack.runbook" }}{{ if match "^https?://" . }} · <{{ . }}|What to do>{{ else if . }} · What to do: {{ . }}{{ end }}{{ end }}

{{ define "tidemark.email.subject" }}{{ template "tidemark.head" . }}{{ end }}

{{ define "tidemark.email.text" -}}
{{ range .Alerts.Firing -}}
{{ .Annotations.summary }}
{{ .Annotations.detail }}
{{ .Annotations.since }}
{{ if .Annotations.link }}Dashboard: {{ .Annotations.link }}
{{ end }}{{ if .Annotations.runbook }}What to do: {{ .Annotations.runbook }}
{{ end }}
{{ end -}}
{{ range .Alerts.Resolved -}}
{{ template "tidemark.over" . }}

{{ end -}}
Sent by Tidemark ({{ .CommonLabels.team }}, {{ .CommonLabels.severity }}).
{{ end }}

{{ define "tidemark.email.html" -}}
<!doctype html>
<html><head><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="margin:0;padding:16px;font:16px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;color:#1c1e21">
{{ range .Alerts.Firing -}}
<div style="border-left:4px solid {{ if eq .Labels.severity "critical" }}#c4162a{{ else }}#e07b00{{ end }};padding:4px 12px;margin:0 0 16px">
<div style="font-weight:600">{{ .Annotations.summary }}</div>
<div>{{ .Annotations.detail }}</div>
<div style="color:#5a5f66">{{ .Annotations.since }}</div>
<div>{{ if .Annotations.link }}<a href="{{ .Annotations.link }}">Dashboard</a> &nbsp; {{ end }}{{ if match "^https?://" .Annotations.runbook }}<a href="{{ .Annotations.runbook }}">What to do</a>{{ else if .Annotations.runbook }}What to do: {{ .Annotations.runbook }}{{ end }}</div>
</div>
{{ end -}}
{{ range .Alerts.Resolved -}}
<div style="border-left:4px solid #1a7f4b;padding:4px 12px;margin:0 0 16px">{{ template "tidemark.over" . }}</div>
{{ end -}}
<div style="color:#5a5f66;font-size:13px">Sent by Tidemark ({{ .CommonLabels.team }}, {{ .CommonLabels.severity }}).</div>
</body></html>
{{ end }}
`;
