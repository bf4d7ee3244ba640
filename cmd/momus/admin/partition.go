package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

func partitionCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{Use: "partition", Short: "Look at and change single partitions"}
	cmd.AddCommand(partitionDescribe(s), partitionProducers(s), partitionDeleteRecords(s), partitionElect(s), partitionReassign(s), partitionMoveDir(s))
	return cmd
}

// some reads TOPIC, TOPIC:0 or TOPIC:0,2; no partitions are all of them.
func some(text string) (topic string, partitions []int32, err error) {
	topic, rest, ok := strings.Cut(text, ":")
	if ok {
		if partitions, err = numbers(rest); err != nil {
			return "", nil, usagef("%q: allowed is TOPIC, or TOPIC:0,2 for some partitions", text)
		}
	}
	return topic, partitions, nil
}

// has tells whether a topic has all of the partitions.
func has(t kadm.TopicDetail, partitions []int32) error {
	for _, p := range partitions {
		if _, ok := t.Partitions[p]; !ok {
			return fmt.Errorf("topic %s has no partition %d; it has 0 to %d", t.Topic, p, len(t.Partitions)-1)
		}
	}
	return nil
}

// keyed reads PARTITION=VALUE arguments.
func keyed(args []string, what string) (map[int32]string, error) {
	all := map[int32]string{}
	for _, arg := range args {
		p, value, ok := strings.Cut(arg, "=")
		n, err := strconv.ParseInt(p, 10, 32)
		if !ok || err != nil || n < 0 {
			return nil, usagef("%q: allowed is PARTITION=%s", arg, what)
		}
		all[int32(n)] = value
	}
	return all, nil
}

// state is a partition with what is known of its log.
type state struct {
	partitionRow
	Topic     string `json:"topic"`
	Start     int64  `json:"startOffset"`
	End       int64  `json:"endOffset"`
	SizeBytes int64  `json:"sizeBytes"`
	Dir       string `json:"logDir,omitempty"`
}

func partitionDescribe(s *session) *cobra.Command {
	return &cobra.Command{
		Use:               "describe TOPIC[:PARTITION,...]...",
		Short:             "Print leaders, replicas, offsets, and where logs lie and how large they are",
		Example:           "  momus partition describe orders:0,3",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.topicNames(0),
		RunE: s.run(func(ctx context.Context, args []string) error {
			all, t := []state{}, newTable("TOPIC", "PARTITION", "LEADER", "EPOCH", "REPLICAS", "ISR", "START", "END", "SIZE", "DIRECTORY", "ERROR")
			for _, arg := range args {
				topic, partitions, err := some(arg)
				if err != nil {
					return err
				}
				states, err := s.states(ctx, topic, partitions)
				if err != nil {
					return err
				}
				all = append(all, states...)
			}
			for _, r := range all {
				size := "-"
				if r.Dir != "" {
					size = bytes(r.SizeBytes)
				}
				t.add(r.Topic, r.Partition, r.Leader, r.LeaderEpoch, r.Replicas, r.ISR, r.Start, r.End, size, r.Dir, r.Error)
			}
			return s.show(all, t)
		}),
	}
}

// states gathers what is known of partitions.
func (s *session) states(ctx context.Context, topic string, partitions []int32) ([]state, error) {
	details, err := s.topics(ctx, []string{topic})
	if err != nil {
		return nil, err
	}
	if err := has(details[topic], partitions); err != nil {
		return nil, err
	}
	starts, ends, err := s.offsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	dirs, err := s.admin.DescribeAllLogDirs(ctx, ofTopics(kadm.Metadata{Topics: details}, topic, partitions))
	if refused := (*kerr.Error)(nil); err != nil && !errors.As(err, &refused) { // a leader that there is not tells nothing
		return nil, err
	}
	var all []state
	for _, p := range details[topic].Partitions.Sorted() {
		if len(partitions) > 0 && !slices.Contains(partitions, p.Partition) {
			continue
		}
		r := state{partitionRow: rowOfPartition(p), Topic: topic, Start: -1, End: -1}
		if o, ok := starts.Lookup(topic, p.Partition); ok && o.Err == nil {
			r.Start = o.Offset
		}
		if o, ok := ends.Lookup(topic, p.Partition); ok && o.Err == nil {
			r.End = o.Offset
		} else if ok && r.Error == "" {
			r.Error = refusal("", o.Err, "").Error()[len(": "):]
		}
		if d, ok := dirs[p.Leader].LookupPartition(topic, p.Partition); ok {
			r.SizeBytes, r.Dir = d.Size, d.Dir
		}
		all = append(all, r)
	}
	return all, nil
}

// offsets asks where the partitions of a topic begin and end. Of one without a leader nobody knows; that is
// in its answer, and no error.
func (s *session) offsets(ctx context.Context, topic string) (starts, ends kadm.ListedOffsets, err error) {
	var refused *kerr.Error
	if starts, err = s.admin.ListStartOffsets(ctx, topic); err != nil && !errors.As(err, &refused) {
		return nil, nil, err
	}
	if ends, err = s.admin.ListEndOffsets(ctx, topic); err != nil && !errors.As(err, &refused) {
		return nil, nil, err
	}
	return starts, ends, nil
}

