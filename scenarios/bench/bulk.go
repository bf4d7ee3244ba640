package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// produce writes records round robin over the partitions, as fast as they are acked.
func produce(ctx context.Context, l *load) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := l.begin(); err != nil {
		return err
	}
	if err := l.fill(ctx); err != nil {
		return err
	}
	return l.end("record", l.records, l.records*l.size)
}

// keep is produce into a topic that stays, named by the prefix.
func keep(ctx context.Context, l *load) error {
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	l.topic = l.prefix
	if _, err := kadm.NewClient(cl).CreateTopic(ctx, int32(l.partitions), 1, nil, l.topic); err != nil {
		return err
	}
	if err := l.begin(); err != nil {
		return err
	}
	if err := l.fill(ctx); err != nil {
		return err
	}
	return l.end("record", l.records, l.records*l.size)
}

// fill writes all records, without keys and round robin, and returns when they are acked.
func (l *load) fill(ctx context.Context) error {
	return l.fillWith(ctx, func(int) []byte { return nil })
}

// fillWith is fill with the key of each record.
func (l *load) fillWith(ctx context.Context, key func(i int) []byte) error {
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	var once sync.Once
	failed := make(chan error, 1)
	for i := range l.records {
		r := &kgo.Record{Topic: l.topic, Partition: int32(i % l.partitions), Key: key(i), Value: l.value(i)}
		cl.Produce(ctx, r, func(_ *kgo.Record, err error) {
			if err != nil {
				once.Do(func() { failed <- err })
			}
		})
	}
	if err := cl.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// consume reads back a topic that was just written; the writing does not count.
func consume(ctx context.Context, l *load) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	l.linger = 5 * time.Millisecond
	if err := l.fill(ctx); err != nil {
		return err
	}
	time.Sleep(time.Second) // what the writing left to do is not the reading's
	if err := l.begin(); err != nil {
		return err
	}
	cl, err := l.connect(l.fromStart())
	if err != nil {
		return err
	}
	defer cl.Close()
	bytes := 0
	for n := 0; n < l.records; {
		fs := cl.PollFetches(ctx)
		if err := fs.Err(); err != nil {
			return err
		}
		fs.EachRecord(func(r *kgo.Record) { n, bytes = n+1, bytes+len(r.Value) })
	}
	return l.end("record", l.records, bytes)
}
