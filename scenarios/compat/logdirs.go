package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// logDirs asks for the log directories, and moves a log between them: a topic that was written is as large as its batches, one that was
// not is empty, and only what is asked for is told.
func logDirs(ctx context.Context, broker string) error {
	s := newSent("sized", values{codecValueSize}, 2, 20)
	cl, err := connect(broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if err := createTopic(ctx, cl, s.topic, 2); err != nil {
		return err
	}
	for i := range s.offsets[0] {
		if err := cl.ProduceSync(ctx, s.record(0, i)).FirstErr(); err != nil {
			return err
		}
	}
	all, err := admin.DescribeAllLogDirs(ctx, nil)
	if err != nil {
		return err
	}
	seen := map[int32]int64{}
	for _, d := range all.Sorted() {
		if d.Err != nil {
			return d.Err
		}
		d.Topics.Each(func(p kadm.DescribedLogDirPartition) {
			if p.Topic == s.topic {
				seen[p.Partition] = p.Size
			}
			if p.Topic == "__cluster_metadata" || p.IsFuture || p.OffsetLag != 0 || !strings.HasPrefix(p.Dir, "/") {
				err = fmt.Errorf("told of %+v", p)
			}
		})
	}
	least := int64(len(s.offsets[0]) * codecValueSize)
	if err == nil && (len(seen) != 2 || seen[0] < least || seen[0] > 2*least || seen[1] != 0) {
		err = fmt.Errorf("the sizes of %s are told to be %v", s.topic, seen)
	}
	if err != nil {
		return err
	}
	asked := kadm.TopicsSet{}
	asked.Add(s.topic, 1, 7)
	asked.Add("never-was", 0)
	one, err := admin.DescribeBrokerLogDirs(ctx, 1, asked) // of all brokers, the client would ask of topics that it knows
	if err != nil {
		return err
	}
	count := 0
	for _, d := range one.Sorted() {
		d.Topics.Each(func(kadm.DescribedLogDirPartition) { count++ })
	}
	if count != 1 {
		return fmt.Errorf("%d partitions are told of where one was asked for", count)
	}
	return moveLogs(ctx, cl, admin, s)
}

// moveLogs moves a partition to each of the broker's directories in turn while it is written to, and reads
// all of it in the end. What can not be moved is told why.
func moveLogs(ctx context.Context, cl *kgo.Client, admin *kadm.Client, s *sent) error {
	all, err := admin.DescribeAllLogDirs(ctx, nil)
	if err != nil {
		return err
	}
	dirs := all.Sorted()
	if len(dirs) < 2 {
		return fmt.Errorf("the broker has one log directory")
	}
	if err := alterDir(ctx, admin, "/nowhere", s.topic, kerr.LogDirNotFound); err != nil {
		return err
	}
	for round := range 6 {
		to := dirs[round%len(dirs)]
		if err := alterDir(ctx, admin, to.Dir, s.topic, nil); err != nil {
			return err
		}
		for moved := false; !moved; {
			s.offsets[0] = append(s.offsets[0], -1)
			if err := cl.ProduceSync(ctx, s.record(0, len(s.offsets[0])-1)).FirstErr(); err != nil {
				return fmt.Errorf("producing while the log moves: %w", err)
			}
			now, err := admin.DescribeAllLogDirs(ctx, nil)
			if err != nil {
				return err
			}
			p, found := now[to.Broker].LookupPartition(s.topic, 0)
			moved = found && p.Dir == to.Dir && !p.IsFuture
		}
	}
	ends, err := admin.ListEndOffsets(ctx, s.topic)
	if err != nil {
		return err
	}
	if end, ok := ends.Lookup(s.topic, 0); !ok || end.Offset != int64(len(s.offsets[0])) {
		return fmt.Errorf("the log ends at %d after %d records", end.Offset, len(s.offsets[0]))
	}
	return nil
}

// alterDir asks for partition 0 of a topic to be in a directory of every broker.
func alterDir(ctx context.Context, admin *kadm.Client, dir, topic string, want error) error {
	var req kadm.AlterReplicaLogDirsReq
	req.Add(dir, kadm.TopicsSet{topic: {0: {}}})
	all, err := admin.AlterAllReplicaLogDirs(ctx, req)
	if err != nil {
		return err
	}
	for _, r := range all.Sorted() {
		if !errors.Is(r.Err, want) {
			return fmt.Errorf("moving %s to %s: %v, want %v", topic, dir, r.Err, want)
		}
	}
	return nil
}
