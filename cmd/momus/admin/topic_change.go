package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// atOnce is how many topics go into one request: between two requests there is something to tell.
const atOnce = 50

func topicCreate(s *session) *cobra.Command {
	var partitions int32
	var replication int16
	var configs []string
	var assignment string
	var dry, ifNotExists bool
	cmd := &cobra.Command{
		Use:   "create TOPIC...",
		Short: "Create topics",
		Example: `  momus topic create orders --partitions 6 --config retention.ms=86400000
  momus topic create audit --replica-assignment 1,2:2,3 --validate-only`,
		Args: cobra.MinimumNArgs(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			set, err := pairs(configs)
			if err != nil {
				return err
			}
			replicas, err := assignments(assignment)
			if err != nil {
				return err
			}
			if replicas != nil && (partitions != -1 || replication != -1) {
				return usagef("--replica-assignment says how many partitions and replicas there are: leave out --partitions and --replication-factor")
			}
			o := &outcomes{s: s}
			p := s.progress("created", len(args))
			for len(args) > 0 {
				n := min(atOnce, len(args))
				req := kmsg.NewPtrCreateTopicsRequest()
				req.TimeoutMillis, req.ValidateOnly = int32(s.timeout.Milliseconds()), dry
				for _, name := range args[:n] {
					req.Topics = append(req.Topics, newTopic(name, partitions, replication, replicas, set))
				}
				if err := s.createTopics(ctx, o, req, dry, ifNotExists); err != nil {
					return err
				}
				args = args[n:]
				p.step(n)
			}
			p.end()
			return o.end()
		}),
	}
	f := cmd.Flags()
	f.Int32VarP(&partitions, "partitions", "p", -1, "how many partitions; -1 is the broker's num.partitions")
	f.Int16VarP(&replication, "replication-factor", "r", -1, "how many replicas of each; -1 is the broker's default.replication.factor")
	f.StringArrayVarP(&configs, "config", "c", nil, "key=value of its configuration; may be given more than once")
	f.StringVar(&assignment, "replica-assignment", "", "brokers of each partition's replicas: 1,2:2,3 are two partitions")
	f.BoolVar(&dry, "validate-only", false, "only tell whether it could be done")
	f.BoolVar(&ifNotExists, "if-not-exists", false, "a topic that is there already is no error")
	return cmd
}

func newTopic(name string, partitions int32, replication int16, replicas [][]int32, configs [][2]string) kmsg.CreateTopicsRequestTopic {
	t := kmsg.NewCreateTopicsRequestTopic()
	t.Topic, t.NumPartitions, t.ReplicationFactor = name, partitions, replication
	for i, ids := range replicas {
		t.ReplicaAssignment = append(t.ReplicaAssignment, kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: int32(i), Replicas: ids})
	}
	for _, c := range configs {
		t.Configs = append(t.Configs, kmsg.CreateTopicsRequestTopicConfig{Name: c[0], Value: &c[1]})
	}
	return t
}

func (s *session) createTopics(ctx context.Context, o *outcomes, req *kmsg.CreateTopicsRequest, dry, ifNotExists bool) error {
	r, err := req.RequestWith(ctx, s.cl)
	if err != nil {
		return err
	}
	for _, t := range r.Topics {
		err := kerr.ErrorForCode(t.ErrorCode)
		switch {
		case errors.Is(err, kerr.TopicAlreadyExists) && ifNotExists:
			o.did(t.Topic, "exists already")
		case err != nil:
			o.failed(t.Topic, refusal("topic "+t.Topic, err, message(t.ErrorMessage)))
		case dry:
			o.did(t.Topic, "could be created")
		default:
			o.did(t.Topic, fmt.Sprintf("created, %d partitions, replication factor %d", t.NumPartitions, t.ReplicationFactor))
		}
	}
	return nil
}

