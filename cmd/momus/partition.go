package main

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"momus/cluster"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk/osfs"
)

func partitionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "partition", Short: "Work on one partition of a broker that is stopped"}
	cmd.AddCommand(acceptLossCommand())
	return cmd
}

func acceptLossCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "accept-loss DIR TOPIC PARTITION",
		Short: "Cut a damaged log before its damage, so that its partition can be served again",
		Long: `Cut the log of a partition in the log directory DIR before its first damaged batch.

A broker that finds a log damaged keeps the partition offline (KAFKA_STORAGE_ERROR) and touches
nothing. If there is no other copy, this command gives up the damaged batch and all that lies
behind it, for good. It looks at every batch; a sound log stays as it is. Keep a copy of the
directory before.`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			partition, err := strconv.ParseInt(args[2], 10, 32)
			if err != nil || partition < 0 {
				return &exitError{status: usageStatus, text: strconv.Quote(args[2]) + " is no partition"}
			}
			dir, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			loss, err := cluster.AcceptLoss(osfs.FS{}, port.DefaultLimits(), dir, args[1], kafka.PartitionID(partition))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), args[1]+"-"+args[2]+": "+loss.String())
			return err
		},
	}
}
