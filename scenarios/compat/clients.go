package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The size of the walk through the codecs.
const (
	codecRecords    = 3000
	codecPartitions = 4
	codecValueSize  = 300
)

// namedCodec is a codec by Kafka's name.
type namedCodec struct {
	name  string
	codec kgo.CompressionCodec
}

// codecs are those of the record format.
var codecs = []namedCodec{
	{"none", kgo.NoCompression()},
	{"gzip", kgo.GzipCompression()},
	{"snappy", kgo.SnappyCompression()},
	{"lz4", kgo.Lz4Compression()},
	{"zstd", kgo.ZstdCompression()},
}

// clients walks through what a client does, with franz-go's defaults.
func clients(ctx context.Context, args []string) error {
	fs := flags("clients")
	broker := fs.String("broker", "", "host:port")
	if err := fs.Parse(args); err != nil {
		return err
	}
	steps := 0
	for _, c := range codecs {
		if err := throughCodec(ctx, *broker, "codec-"+c.name, kgo.ProducerBatchCompression(c.codec)); err != nil {
			return fmt.Errorf("codec %s: %w", c.name, err)
		}
		steps++
	}
	served, err := servedAPIs(ctx, *broker)
	if err != nil {
		return err
	}
	for _, w := range walks {
		if missing := notServed(served, w.needs); len(missing) > 0 {
			fmt.Printf("SKIP compat: franz-go, %s: the broker does not serve %s\n", w.name, strings.Join(missing, ", "))
			continue
		}
		if err := w.run(ctx, *broker); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		steps++
	}
	fmt.Printf("FIGURE compat: franz-go: %d of %d walks\n", steps, len(codecs)+len(walks))
	return nil
}

// walks are promises beside the codecs. One that needs APIs which the broker does not serve is named as
// skipped.
var walks = []struct {
	name  string
	needs []int16
	run   func(ctx context.Context, broker string) error
}{
	{"acks=1", nil, func(ctx context.Context, broker string) error {
		return throughCodec(ctx, broker, "acks-one", kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite())
	}},
	{"acks=0", nil, withoutAcks},
	{"auto-creation", nil, autoCreation},
	{"topics", nil, topics},
	{"offsets", nil, listOffsets},
	{"refusals", nil, refusals},
	{"records deleted", nil, deleteRecords},
	{"ends of leader epochs", nil, epochEnds},
	{"configs of topics", []int16{32, 33, 44}, adminWalk(topicConfigs)},
	{"configs of brokers", []int16{32, 44}, adminWalk(brokerConfigs)},
	{"configs of client metrics and groups", []int16{32, 44, 74}, adminWalk(otherConfigs)},
	{"more partitions", nil, morePartitions},
	{"log directories", nil, logDirs},
	{"elections", []int16{43}, adminWalk(elections)},
	{"reassignments", []int16{45, 46}, adminWalk(reassignments)},
	{"quotas", []int16{48, 49}, adminWalk(quotas)},
	{"the cluster and its quorum", []int16{55, 60}, adminWalk(clusterFacts)},
	{"topics page by page", []int16{75}, adminWalk(topicPages)},
	{"offsets of a group", []int16{8, 9, 10, 47}, adminWalk(groupOffsets)},
}

// throughCodec produces over several partitions and reads back.
func throughCodec(ctx context.Context, broker, topic string, opts ...kgo.Opt) error {
	s := newSent(topic, values{codecValueSize}, codecPartitions, codecRecords)
	cl, err := connect(broker, append(opts, kgo.ProducerLinger(2*time.Millisecond))...)
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := createTopic(ctx, cl, topic, codecPartitions); err != nil {
		return err
	}
	acks := &acks{sent: s}
	for i := range codecRecords {
		p, number := int32(i%codecPartitions), i/codecPartitions
		cl.Produce(ctx, s.record(p, number), func(r *kgo.Record, err error) { acks.take(r, number, err) })
	}
	if err := errors.Join(cl.Flush(ctx), acks.err()); err != nil {
		return err
	}
	if err := acks.dense(); err != nil {
		return err
	}
	_, err = s.verify(ctx, broker)
	return err
}

// dense wants a fresh partition's offsets to be 0, 1, 2 and so on.
func (a *acks) dense() error {
	for p, offsets := range a.sent.offsets {
		for number, offset := range offsets {
			if offset != int64(number) {
				return fmt.Errorf("partition %d: record %d was acked at offset %d", p, number, offset)
			}
		}
	}
	return nil
}

// withoutAcks sends with acks=0, for which no offset is told: on one connection they keep order.
func withoutAcks(ctx context.Context, broker string) error {
	s := newSent("acks-none", values{codecValueSize}, 1, 200)
	cl, err := connect(broker, kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite())
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := createTopic(ctx, cl, s.topic, 1); err != nil {
		return err
	}
	for i := range s.offsets[0] {
		if err := cl.ProduceSync(ctx, s.record(0, i)).FirstErr(); err != nil {
			return err
		}
		s.offsets[0][i] = int64(i)
	}
	_, err = s.verify(ctx, broker)
	return err
}

// autoCreation produces to a topic that nobody created.
func autoCreation(ctx context.Context, broker string) error {
	s := newSent("nobody-created-me", values{codecValueSize}, 1, 1)
	cl, err := connect(broker, kgo.AllowAutoTopicCreation())
	if err != nil {
		return err
	}
	defer cl.Close()
	r, err := cl.ProduceSync(ctx, s.record(0, 0)).First()
	if err != nil {
		return err
	}
	s.offsets[0][0] = r.Offset
	_, err = s.verify(ctx, broker)
	return err
}

