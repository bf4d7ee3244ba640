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

func acceptLossCommand() *cobra.Command {
	var lost string
	cmd := &cobra.Command{
		Use:   "accept-loss DIR TOPIC PARTITION",
		Short: "Cut a damaged log before its damage, so that its partition can be served again",
		Long: `Cut the log of a partition in the log directory DIR before its first damaged batch.

A broker that finds a log damaged keeps the partition offline (KAFKA_STORAGE_ERROR) and touches
nothing. If there is no other copy, this command gives up the damaged batch and all that lies
behind it, for good. It looks at every batch; a sound log stays as it is. Keep a copy of the
directory before.

With --lost-directory the partition goes on in DIR, although the metadata has it in a directory that
will not come back, whose id the broker's log names: with a log of it that was put into DIR before, or
else empty.`,
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
			accept := func() (cluster.Loss, error) {
				return cluster.AcceptLoss(osfs.FS{}, port.DefaultLimits(), dir, args[1], kafka.PartitionID(partition))
			}
			if lost != "" {
				id, ok := kafka.ParseUUID(lost)
				if !ok || id.IsZero() {
					return &exitError{status: usageStatus, text: strconv.Quote(lost) + " is no directory's id"}
				}
				accept = func() (cluster.Loss, error) {
					return cluster.AcceptLostDirectory(osfs.FS{}, port.DefaultLimits(), dir,
						port.AcceptedLoss{Topic: args[1], Partition: kafka.PartitionID(partition), Lost: id})
				}
			}
			loss, err := accept()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), args[1]+"-"+args[2]+": "+loss.String())
			return err
		},
	}
	cmd.Flags().StringVar(&lost, "lost-directory", "", "the id of the directory that is lost")
	return cmd
}
