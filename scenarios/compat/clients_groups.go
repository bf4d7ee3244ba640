package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// groupOffsets commits offsets of a group without members, reads them back, and deletes one.
func groupOffsets(ctx context.Context, _ *kgo.Client, admin *kadm.Client) error {
	const group, topic = "compat-offsets", "codec-none"
	commit := kadm.Offsets{}
	commit.Add(kadm.Offset{Topic: topic, Partition: 0, At: 3, LeaderEpoch: 0, Metadata: "noted"})
	commit.Add(kadm.Offset{Topic: topic, Partition: 1, At: 4, LeaderEpoch: -1})
	commit.Add(kadm.Offset{Topic: topic, Partition: 9999, At: 4, LeaderEpoch: -1})
	done, err := admin.CommitOffsets(ctx, group, commit)
	if err != nil {
		return err
	}
	for _, p := range done.Sorted() {
		if missing := p.Partition == 9999; missing != errors.Is(p.Err, kerr.UnknownTopicOrPartition) || !missing && p.Err != nil {
			return fmt.Errorf("the commit of partition %d: %w", p.Partition, p.Err)
		}
	}
	got, err := admin.FetchOffsets(ctx, group)
	if err != nil {
		return err
	}
	if a, _ := got.Lookup(topic, 0); a.At != 3 || a.LeaderEpoch != 0 || a.Metadata != "noted" || a.Err != nil {
		return fmt.Errorf("partition 0 has %+v", a)
	}
	if b, _ := got.Lookup(topic, 1); b.At != 4 || len(got[topic]) != 2 {
		return fmt.Errorf("the group has %+v", got)
	}
	gone := kadm.TopicsSet{}
	gone.Add(topic, 1)
	deleted, err := admin.DeleteOffsets(ctx, group, gone)
	if err == nil {
		err = deleted.Error()
	}
	if err != nil {
		return err
	}
	all := admin.FetchManyOffsets(ctx, group, "compat-nobody")
	if kept := all[group]; kept.Err != nil || len(kept.Fetched[topic]) != 1 {
		return fmt.Errorf("after the deletion: %+v", kept)
	}
	if nobody := all["compat-nobody"]; nobody.Err != nil || len(nobody.Fetched) != 0 {
		return fmt.Errorf("a group that is not has %+v", nobody)
	}
	return nil
}