func topicAlter(s *session) *cobra.Command {
	var partitions int32
	var configs, unset []string
	var dry, ifExists bool
	cmd := &cobra.Command{
		Use:               "alter TOPIC",
		Short:             "Give a topic more partitions, or change its configuration",
		Example:           "  momus topic alter orders --partitions 12 --config retention.ms=3600000 --delete-config max.message.bytes",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			topic := args[0]
			changes, err := changesOf(configs, unset)
			if err != nil {
				return err
			}
			if len(changes) == 0 && partitions == 0 {
				return usagef("topic alter: say what, --partitions, --config or --delete-config")
			}
			o := &outcomes{s: s}
			switch _, err := s.topics(ctx, args); {
			case ifExists && errors.Is(err, kerr.UnknownTopicOrPartition):
				o.did(topic, "is not there")
				return o.end()
			case err != nil:
				return err
			}
			if partitions != 0 {
				s.morePartitions(ctx, o, topic, partitions, dry)
			}
			if len(changes) > 0 {
				e := &entity{kind: kmsg.ConfigResourceTypeTopic, name: topic}
				if err := s.alter(ctx, e, changes, dry); err != nil {
					o.failed(topic, err)
				} else {
					o.did(topic, changed(dry))
				}
			}
			return o.end()
		}),
	}
	f := cmd.Flags()
	f.Int32VarP(&partitions, "partitions", "p", 0, "how many partitions it shall have; never fewer than now")
	f.StringArrayVarP(&configs, "config", "c", nil, "key=value to set; may be given more than once")
	f.StringArrayVar(&unset, "delete-config", nil, "key to delete; may be given more than once")
	f.BoolVar(&dry, "validate-only", false, "only tell whether it could be done")
	f.BoolVar(&ifExists, "if-exists", false, "a topic that there is not is no error")
	return cmd
}

// changed tells what became of a change of configuration.
func changed(dry bool) string {
	if dry {
		return "could be changed so"
	}
	return "changed"
}

func (s *session) morePartitions(ctx context.Context, o *outcomes, topic string, n int32, dry bool) {
	ask, result := s.admin.UpdatePartitions, fmt.Sprintf("has %d partitions", n)
	if dry {
		ask, result = s.admin.ValidateUpdatePartitions, fmt.Sprintf("could have %d partitions", n)
	}
	rs, err := ask(ctx, int(n), topic)
	if err == nil {
		r := rs[topic]
		if err = r.Err; err != nil {
			err = refusal("topic "+topic, err, r.ErrMessage)
		}
	}
	if err != nil {
		o.failed(topic, s.explain(err))
		return
	}
	o.did(topic, result)
}

func topicDelete(s *session) *cobra.Command {
	var ifExists bool
	cmd := &cobra.Command{
		Use:               "delete TOPIC...",
		Short:             "Delete topics, with all that is in them",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.topicNames(0),
		RunE: s.run(func(ctx context.Context, args []string) error {
			o := &outcomes{s: s}
			p := s.progress("deleted", len(args))
			for len(args) > 0 {
				n := min(atOnce, len(args))
				rs, err := s.admin.DeleteTopics(ctx, args[:n]...)
				if err != nil {
					return err
				}
				for _, name := range args[:n] {
					s.deleted(o, name, rs[name], ifExists)
				}
				args = args[n:]
				p.step(n)
			}
			p.end()
			return o.end()
		}),
	}
	cmd.Flags().BoolVar(&ifExists, "if-exists", false, "a topic that there is not is no error")
	return cmd
}

func (s *session) deleted(o *outcomes, name string, r kadm.DeleteTopicResponse, ifExists bool) {
	switch {
	case errors.Is(r.Err, kerr.UnknownTopicOrPartition) && ifExists:
		o.did(name, "is not there")
	case r.Err != nil:
		o.failed(name, refusal("topic "+name, r.Err, r.ErrMessage))
	default:
		o.did(name, "deleted")
	}
}

// pairs reads key=value arguments.
func pairs(texts []string) (all [][2]string, err error) {
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			return nil, usagef("%q: allowed is key=value", text)
		}
		all = append(all, [2]string{key, value})
	}
	return all, nil
}

// assignments reads the brokers of each partition's replicas.
func assignments(text string) (all [][]int32, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ":") {
		ids, err := numbers(part)
		if err != nil {
			return nil, usagef("--replica-assignment %s: allowed is brokers with commas, partitions with colons: 1,2:2,3", text)
		}
		all = append(all, ids)
	}
	return all, nil
}

// numbers reads numbers with commas between them.
func numbers(text string) (all []int32, err error) {
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 32)
		if err != nil || n < 0 {
			return nil, usagef("%q: allowed are numbers with commas", text)
		}
		all = append(all, int32(n))
	}
	return all, nil
}

func message(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
