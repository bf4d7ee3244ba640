package main

import (
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"momus/cluster/config"
	"momus/cluster/run"
	"momus/core/port"
)

func serveCommand() *cobra.Command {
	var sources config.Sources
	var record, http string
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
			node, err := load(sources)
			if err != nil {
				return &exitError{status: usageStatus, text: err.Error()}
			}
			log := slog.New(slog.NewTextHandler(os.Stderr, nil))
			for _, w := range node.Warnings {
				log.Warn(w)
			}
			return run.Main(run.Options{Node: node, Limits: port.DefaultLimits(), Record: record, HTTP: http, Check: check, Log: log})
		},
	}
	sourceFlags(cmd, &sources)
	cmd.Flags().StringVar(&http, "http", "127.0.0.1:9644", "where /metrics, /livez and /readyz are told; empty for nowhere")
	cmd.Flags().StringVar(&record, "record", "", "write a journal of every step into this directory, for momus replay")
	cmd.Flags().BoolVar(&check, "check", false, "check the invariants of what each step touched")
	return cmd
}

// sourceFlags are the flags by which any command is told a node's configuration.
func sourceFlags(cmd *cobra.Command, s *config.Sources) {
	cmd.Flags().StringArrayVar(&s.Files, "config", nil, "a server.properties file; may be given more than once")
	cmd.Flags().StringArrayVar(&s.Overrides, "override", nil, "key=value, by Kafka's name of the key; may be given more than once")
	cmd.Flags().BoolVar(&s.Strict, "strict", false, "refuse keys that nobody knows, instead of a warning")
}

// load reads the configuration's sources.
func load(s config.Sources) (config.Node, error) {
	s.Environ, s.Read, s.Getwd = os.Environ(), os.ReadFile, os.Getwd
	return config.Load(s)
}
