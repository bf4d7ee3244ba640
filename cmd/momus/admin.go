package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"momus/cmd/momus/admin"
)

// addAdmin adds the commands that talk to a broker, and to them those of the same names that don't.
func addAdmin(root *cobra.Command) {
	for _, cmd := range admin.Commands() {
		switch cmd.Name() {
		case "config":
			cmd.AddCommand(configCheckCommand())
		case "partition":
			cmd.AddCommand(acceptLossCommand())
		}
		root.AddCommand(cmd)
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &exitError{status: usageStatus, text: err.Error() + "; see " + cmd.CommandPath() + " --help"}
	})
	refuseStrangers(root)
}

// refuseStrangers makes a group of commands refuse a name that is none of them, which cobra would take for
// an argument and print the help, as if all were well.
func refuseStrangers(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		refuseStrangers(c)
	}
	if cmd.Runnable() || !cmd.HasSubCommands() {
		args := cmd.Args
		if args != nil {
			cmd.Args = func(c *cobra.Command, given []string) error {
				if err := args(c, given); err != nil {
					return &exitError{status: usageStatus, text: c.CommandPath() + ": " + err.Error() + "; see " + c.CommandPath() + " --help"}
				}
				return nil
			}
		}
		return
	}
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		text := "there is no command " + c.CommandPath() + " " + args[0]
		c.SuggestionsMinimumDistance = 2
		if like := c.SuggestionsFor(args[0]); len(like) > 0 {
			text += "; did you mean " + strings.Join(like, " or ") + "?"
		}
		return &exitError{status: usageStatus, text: text}
	}
}

// statusOf is the exit status for an error.
func statusOf(err error) int {
	if e := (*exitError)(nil); errors.As(err, &e) {
		return e.status
	}
	if e := (*admin.UsageError)(nil); errors.As(err, &e) {
		return usageStatus
	}
	return 1
}
