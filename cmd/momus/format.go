package main

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"momus/cluster"
	"momus/cluster/config"
	"momus/core/kafka"
	"momus/disk/osfs"
)

func formatCommand() *cobra.Command {
	var sources config.Sources
	var ask cluster.FormatRequest
	cmd := &cobra.Command{
		Use:   "format",
		Short: "Make the log directories of a new node",
		Long: `Make the log directories of a new node, with the ids that it keeps, as kafka-storage does.

momus serve does that by itself where nothing is formatted. The command is for those who want to choose
the id of the cluster, or know the outcome before the first start. A directory that is formatted is
refused, and nothing is changed.`,
		Example: `  momus format --config server.properties
  momus format --cluster-id MkU3OEVBNTcwNTJENDM2Qk --override log.dirs=/var/lib/momus`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			node, err := load(sources)
			if err != nil {
				return &exitError{status: usageStatus, text: err.Error()}
			}
			var fresh [32]byte
			rand.Read(fresh[:]) // without entropy the process ends: it never returns an error
			f, err := cluster.Format(osfs.FS{}, &node, ask, fresh, kafka.Wall(time.Now().UnixMilli()))
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, path := range f.Kept {
				fmt.Fprintf(out, "%s is formatted already and stays as it is\n", path)
			}
			for _, path := range f.Dirs {
				fmt.Fprintf(out, "formatted %s for node %d of cluster %s, metadata.version %s\n", path, node.Broker.NodeID, f.ClusterID, f.Release)
			}
			return nil
		},
	}
	sourceFlags(cmd, &sources)
	cmd.Flags().StringVarP(&ask.ClusterID, "cluster-id", "t", "", "id of the cluster; a new one if it is left out")
	cmd.Flags().BoolVarP(&ask.Standalone, "standalone", "s", false, "this node is the only voter; so it is anyway without controller.quorum.voters")
	cmd.Flags().BoolVarP(&ask.IgnoreFormatted, "ignore-formatted", "g", false, "keep directories that are formatted as they are, and format the others")
	cmd.Flags().StringVarP(&ask.Release, "release-version", "r", "", "metadata version that the cluster begins with")
	cmd.Flags().StringArrayVarP(&ask.Features, "feature", "f", nil, "name=level of a feature; may be given more than once")
	return cmd
}
