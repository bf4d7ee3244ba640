package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
)

// logDirs asks for the log directories: a topic that was written is as large as its batches, one that was
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
		return fmt.Errorf("%d partitions are told of where one is there of those asked for", count)
	}
	return nil
}
