package admin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// pollEvery is how often something that takes long is asked about.
const pollEvery = 200 * time.Millisecond

type moveRow struct {
	Topic     string  `json:"topic"`
	Partition int32   `json:"partition"`
	Replicas  []int32 `json:"replicas"`
	Adding    []int32 `json:"adding"`
	Removing  []int32 `json:"removing"`
}

func partitionReassign(s *session) *cobra.Command {
	var listOnly, cancel, wait bool
	cmd := &cobra.Command{
		Use:   "reassign TOPIC PARTITION=BROKER,... ...",
		Short: "Move the replicas of partitions to other brokers",
		Example: `  momus partition reassign orders 0=1,2 1=2,3 --wait
  momus partition reassign --list
  momus partition reassign orders --cancel 0 1`,
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			switch {
			case listOnly && len(args) == 0:
				return s.listMoves(ctx)
			case listOnly || len(args) < 2:
				return usagef("partition reassign: say TOPIC PARTITION=BROKER,... or TOPIC --cancel PARTITION... or --list alone")
			}
			if _, err := s.topics(ctx, args[:1]); err != nil {
				return err
			}
			return s.reassign(ctx, args[0], args[1:], cancel, wait)
		}),
	}
	cmd.Flags().BoolVar(&listOnly, "list", false, "print what is being moved")
	cmd.Flags().BoolVar(&cancel, "cancel", false, "take back the moves of these partitions")
	cmd.Flags().BoolVar(&wait, "wait", false, "return when all are moved, at most --timeout")
	return cmd
}

func (s *session) listMoves(ctx context.Context) error {
	moves, err := s.moves(ctx)
	if err != nil {
		return err
	}
	t := newTable("TOPIC", "PARTITION", "REPLICAS", "ADDING", "REMOVING")
	for _, r := range moves {
		t.add(r.Topic, r.Partition, r.Replicas, r.Adding, r.Removing)
	}
	return s.show(moves, t)
}

// moves are all partitions that are being moved.
func (s *session) moves(ctx context.Context) ([]moveRow, error) {
	req := kmsg.NewPtrListPartitionReassignmentsRequest()
	req.TimeoutMillis = int32(s.timeout.Milliseconds())
	r, err := req.RequestWith(ctx, s.cl)
	if err != nil {
		return nil, err
	}
	if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
		return nil, refusal("reassignments", err, message(r.ErrorMessage))
	}
	rows := []moveRow{}
	for _, t := range r.Topics {
		for _, p := range t.Partitions {
			rows = append(rows, moveRow{t.Topic, p.Partition, p.Replicas, p.AddingReplicas, p.RemovingReplicas})
		}
	}
	return rows, nil
}

func (s *session) reassign(ctx context.Context, topic string, args []string, cancel, wait bool) error {
	req := kadm.AlterPartitionAssignmentsReq{}
	if cancel {
		for _, arg := range args {
			p, err := strconv.ParseInt(arg, 10, 32)
			if err != nil || p < 0 {
				return usagef("%q: allowed with --cancel is a partition", arg)
			}
			req.CancelAssign(topic, int32(p))
		}
	} else {
		all, err := keyed(args, "BROKER,...")
		if err != nil {
			return err
		}
		for p, text := range all {
			brokers, err := numbers(text)
			if err != nil {
				return err
			}
			req.Assign(topic, p, brokers)
		}
	}
	rs, err := s.admin.AlterPartitionAssignments(ctx, req)
	if err != nil {
		return err
	}
	o, result := &outcomes{s: s}, "is being moved"
	if cancel {
		result = "stays"
	}
	for _, r := range rs.Sorted() {
		name := fmt.Sprintf("%s:%d", topic, r.Partition)
		if r.Err != nil {
			o.failed(name, refusal(name, r.Err, r.ErrMessage))
			continue
		}
		o.did(name, result)
	}
	if wait && !cancel && o.errs == 0 {
		if err := s.awaitMoves(ctx, req); err != nil {
			return err
		}
		for i := range o.all {
			o.all[i].Result = "moved"
		}
	}
	return o.end()
}

