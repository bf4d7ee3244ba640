package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"momus/cluster/config"
)

func configCheckCommand() *cobra.Command {
	var sources config.Sources
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Tell whether a node would start with this configuration",
		Long: `Tell whether a node would start with this configuration: the files, KAFKA_ environment variables
and --override, of which the later wins. Each setting that is refused gets a line with what is
allowed, each that is ignored a warning. The exit status is 1 if anything is refused.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sources.Files = append(sources.Files, args...)
			node, err := load(sources)
			if err != nil {
				return &exitError{status: 1, text: err.Error()}
			}
			for _, w := range node.Warnings {
				cmd.PrintErrln("warning: " + w)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "good: %d keys are set\n", len(node.Settings))
			return err
		},
	}
	sourceFlags(cmd, &sources)
	return cmd
}
