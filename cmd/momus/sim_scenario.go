package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"momus/sim"
	"momus/sim/scenario"
)

func scenarioCommand() *cobra.Command {
	var trace, counts bool
	cmd := &cobra.Command{
		Use:   "scenario FILE...",
		Short: "Run scenarios, and hold each against what it expects",
		Long: `Run scenarios, and hold each against what it expects.

A scenario is a file that says what a simulated world is like, what happens in it, and how it must
come out; CONTRIBUTING.md tells the format. The exit status is 0 if every one came out as expected,
1 if one did not, 2 if one can't be read.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			missed := 0
			for _, file := range files {
				s, err := readScenario(file)
				if err != nil {
					return &exitError{status: usageStatus, text: err.Error()}
				}
				options := s.Options()
				if trace {
					options.Trace = func(line string) { fmt.Fprintln(cmd.OutOrStdout(), line) }
				}
				got := runWorld(simulate, s.Seed, options)
				fmt.Fprintln(cmd.OutOrStdout(), file+": "+got.report.Line(int64(got.real)))
				if counts {
					total := sim.Total{}
					total.Add(got.report)
					fmt.Fprint(cmd.OutOrStdout(), total.Text(int64(got.real)))
					for _, m := range got.report.Marks {
						if m.N > 0 {
							fmt.Fprintf(cmd.OutOrStdout(), "mark %s >= %d\n", m.Name, m.N)
						}
					}
				}
				for _, text := range s.Missed(got.report) {
					missed++
					fmt.Fprintln(cmd.OutOrStdout(), file+": "+text)
				}
				if got.stack != "" && len(s.Missed(got.report)) > 0 {
					fmt.Fprintln(cmd.OutOrStdout(), got.stack)
				}
			}
			if missed > 0 {
				return &exitError{status: 1}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&trace, "trace", false, "print every step's event")
	cmd.Flags().BoolVar(&counts, "counts", false, "print what happened, by name: what a line expect: can ask for")
	return cmd
}

func readScenario(file string) (*scenario.Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := scenario.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}
