package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"momus/cmd/momus/dump"
)

func dumpLogCommand() *cobra.Command {
	var o dump.Options
	var files, output string
	cmd := &cobra.Command{
		Use:   "dump-log FILE|DIR...",
		Short: "Print what the files of a log directory hold",
		Long: `Print what the files of a log directory hold: segments, their indexes, producer snapshots, snapshots of
the metadata log, checkpoints. A directory stands for all of its files. It reads files alone, also of
another machine, and changes nothing; lines and flags are those of kafka-dump-log.

The exit status is 1 if something is wrong with what was read.`,
		Example: `  momus dump-log /var/lib/momus/orders-3
  momus dump-log --print-data-log -o json orders-3/00000000000000000000.log
  momus dump-log --cluster-metadata-decoder /var/lib/momus/__cluster_metadata-0`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if files != "" {
				args = append(args, strings.Split(files, ",")...)
			}
			if len(args) == 0 {
				return &exitError{status: usageStatus, text: "dump-log: say which files, as arguments or with --files A,B"}
			}
			if output != "text" && output != "json" {
				return &exitError{status: usageStatus, text: "--output " + output + ": allowed is text or json"}
			}
			o.JSON = output == "json"
			problems, err := dump.Files(cmd.OutOrStdout(), args, o)
			if err == nil && problems > 0 {
				err = fmt.Errorf("dump-log found problems: %d", problems)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&files, "files", "", "files, with commas between them")
	f.BoolVar(&o.Records, "print-data-log", false, "print records with their keys and values")
	f.BoolVar(&o.Deep, "deep-iteration", false, "print records, but not their keys and values")
	f.BoolVar(&o.Metadata, "cluster-metadata-decoder", false, "print values as records of the cluster's metadata")
	f.BoolVar(&o.SkipRecordMetadata, "skip-record-metadata", false, "print keys and values alone, and no control records")
	f.BoolVar(&o.Sanity, "index-sanity-check", false, "look at indexes as a start does, and print no entries")
	f.BoolVar(&o.Verify, "verify-index-only", false, "compare indexes with their segment, and print no entries")
	f.Int64Var(&o.BytesMax, "max-bytes", 0, "how much of a segment is read; 0 is all")
	f.StringVarP(&output, "output", "o", "text", "text or json, an object a line")
	return cmd
}
