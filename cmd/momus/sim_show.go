package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"momus/sim"
	"momus/sim/show"
)

func showCommand() *cobra.Command {
	var seed uint64
	var out string
	cmd := &cobra.Command{
		Use:   "show (FILE | --seed N)",
		Short: "Draw a run as one page for a browser",
		Long: `Draw a run as one page for a browser: a scenario's, or a seed's.

The page needs nothing from outside. It has lanes for the node, its disk, its network and each client,
the offsets of logs as curves, and, where a promise was broken, the operations that are named with what
led to them. The exit status is that of the run, as of momus sim.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			if cmd.Flags().Changed("seed") == (len(files) == 1) {
				return &exitError{status: usageStatus, text: "say which: a scenario's file, or --seed N"}
			}
			options, name, check := sim.Options{}, fmt.Sprintf("seed %d", seed), ""
			if len(files) == 1 {
				s, err := readScenario(files[0])
				if err != nil {
					return &exitError{status: usageStatus, text: err.Error()}
				}
				options, seed, name = s.Options(), s.Seed, s.Promise
				for _, e := range s.Expect {
					check = or(check, e.Check)
				}
			}
			options.Record = &sim.Recording{}
			got := runWorld(simulate, seed, options)
			if got.stack != "" {
				return &exitError{status: simStatus[got.report.Verdict], text: "the program broke, and there is nothing to draw:\n" + got.stack}
			}
			if out == "" {
				out = strings.ReplaceAll(fmt.Sprintf("seed%d.html", seed), "/", "-")
			}
			if err := os.WriteFile(out, show.Page(options.Record, name, check), 0o644); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), got.report.Line(int64(got.real)))
			fmt.Fprintln(cmd.OutOrStdout(), "page:", out)
			if status := simStatus[got.report.Verdict]; status != 0 {
				return &exitError{status: status}
			}
			return nil
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 0, "draw this seed")
	cmd.Flags().StringVar(&out, "out", "", "the page's file (seedN.html here)")
	return cmd
}