type producerRow struct {
	Partition     int32 `json:"partition"`
	ID            int64 `json:"producerId"`
	Epoch         int16 `json:"producerEpoch"`
	LastSequence  int32 `json:"lastSequence"`
	LastTimestamp int64 `json:"lastTimestamp"`
	TxnStart      int64 `json:"currentTxnStartOffset"`
}

func partitionProducers(s *session) *cobra.Command {
	return &cobra.Command{
		Use:               "producers TOPIC[:PARTITION,...]",
		Short:             "Print the producers that partitions remember",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			topic, partitions, err := some(args[0])
			if err != nil {
				return err
			}
			details, err := s.topics(ctx, []string{topic})
			if err != nil {
				return err
			}
			if err := has(details[topic], partitions); err != nil {
				return err
			}
			got, err := s.admin.DescribeProducers(ctx, ofTopics(kadm.Metadata{Topics: details}, topic, partitions))
			if err != nil {
				return err
			}
			rows, t := []producerRow{}, newTable("PARTITION", "PRODUCER", "EPOCH", "LAST-SEQUENCE", "LAST-TIMESTAMP", "TRANSACTION-START")
			for _, p := range got[topic].Partitions.Sorted() {
				if p.Err != nil {
					return refusal(fmt.Sprintf("%s:%d", topic, p.Partition), p.Err, p.ErrMessage)
				}
				for _, r := range p.ActiveProducers.Sorted() {
					row := producerRow{p.Partition, r.ProducerID, r.ProducerEpoch, r.LastSequence, r.LastTimestamp, r.CurrentTxnStartOffset}
					rows = append(rows, row)
					t.add(row.Partition, row.ID, row.Epoch, row.LastSequence, when(row.LastTimestamp), row.TxnStart)
				}
			}
			return s.show(rows, t)
		}),
	}
}

func partitionDeleteRecords(s *session) *cobra.Command {
	return &cobra.Command{
		Use:               "delete-records TOPIC PARTITION=OFFSET...",
		Short:             "Delete what lies before an offset, end for all there is",
		Example:           `  momus partition delete-records orders 0=1500 1=end`,
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			topic := args[0]
			before, err := keyed(args[1:], "OFFSET")
			if err != nil {
				return err
			}
			if _, err := s.topics(ctx, args[:1]); err != nil {
				return err
			}
			offsets := kadm.Offsets{}
			for p, text := range before {
				at := int64(-1) // the high watermark, as Kafka says it
				if text != "end" {
					if at, err = strconv.ParseInt(text, 10, 64); err != nil || at < 0 {
						return usagef("%d=%s: allowed is an offset, or end", p, text)
					}
				}
				offsets.Add(kadm.Offset{Topic: topic, Partition: p, At: at})
			}
			rs, err := s.admin.DeleteRecords(ctx, offsets)
			if err != nil {
				return err
			}
			o := &outcomes{s: s}
			for _, r := range rs.Sorted() {
				name := fmt.Sprintf("%s:%d", topic, r.Partition)
				if r.Err != nil {
					o.failed(name, refusal(name, r.Err, ""))
				} else {
					o.did(name, fmt.Sprintf("begins at offset %d", r.LowWatermark))
				}
			}
			return o.end()
		}),
	}
}

func partitionElect(s *session) *cobra.Command {
	var unclean bool
	cmd := &cobra.Command{
		Use:               "elect TOPIC[:PARTITION,...]",
		Short:             "Make the preferred replica leader again, or with --unclean any that lives",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			topic, partitions, err := some(args[0])
			if err != nil {
				return err
			}
			details, err := s.topics(ctx, []string{topic})
			if err != nil {
				return err
			}
			how := kadm.ElectPreferredReplica
			if unclean {
				how = kadm.ElectLiveReplica
			}
			rs, err := s.admin.ElectLeaders(ctx, how, ofTopics(kadm.Metadata{Topics: details}, topic, partitions))
			if err != nil {
				return err
			}
			o := &outcomes{s: s}
			var ids []int32
			for p := range rs[topic] {
				ids = append(ids, p)
			}
			slices.Sort(ids)
			for _, p := range ids {
				name, r := fmt.Sprintf("%s:%d", topic, p), rs[topic][p]
				switch {
				case errors.Is(r.Err, kerr.ElectionNotNeeded):
					o.did(name, "needs no election")
				case r.Err != nil:
					o.failed(name, refusal(name, r.Err, r.ErrMessage))
				default:
					o.did(name, "has a new leader")
				}
			}
			return o.end()
		}),
	}
	cmd.Flags().BoolVar(&unclean, "unclean", false, "where no replica is in sync, take one that lives; what it lacks is lost")
	return cmd
}
