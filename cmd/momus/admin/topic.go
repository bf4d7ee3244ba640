package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func topicCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "topic",
		Short: "Create, look at, change and delete topics",
	}
	cmd.AddCommand(topicCreate(s), topicList(s), topicDescribe(s), topicAlter(s), topicDelete(s))
	return cmd
}

// topicRow is a topic in a list.
type topicRow struct {
	Name              string `json:"name"`
	ID                string `json:"id"`
	Partitions        int    `json:"partitions"`
	ReplicationFactor int    `json:"replicationFactor"`
	Internal          bool   `json:"internal"`
}

func rowOf(t kadm.TopicDetail) topicRow {
	return topicRow{t.Topic, uuid(t.ID), len(t.Partitions), t.Partitions.NumReplicas(), t.IsInternal}
}

func topicList(s *session) *cobra.Command {
	var internal bool
	cmd := &cobra.Command{
		Use:               "list [PREFIX]",
		Short:             "List topics, or those whose names begin so",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			listed, err := s.admin.ListTopicsWithInternal(ctx)
			if err != nil {
				return err
			}
			rows, t := []topicRow{}, newTable("NAME", "PARTITIONS", "REPLICATION", "ID")
			for _, topic := range listed.Sorted() {
				if topic.IsInternal && !internal || len(args) > 0 && !strings.HasPrefix(topic.Topic, args[0]) {
					continue
				}
				r := rowOf(topic)
				rows = append(rows, r)
				t.add(r.Name, r.Partitions, r.ReplicationFactor, r.ID)
			}
			return s.show(rows, t)
		}),
	}
	cmd.Flags().BoolVar(&internal, "internal", false, "list internal topics too")
	return cmd
}

// described is a topic with its partitions, and what is set of its configuration.
type described struct {
	topicRow
	Configs       map[string]string `json:"configs"`
	PartitionRows []partitionRow    `json:"partitionDetails"`
}

type partitionRow struct {
	Partition   int32   `json:"partition"`
	Leader      int32   `json:"leader"`
	LeaderEpoch int32   `json:"leaderEpoch"`
	Replicas    []int32 `json:"replicas"`
	ISR         []int32 `json:"isr"`
	Offline     []int32 `json:"offline"`
	Error       string  `json:"error,omitempty"`
}

func topicDescribe(s *session) *cobra.Command {
	return &cobra.Command{
		Use:               "describe TOPIC...",
		Short:             "Print the partitions of topics, and what is set of their configuration",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.topicNames(0),
		RunE: s.run(func(ctx context.Context, args []string) error {
			details, err := s.topics(ctx, args)
			if err != nil {
				return err
			}
			configs, err := s.admin.DescribeTopicConfigs(ctx, args...)
			if err != nil {
				return err
			}
			all, tables := []described{}, []*table{}
			for _, name := range args {
				d := described{topicRow: rowOf(details[name]), Configs: map[string]string{}, PartitionRows: []partitionRow{}}
				for _, rc := range configs {
					for _, c := range rc.Configs {
						if rc.Name == name && c.Source == kmsg.ConfigSourceDynamicTopicConfig {
							d.Configs[c.Key] = c.MaybeValue()
						}
					}
				}
				for _, p := range details[name].Partitions.Sorted() {
					d.PartitionRows = append(d.PartitionRows, rowOfPartition(p))
				}
				all, tables = append(all, d), append(tables, d.tables()...)
			}
			return s.show(all, tables...)
		}),
	}
}

func rowOfPartition(p kadm.PartitionDetail) partitionRow {
	r := partitionRow{
		Partition: p.Partition, Leader: p.Leader, LeaderEpoch: p.LeaderEpoch,
		Replicas: append([]int32{}, p.Replicas...), ISR: append([]int32{}, p.ISR...), Offline: append([]int32{}, p.OfflineReplicas...),
	}
	if p.Err != nil {
		r.Error = refusal("", p.Err, "").Error()[len(": "):]
	}
	return r
}

func (d *described) tables() []*table {
	head := newTable("TOPIC", "ID", "PARTITIONS", "REPLICATION", "CONFIGS")
	var set []string
	for key, value := range d.Configs {
		set = append(set, key+"="+value)
	}
	slices.Sort(set)
	head.add(d.Name, d.ID, d.Partitions, d.ReplicationFactor, strings.Join(set, " "))
	t := newTable("PARTITION", "LEADER", "EPOCH", "REPLICAS", "ISR", "OFFLINE", "ERROR")
	for _, p := range d.PartitionRows {
		leader := fmt.Sprint(p.Leader)
		if p.Leader < 0 {
			leader = "none"
		}
		t.add(p.Partition, leader, p.LeaderEpoch, p.Replicas, p.ISR, p.Offline, p.Error)
	}
	return []*table{head, t}
}

// topics asks for topics by name; one that there is not is an error.
func (s *session) topics(ctx context.Context, names []string) (kadm.TopicDetails, error) {
	md, err := s.admin.Metadata(ctx, names...)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if t, ok := md.Topics[name]; !ok || t.Err != nil {
			return nil, s.noTopic(ctx, name, t.Err)
		}
	}
	return md.Topics, nil
}

// noTopic says that there is no such topic, and which there is whose name is near.
func (s *session) noTopic(ctx context.Context, name string, cause error) error {
	if cause == nil {
		return fmt.Errorf("there is no topic %s", name)
	}
	err := refusal("topic "+name, cause, "")
	listed, lerr := s.admin.ListTopics(ctx)
	if lerr != nil {
		return err
	}
	for _, other := range listed.Names() {
		if strings.EqualFold(other, name) || strings.HasPrefix(other, name) || strings.HasPrefix(name, other) {
			return fmt.Errorf("%w Did you mean %s?", err, other)
		}
	}
	return err
}
