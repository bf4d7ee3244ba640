package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// cleanSegment is segment.bytes of the log that clean has compacted, and cleanSettled how long its size has to stay
// before it is taken for done.
const (
	cleanSegment = 16 << 20
	cleanSettled = time.Second
)

// clean writes records over a tenth as many keys into a topic of one partition that keeps them all, makes the topic
// compact and waits until the log holds hardly more than the last record of each key: the segment that is being
// written stays as it is. What counts is what came after the change: the unit is a byte of the log before it.
func clean(ctx context.Context, l *load) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if err := l.alter(ctx, admin, "segment.bytes", fmt.Sprint(cleanSegment), "min.cleanable.dirty.ratio", "0.01"); err != nil {
		return err
	}
	keys := uint64(max(l.records/10, 1))
	mixed := func(i int) []byte { return fmt.Appendf(nil, "key-%012d", uint64(i)*2654435761%keys) }
	if err := l.fillWith(ctx, mixed); err != nil {
		return err
	}
	before, err := l.logSize(ctx, admin)
	if err != nil {
		return err
	}
	time.Sleep(time.Second) // what the writing left to do is not the cleaner's
	if err := l.begin(); err != nil {
		return err
	}
	if err := l.alter(ctx, admin, "cleanup.policy", "compact"); err != nil {
		return err
	}
	want := before/10 + before/50 + cleanSegment
	var size, last int64
	settled := time.Now()
	for size = before; size > want || time.Since(settled) < cleanSettled; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("of %d bytes %d are left, which %d should be at most: %w", before, size, want, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
		if size, err = l.logSize(ctx, admin); err != nil {
			return err
		}
		if size != last {
			last, settled = size, time.Now()
		}
	}
	wall := settled.Sub(l.start)
	if err := l.end("byte", int(before), int(before)); err != nil {
		return err
	}
	l.line.Extra["left_mb"], l.line.Extra["cleaned_ms"] = float64(size)/1e6, float64(wall)/1e6
	l.line.Extra["mb_per_cpu_s"] = float64(before) / 1e6 / l.line.ServerS
	return nil
}

// alter sets configuration of the load's topic, given as names and values in turns.
func (l *load) alter(ctx context.Context, admin *kadm.Client, pairs ...string) error {
	var set []kadm.AlterConfig
	for i := 0; i < len(pairs); i += 2 {
		set = append(set, kadm.AlterConfig{Op: kadm.SetConfig, Name: pairs[i], Value: &pairs[i+1]})
	}
	answers, err := admin.AlterTopicConfigs(ctx, set, l.topic)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if a.Err != nil {
			return fmt.Errorf("%s: %w", a.Name, a.Err)
		}
	}
	return nil
}

// logSize is what the broker says that the log of the load's only partition has on its disk, in bytes.
func (l *load) logSize(ctx context.Context, admin *kadm.Client) (int64, error) {
	var topics kadm.TopicsSet
	topics.Add(l.topic, 0)
	described, err := admin.DescribeAllLogDirs(ctx, topics)
	if err != nil {
		return 0, err
	}
	var size int64
	for _, dirs := range described {
		if err := dirs.Error(); err != nil {
			return 0, err
		}
		size += dirs.Size()
	}
	return size, nil
}
