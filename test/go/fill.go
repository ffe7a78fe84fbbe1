package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"text/template"
	"time"
)

type fillOrder struct {
	// Templates holds definitions, as templates.yaml has them.
	Templates string `json:"templates"`
	// Messages are filled in with the notification data.
	Messages []messageOrder `json:"messages"`
	// Annotations are filled in with labels and values.
	Annotations []annotationOrder `json:"annotations"`
}

type messageOrder struct {
	Template string `json:"template"`
	Data     data   `json:"data"`
}

type annotationOrder struct {
	Text   string            `json:"text"`
	Labels map[string]string `json:"labels"`
	// Values by refId.
	Values map[string]float64 `json:"values"`
}

// The data that Grafana hands to templates of messages, by its reference: what our templates use of it.
type data struct {
	Status            string            `json:"status"`
	Alerts            alerts            `json:"alerts"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
}

type alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
	PanelURL    string            `json:"panelURL"`
	SilenceURL  string            `json:"silenceURL"`
}

type alerts []alert

func (all alerts) Firing() []alert   { return all.of("firing") }
func (all alerts) Resolved() []alert { return all.of("resolved") }

func (all alerts) of(status string) []alert {
	found := []alert{}
	for _, one := range all {
		if one.Status == status {
			found = append(found, one)
		}
	}
	return found
}

// A value of a query in an annotation.
type value struct {
	Labels map[string]string
	Value  float64
}

// Functions that Grafana's reference lists, as far as our texts use them.
var functions = template.FuncMap{
	"reReplaceAll": func(pattern, replacement, text string) string {
		return regexp.MustCompile(pattern).ReplaceAllString(text, replacement)
	},
	"date": func(format string, at time.Time) string { return at.Format(format) },
	"tz": func(zone string, at time.Time) (time.Time, error) {
		location, err := time.LoadLocation(zone)
		if err != nil {
			return time.Time{}, err
		}
		return at.In(location), nil
	},
	"humanizePercentage": func(v float64) string { return fmt.Sprintf("%.4g%%", v*100) },
	"humanize1024":       humanize1024,
	"humanizeDuration":   humanizeDuration,
}

func fill(given fillOrder) ([]string, error) {
	texts := []string{}
	all, err := template.New("").Option("missingkey=zero").Funcs(functions).Parse(given.Templates)
	if err != nil {
		return nil, err
	}
	for _, one := range given.Messages {
		var text strings.Builder
		if err := all.ExecuteTemplate(&text, one.Template, one.Data); err != nil {
			return nil, err
		}
		texts = append(texts, text.String())
	}
	for _, one := range given.Annotations {
		text, err := annotation(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Text, err)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func annotation(given annotationOrder) (string, error) {
	// Grafana puts such definitions before the text of an annotation.
	parsed, err := template.New("").Funcs(functions).Parse("{{- $labels := .Labels -}}{{- $values := .Values -}}" + given.Text)
	if err != nil {
		return "", err
	}
	values := map[string]value{}
	for ref, number := range given.Values {
		values[ref] = value{Labels: given.Labels, Value: number}
	}
	var text strings.Builder
	err = parsed.Execute(&text, struct {
		Labels map[string]string
		Values map[string]value
	}{given.Labels, values})
	return text.String(), err
}

func humanize1024(v float64) string {
	if math.Abs(v) <= 1 {
		return fmt.Sprintf("%.4g", v)
	}
	prefix := ""
	for _, p := range []string{"ki", "Mi", "Gi", "Ti", "Pi", "Ei"} {
		if math.Abs(v) < 1024 {
			break
		}
		prefix = p
		v /= 1024
	}
	return fmt.Sprintf("%.4g%s", v, prefix)
}

func humanizeDuration(v float64) string {
	if math.Abs(v) < 1 {
		return fmt.Sprintf("%.4gms", v*1000)
	}
	seconds := int64(v) % 60
	minutes := int64(v) / 60 % 60
	hours := int64(v) / 3600 % 24
	days := int64(v) / 86400
	switch {
	case days != 0:
		return fmt.Sprintf("%dd %dh %dm %ds", days, hours, minutes, seconds)
	case hours != 0:
		return fmt.Sprintf("%dh %dm %ds", hours, minutes, seconds)
	case minutes != 0:
		return fmt.Sprintf("%dm %ds", minutes, seconds)
	}
	return fmt.Sprintf("%.4gs", v)
}
