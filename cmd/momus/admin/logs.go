package admin

import (
	"context"

	"github.com/spf13/cobra"
)

func logCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{Use: "log", Short: "Look at log directories, and at what logs hold"}
	cmd.AddCommand(logDirs(s), logTail(s))
	return cmd
}

type dirRow struct {
	Broker      int32    `json:"broker"`
	Dir         string   `json:"dir"`
	Error       string   `json:"error,omitempty"`
	LogCount    int      `json:"logs"`
	LogBytes    int64    `json:"logBytes"`
	TotalBytes  int64    `json:"totalBytes"`
	UsableBytes int64    `json:"usableBytes"`
	Cordoned    bool     `json:"cordoned"`
	Logs        []logRow `json:"logDetails,omitempty"`
}

type logRow struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Bytes     int64  `json:"bytes"`
	Lag       int64  `json:"offsetLag"`
	Future    bool   `json:"future"`
}

func logDirs(s *session) *cobra.Command {
	var logs bool
	cmd := &cobra.Command{
		Use:   "dirs",
		Short: "Print the log directories of the brokers, or with --logs the logs in them",
		Args:  cobra.NoArgs,
		RunE: s.run(func(ctx context.Context, _ []string) error {
			all, err := s.admin.DescribeAllLogDirs(ctx, nil)
			if err != nil {
				return err
			}
			rows := []dirRow{}
			dirs := newTable("BROKER", "DIRECTORY", "LOGS", "LOG-SIZE", "FREE", "OF", "STATE")
			each := newTable("BROKER", "DIRECTORY", "TOPIC", "PARTITION", "SIZE", "LAG", "FUTURE")
			for _, d := range all.Sorted() {
				row := dirRow{Broker: d.Broker, Dir: d.Dir, TotalBytes: d.TotalBytes, UsableBytes: d.UsableBytes, LogBytes: d.Size(), Cordoned: d.IsCordoned}
				state := "online"
				if d.Err != nil {
					row.Error = refusal("", d.Err, "").Error()[len(": "):]
					state = row.Error
				} else if d.IsCordoned {
					state = "cordoned"
				}
				for _, p := range d.Topics.Sorted() {
					row.LogCount++
					if !logs {
						continue
					}
					row.Logs = append(row.Logs, logRow{p.Topic, p.Partition, p.Size, p.OffsetLag, p.IsFuture})
					each.add(d.Broker, d.Dir, p.Topic, p.Partition, bytes(p.Size), p.OffsetLag, p.IsFuture)
				}
				rows = append(rows, row)
				dirs.add(row.Broker, row.Dir, row.LogCount, bytes(row.LogBytes), room(row.UsableBytes), room(row.TotalBytes), state)
			}
			if logs {
				return s.show(rows, each)
			}
			return s.show(rows, dirs)
		}),
	}
	cmd.Flags().BoolVar(&logs, "logs", false, "print each log with its size")
	return cmd
}

// room is a size that a broker may not tell.
func room(n int64) string {
	if n < 0 {
		return ""
	}
	return bytes(n)
}
