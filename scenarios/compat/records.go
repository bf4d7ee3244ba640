package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// deleteRecords deletes some records and then all (KIP-107), and wants readers to begin behind them;
// what lies outside of a partition, and what only compaction may take, is refused.
func deleteRecords(ctx context.Context, broker string) error {
	s := newSent("trimmed", values{codecValueSize}, 2, 20)
	cl, err := connect(broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if err := createTopic(ctx, cl, s.topic, 2); err != nil {
		return err
	}
	if _, err := admin.CreateTopic(ctx, 1, 1, map[string]*string{"cleanup.policy": kadm.StringPtr("compact")}, "kept"); err != nil {
		return err
	}
	for i := range s.offsets[0] {
		if err := cl.ProduceSync(ctx, s.record(0, i)).FirstErr(); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		name  string
		topic string
		to    int64
		low   int64
		want  error
	}{
		{"some", s.topic, 3, 3, nil},
		{"what is gone", s.topic, 2, 3, nil},
		{"beyond the end", s.topic, 11, -1, kerr.OffsetOutOfRange},
		{"below all", s.topic, -2, -1, kerr.OffsetOutOfRange},
		{"what is compacted", "kept", 0, -1, kerr.PolicyViolation},
		{"what is not there", "never-was", 0, -1, kerr.UnknownTopicOrPartition},
		{"all", s.topic, -1, 10, nil},
	} {
		if err := trim(ctx, cl, c.topic, c.to, c.low, c.want); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if c.want != nil {
			continue
		}
		started, err := admin.ListStartOffsets(ctx, c.topic)
		if err != nil {
			return err
		}
		if o, ok := started.Lookup(c.topic, 0); !ok || o.Offset != c.low {
			return fmt.Errorf("%s: the partition begins at %d, want %d", c.name, o.Offset, c.low)
		}
	}
	var ends kadm.Offsets
	ends.AddOffset(s.topic, 0, 10, -1)
	ends.AddOffset(s.topic, 1, 0, -1)
	deleted, err := admin.DeleteRecords(ctx, ends)
	return errors.Join(err, deleted.Error())
}

// epochEnds asks where leader epochs end (KIP-101, KIP-320): the first one, in a fresh partition, at its
// end; one that is yet to come, nowhere; and with the epoch of another leader than there is, not at all.
func epochEnds(ctx context.Context, broker string) error {
	s := newSent("epochs", values{codecValueSize}, 1, 5)
	cl, err := connect(broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if err := createTopic(ctx, cl, s.topic, 1); err != nil {
		return err
	}
	for i := range s.offsets[0] {
		if err := cl.ProduceSync(ctx, s.record(0, i)).FirstErr(); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		name           string
		current, asked int32
		epoch          int32
		end            int64
		want           error
	}{
		{"the first", -1, 0, 0, 5, nil},
		{"by the leader's epoch", 0, 0, 0, 5, nil},
		{"one that is yet to come", -1, 1, -1, -1, nil},
		{"by a later leader's", 1, 0, -1, -1, kerr.UnknownLeaderEpoch},
	} {
		var asked kadm.OffsetForLeaderEpochRequest
		asked.Add(s.topic, 0, c.asked)
		got := kadm.OffsetForLeaderEpoch{}
		if c.current < 0 {
			told, err := admin.OffsetForLeaderEpoch(ctx, asked)
			if err != nil {
				return err
			}
			got = told[s.topic][0]
		} else if got, err = epochEnd(ctx, cl, s.topic, c.current, c.asked); err != nil {
			return err
		}
		if !errors.Is(got.Err, c.want) || got.LeaderEpoch != c.epoch || got.EndOffset != c.end {
			return fmt.Errorf("%s: %+v, want epoch %d, offset %d, %v", c.name, got, c.epoch, c.end, c.want)
		}
	}
	return nil
}

// epochEnd asks as a consumer does that knows its leader's epoch.
func epochEnd(ctx context.Context, cl *kgo.Client, topic string, current, asked int32) (kadm.OffsetForLeaderEpoch, error) {
	r := kmsg.NewPtrOffsetForLeaderEpochRequest()
	r.ReplicaID = -1
	t := kmsg.NewOffsetForLeaderEpochRequestTopic()
	t.Topic = topic
	p := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
	p.CurrentLeaderEpoch, p.LeaderEpoch = current, asked
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	answer, err := cl.SeedBrokers()[0].Request(ctx, r)
	if err != nil {
		return kadm.OffsetForLeaderEpoch{}, err
	}
	got := answer.(*kmsg.OffsetForLeaderEpochResponse).Topics[0].Partitions[0]
	return kadm.OffsetForLeaderEpoch{
		LeaderEpoch: got.LeaderEpoch, EndOffset: got.EndOffset, Err: kerr.ErrorForCode(got.ErrorCode),
	}, nil
}

// trim asks for a start of partition 0 and compares the answer.
func trim(ctx context.Context, cl *kgo.Client, topic string, to, low int64, want error) error {
	r := kmsg.NewPtrDeleteRecordsRequest()
	r.TimeoutMillis = 10_000
	t := kmsg.NewDeleteRecordsRequestTopic()
	t.Topic = topic
	p := kmsg.NewDeleteRecordsRequestTopicPartition()
	p.Offset = to
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	answer, err := cl.SeedBrokers()[0].Request(ctx, r)
	if err != nil {
		return err
	}
	got := answer.(*kmsg.DeleteRecordsResponse).Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(got.ErrorCode); !errors.Is(err, want) || got.LowWatermark != low {
		return fmt.Errorf("got %v and the low watermark %d, want %v and %d", err, got.LowWatermark, want, low)
	}
	return nil
}
