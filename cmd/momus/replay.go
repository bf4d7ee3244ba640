package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"momus/cluster/journal"
)

func replayCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "replay DIR",
		Short: "Compute every step of a recorded run again",
		Long: `Compute every step of a run recorded by momus serve --record again, and name the first
step that comes out otherwise. The exit status is 1 if there is one.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := filepath.Glob(filepath.Join(args[0], "*.journal"))
			if err != nil {
				return err
			}
			if len(names) == 0 {
				return fmt.Errorf("%s holds no journal; one is written by momus serve --record", args[0])
			}
			slices.Sort(names)
			return replay(cmd, names)
		},
	}
}

func replay(cmd *cobra.Command, names []string) error {
	var report journal.Report
	for i, name := range names {
		segment, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		err = journal.Replay(segment, &report)
		if errors.Is(err, journal.ErrCut) && i == len(names)-1 {
			cmd.Println(filepath.Base(name) + " ends in the middle of a record: the process was killed there")
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "replayed %d steps in %d segments, hash=%016x\n", report.Steps, report.Segments, report.Sum)
	return err
}
