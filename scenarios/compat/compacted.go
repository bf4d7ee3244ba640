package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The topic that is compacted: small segments that are soon dirty enough, and few keys.
const (
	compactedTopic      = "compacted"
	compactedPartitions = 2
	compactedKeys       = 25
	compactedRounds     = 12
)

// lastValues are the last values of keys, by partition and key; an empty one is a tombstone.
type lastValues map[string]string

// compacted writes records of few keys into a topic that is compacted, waits until the broker has compacted it,
// and reads it back: of each key the last value must be there, or nothing of a key whose last record had none.
// The file -state says what was written in the lives of all brokers so far; without -write that is only read back.
func compacted(ctx context.Context, args []string) error {
	fs := flags("compacted")
	broker := fs.String("broker", "", "host:port")
	state := fs.String("state", "", "file of the last values")
	life := fs.Int("life", 0, "number of the broker's life, which goes into the values")
	write := fs.Bool("write", false, "write, and wait for the compaction")
	if err := fs.Parse(args); err != nil {
		return err
	}
	last, err := readLast(*state)
	if err != nil {
		return err
	}
	if *write {
		if err := writeCompacted(ctx, *broker, *life, last); err != nil {
			return err
		}
		if err := last.save(*state); err != nil {
			return err
		}
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		offsets, there, err := readCompacted(ctx, *broker, last)
		if err != nil {
			return err
		}
		if !*write || there*2 < offsets {
			fmt.Printf("compacted: of %d offsets %d records stay\n", offsets, there)
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d records are there after a minute: nothing is compacted", there, offsets)
		}
	}
}

func readLast(path string) (lastValues, error) {
	last := lastValues{}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return last, nil
	}
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		last[key] = value
	}
	return last, err
}

func (l lastValues) save(path string) error {
	var lines []string
	for key, value := range l {
		lines = append(lines, key+" "+value)
	}
	slices.Sort(lines)
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// writeCompacted writes rounds of all keys, each by a producer of another codec.
func writeCompacted(ctx context.Context, broker string, life int, last lastValues) error {
	for round := range compactedRounds {
		cl, err := connect(broker, kgo.ProducerBatchCompression(codecs[round%len(codecs)].codec), kgo.ProducerLinger(time.Millisecond))
		if err != nil {
			return err
		}
		if round == 0 {
			err = makeCompacted(ctx, cl)
		}
		for i := 0; i < compactedKeys*compactedPartitions && err == nil; i++ {
			p, key := int32(i%compactedPartitions), fmt.Sprintf("key-%d", i/compactedPartitions)
			r := &kgo.Record{Topic: compactedTopic, Partition: p, Key: []byte(key)}
			value := fmt.Sprintf("life-%d-round-%d-%s", life, round, strings.Repeat("x", i))
			if (i+round+life)%7 == 0 {
				value = ""
			} else {
				r.Value = []byte(value)
			}
			if err = cl.ProduceSync(ctx, r).FirstErr(); err == nil {
				last[fmt.Sprintf("%d/%s", p, key)] = value
			}
		}
		cl.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func makeCompacted(ctx context.Context, cl *kgo.Client) error {
	configs := map[string]*string{}
	for _, s := range []string{
		"cleanup.policy=compact", "internal.segment.bytes=4000", "index.interval.bytes=512", "min.cleanable.dirty.ratio=0.01", "delete.retention.ms=1500",
	} {
		name, value, _ := strings.Cut(s, "=")
		configs[name] = &value
	}
	_, err := kadm.NewClient(cl).CreateTopic(ctx, compactedPartitions, 1, configs, compactedTopic)
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return err
	}
	return led(ctx, cl, compactedTopic, compactedPartitions)
}

// readCompacted reads the topic, and compares it with what was written last. It returns how many offsets there are,
// and how many records.
func readCompacted(ctx context.Context, broker string, last lastValues) (offsets, there int64, err error) {
	cl, err := connect(broker, fromStart(compactedTopic, compactedPartitions))
	if err != nil {
		return 0, 0, err
	}
	defer cl.Close()
	if err := led(ctx, cl, compactedTopic, compactedPartitions); err != nil {
		return 0, 0, err
	}
	ends, err := kadm.NewClient(cl).ListEndOffsets(ctx, compactedTopic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, 0, err
	}
	next, found := map[int32]int64{}, lastValues{}
	for len(next) < compactedPartitions || slices.ContainsFunc([]int32{0, 1}, func(p int32) bool { return next[p] < ends[compactedTopic][p].Offset }) {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return 0, 0, err
		}
		for it := fetches.RecordIter(); !it.Done(); {
			r := it.Next()
			if r.Offset < next[r.Partition] {
				return 0, 0, fmt.Errorf("offset %d of partition %d comes after %d", r.Offset, r.Partition, next[r.Partition])
			}
			next[r.Partition] = r.Offset + 1
			found[fmt.Sprintf("%d/%s", r.Partition, r.Key)] = string(r.Value)
			there++
		}
	}
	for key, value := range last {
		if got, ok := found[key]; got != value || !ok && value != "" {
			return 0, 0, fmt.Errorf("%s is %q, and %q was written last", key, got, value)
		}
	}
	for key := range found {
		if _, ok := last[key]; !ok {
			return 0, 0, fmt.Errorf("%s is there, which was never written", key)
		}
	}
	return ends[compactedTopic][0].Offset + ends[compactedTopic][1].Offset, there, nil
}
