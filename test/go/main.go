// What Grafana's server does with the files of provisioning/alerting, as far as it can be done without Grafana: asks the statements of
// the rules through the drivers of its data sources, and fills in the templates of messages with Go's own text/template. Reads one
// JSON object from standard input, writes one to standard output; test/clients/goClients.chdb.test.ts judges it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type order struct {
	// Ask is present to ask statements, Fill to fill in templates.
	Ask  *askOrder  `json:"ask"`
	Fill *fillOrder `json:"fill"`
}

func main() {
	var given order
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		stop(fmt.Errorf("standard input is no order: %w", err))
	}
	result := map[string]any{}
	if given.Ask != nil {
		frames, err := ask(*given.Ask)
		if err != nil {
			stop(err)
		}
		result["frames"] = frames
	}
	if given.Fill != nil {
		texts, err := fill(*given.Fill)
		if err != nil {
			stop(err)
		}
		result["texts"] = texts
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		stop(err)
	}
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