// topics creates, lists and deletes; a topic of the same name is a new one.
func topics(ctx context.Context, broker string) error {
	cl, err := connect(broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	var ids []kadm.TopicID
	for range 2 {
		if err := createTopic(ctx, cl, "short-lived", 3); err != nil {
			return err
		}
		listed, err := admin.ListTopics(ctx)
		if err != nil {
			return err
		}
		ids = append(ids, listed["short-lived"].ID)
		if n := len(listed["short-lived"].Partitions); n != 3 {
			return fmt.Errorf("the topic is listed with %d partitions, not 3", n)
		}
		if _, err := admin.DeleteTopic(ctx, "short-lived"); err != nil {
			return err
		}
		if err := gone(ctx, admin, "short-lived"); err != nil {
			return err
		}
	}
	if slices.Equal(ids[0][:], ids[1][:]) {
		return fmt.Errorf("two topics of one name share the id %v", ids[0])
	}
	return nil
}

// morePartitions adds partitions to a topic that is written to, and writes to each.
func morePartitions(ctx context.Context, broker string) error {
	cl, err := connect(broker, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(10*time.Millisecond))
	if err != nil {
		return err
	}
	defer cl.Close()
	s := newSent("growing", values{codecValueSize}, 4, 4)
	if err := createTopic(ctx, cl, s.topic, 1); err != nil {
		return err
	}
	if r, err := kadm.NewClient(cl).UpdatePartitions(ctx, 4, s.topic); err != nil || r[s.topic].Err != nil {
		return fmt.Errorf("adding partitions: %w, %w", err, r[s.topic].Err)
	}
	if r, err := kadm.NewClient(cl).UpdatePartitions(ctx, 2, s.topic); err != nil || !errors.Is(r[s.topic].Err, kerr.InvalidPartitions) {
		return fmt.Errorf("taking partitions away: %w, %w", err, r[s.topic].Err)
	}
	for p := range s.offsets {
		r, err := cl.ProduceSync(ctx, s.record(int32(p), 0)).First()
		if err != nil {
			return err
		}
		s.offsets[p][0] = r.Offset
	}
	_, err = s.verify(ctx, broker)
	return err
}

// gone waits until the topic is listed no more.
func gone(ctx context.Context, admin *kadm.Client, topic string) error {
	for ctx.Err() == nil {
		listed, err := admin.ListTopics(ctx)
		if err != nil {
			return err
		}
		if !listed.Has(topic) {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("%s is still listed: %w", topic, ctx.Err())
}

// listOffsets compares start and end offsets, and an offset by time, with what was produced.
func listOffsets(ctx context.Context, broker string) error {
	s := newSent("offsets", values{codecValueSize}, 2, 100)
	cl, err := connect(broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := createTopic(ctx, cl, s.topic, 2); err != nil {
		return err
	}
	const began = 1_700_000_000_000 // any time will do
	for i := range s.offsets[0] {
		r := s.record(0, i)
		r.Timestamp = time.UnixMilli(began + int64(i)*1000)
		if err := cl.ProduceSync(ctx, r).FirstErr(); err != nil {
			return err
		}
	}
	admin := kadm.NewClient(cl)
	for _, c := range []struct {
		name string
		list func(context.Context, ...string) (kadm.ListedOffsets, error)
		want [2]int64
	}{
		{"start", admin.ListStartOffsets, [2]int64{0, 0}},
		{"end", admin.ListEndOffsets, [2]int64{50, 0}},
		{"committed", admin.ListCommittedOffsets, [2]int64{50, 0}},
		{"after 20 s", func(ctx context.Context, topics ...string) (kadm.ListedOffsets, error) {
			return admin.ListOffsetsAfterMilli(ctx, began+20_000, topics...)
		}, [2]int64{20, 0}},
	} {
		got, err := c.list(ctx, s.topic)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for p, want := range c.want {
			o, ok := got.Lookup(s.topic, int32(p))
			if !ok || o.Err != nil || o.Offset != want {
				return fmt.Errorf("%s of partition %d: %+v, want %d", c.name, p, o, want)
			}
		}
	}
	return nil
}

// refusals wants the error codes that clients branch on.
func refusals(ctx context.Context, broker string) error {
	// The client must not be the one that refuses.
	cl, err := connect(broker, kgo.ProducerBatchMaxBytes(8<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if err := createTopic(ctx, cl, "taken", 1); err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		do   func() error
		want error
	}{
		{"a name that is taken", func() error {
			_, err := admin.CreateTopic(ctx, 1, 1, nil, "taken")
			return err
		}, kerr.TopicAlreadyExists},
		{"a name that is none", func() error {
			_, err := admin.CreateTopic(ctx, 1, 1, nil, "no/name")
			return err
		}, kerr.InvalidTopicException},
		{"more replicas than brokers", func() error {
			_, err := admin.CreateTopic(ctx, 1, 2, nil, "two")
			return err
		}, kerr.InvalidReplicationFactor},
		{"deleting what is not there", func() error {
			_, err := admin.DeleteTopic(ctx, "never-was")
			return err
		}, kerr.UnknownTopicOrPartition},
		{"a record that is too large", func() error {
			big := &kgo.Record{Topic: "taken", Value: make([]byte, 3<<20)}
			return cl.ProduceSync(ctx, big).FirstErr()
		}, kerr.MessageTooLarge},
	} {
		if err := c.do(); !errors.Is(err, c.want) {
			return fmt.Errorf("%s: got %v, want %w", c.name, err, c.want)
		}
	}
	return nil
}