// awaitMoves returns when none of the partitions is being moved any more.
func (s *session) awaitMoves(ctx context.Context, req kadm.AlterPartitionAssignmentsReq) error {
	total := 0
	for _, ps := range req {
		total += len(ps)
	}
	p := s.progress("moved", total)
	defer p.end()
	for {
		moves, err := s.moves(ctx)
		if err != nil {
			return err
		}
		left := 0
		for _, m := range moves {
			if _, ours := req[m.Topic][m.Partition]; ours {
				left++
			}
		}
		if p.at(total - left); left == 0 {
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// pause waits for the next look at something that takes long.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pollEvery):
		return nil
	}
}

func partitionMoveDir(s *session) *cobra.Command {
	var wait bool
	var broker int32
	cmd := &cobra.Command{
		Use:   "move-dir TOPIC PARTITION DIR",
		Short: "Move a replica to another log directory of its broker",
		Long: `Move a replica to another log directory of its broker, while it goes on serving: the log is copied into
DIR and takes the place of the old one once it has caught up. DIR is a path as momus log dirs prints it.`,
		Args:              cobra.ExactArgs(3),
		ValidArgsFunction: s.topicNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			topic, dir := args[0], args[2]
			ps, err := numbers(args[1])
			if err != nil || len(ps) != 1 {
				return usagef("%q is no partition", args[1])
			}
			states, err := s.states(ctx, topic, ps)
			if err != nil {
				return err
			}
			if broker < 0 {
				if broker = states[0].Leader; broker < 0 {
					return fmt.Errorf("%s:%d has no leader; --broker says whose replica is meant", topic, ps[0])
				}
			}
			set := kadm.TopicsSet{}
			set.Add(topic, ps[0])
			req := kadm.AlterReplicaLogDirsReq{}
			req.Add(dir, set)
			rs, err := s.admin.AlterBrokerReplicaLogDirs(ctx, broker, req)
			if err != nil {
				return err
			}
			name := fmt.Sprintf("%s:%d", topic, ps[0])
			for _, r := range rs.Sorted() {
				if r.Err != nil {
					return refusal(name, r.Err, "")
				}
			}
			o, result := &outcomes{s: s}, "is being moved to "+dir
			if wait {
				if err := s.awaitDir(ctx, broker, topic, ps[0], dir); err != nil {
					return err
				}
				result = "moved to " + dir
			}
			o.did(name, result)
			return o.end()
		}),
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when it is moved, at most --timeout")
	cmd.Flags().Int32Var(&broker, "broker", -1, "whose replica; -1 is the leader's")
	return cmd
}

// awaitDir returns when the replica's log is in a directory, and tells how much is copied until then.
func (s *session) awaitDir(ctx context.Context, broker int32, topic string, partition int32, dir string) error {
	set := kadm.TopicsSet{}
	set.Add(topic, partition)
	p := s.progress("KiB copied", 0)
	defer p.end()
	for {
		dirs, err := s.admin.DescribeBrokerLogDirs(ctx, broker, set)
		if err != nil {
			return err
		}
		var here, future *kadm.DescribedLogDirPartition
		dirs.EachPartition(func(d kadm.DescribedLogDirPartition) {
			if d.IsFuture {
				future = &d
			} else {
				here = &d
			}
		})
		switch {
		case here != nil && here.Dir == dir && future == nil:
			return nil
		case here == nil && future == nil:
			return errors.New("the replica is in no directory any more")
		case here != nil && future != nil:
			p.total = int(here.Size / 1024)
			p.at(int(future.Size / 1024))
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// when is a timestamp for people.
func when(millis int64) string {
	if millis < 0 {
		return ""
	}
	return time.UnixMilli(millis).UTC().Format("2006-01-02T15:04:05.000Z")
}

// uuid is an id as Kafka prints it; the one of zeros is none.
func uuid(id [16]byte) string {
	if id == [16]byte{} {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(id[:])
}
