package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// exitError ends the process with a status of its own; its text was printed already, if it is empty.
type exitError struct {
	status int
	text   string
}

func (e *exitError) Error() string { return e.text }

// usageStatus is the exit status of a command line that cannot be understood.
const usageStatus = 2

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "momus",
		Short:         "A Kafka broker that can be tested by deterministic simulation",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(), formatCommand(), dumpLogCommand(), simCommand(), replayCommand(), versionCommand())
	addAdmin(root)
	return root
}

func main() {
	err := newRoot().Execute()
	if err == nil {
		return
	}
	status := statusOf(err)
	if text := err.Error(); text != "" {
		fmt.Fprintln(os.Stderr, "momus: "+text)
	}
	os.Exit(status)
}
