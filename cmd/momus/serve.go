package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"momus/cluster/config"
	"momus/cluster/run"
	"momus/core/port"
)

func serveCommand() *cobra.Command {
	var files, overrides []string
	var record string
	var check bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a broker and controller",
		Long: `Run a broker and controller.

Without configuration it is a node of its own: it formats ./momus-data if that is new, and listens
on port 9092 for clients and 9093 for controllers. Configuration goes by Kafka's names; of several
sources the later wins: --config files, KAFKA_ environment variables, --override.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			node, err := load(files, overrides)
			if err != nil {
				return &exitError{status: usageStatus, text: err.Error()}
			}
			log := slog.New(slog.NewTextHandler(os.Stderr, nil))
			for _, w := range node.Warnings {
				log.Warn(w)
			}
			return run.Main(run.Options{Node: node, Limits: port.DefaultLimits(), Record: record, Check: check, Log: log})
		},
	}
	cmd.Flags().StringArrayVar(&files, "config", nil, "a server.properties file; may be given more than once")
	cmd.Flags().StringArrayVar(&overrides, "override", nil, "key=value, by Kafka's name of the key; may be given more than once")
	cmd.Flags().StringVar(&record, "record", "", "write a journal of every step into this directory, for momus replay")
	cmd.Flags().BoolVar(&check, "check", false, "check the invariants of what each step touched")
	return cmd
}

// load reads the configuration's sources.
func load(files, overrides []string) (config.Node, error) {
	sources := config.Sources{Environ: os.Environ(), Overrides: overrides}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return config.Node{}, fmt.Errorf("--config: %w", err)
		}
		sources.Files = append(sources.Files, text)
	}
	return config.Load(sources)
}
