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

// replay computes the segments again. A node that panics over an event, as a changed one may, is
// reported like any other difference.
func replay(cmd *cobra.Command, names []string) (err error) {
	var p journal.Replayer
	defer func() {
		if cause := recover(); cause != nil {
			event := []byte("none")
			if p.Event != nil {
				event = p.Event.AppendText(nil)
			}
			err = fmt.Errorf("step %d: the node panicked: %v\n  event: %s", p.Step, cause, event)
		}
	}()
	for i, name := range names {
		segment, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		err = p.Replay(segment)
		if errors.Is(err, journal.ErrCut) && i == len(names)-1 {
			cmd.Println(filepath.Base(name) + " ends in the middle of a record: the process was killed there")
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	if p.Missing > 0 {
		cmd.Printf("%d steps were not recorded, since the disk was too slow for them\n", p.Missing)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "replayed %d steps in %d segments, hash=%016x\n", p.Steps, p.Segments, p.Sum)
	return err
}
