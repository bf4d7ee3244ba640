package main

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// warmRequests are sent by each client before tiny is measured: connections, producer ids.
const warmRequests = 20

// tiny has each client send one record a request and wait for the ack.
func tiny(ctx context.Context, l *load) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var clients []*kgo.Client
	for range l.clients {
		cl, err := l.connect()
		if err != nil {
			return err
		}
		defer cl.Close()
		clients = append(clients, cl)
	}
	if _, err := l.oneByOne(ctx, clients, warmRequests); err != nil {
		return err
	}
	if err := l.begin(); err != nil {
		return err
	}
	each := l.count / l.clients
	acked, err := l.oneByOne(ctx, clients, each)
	if err != nil {
		return err
	}
	acked.report(l.line.Extra, "ack_")
	return l.end("request", each*l.clients, 0)
}

// oneByOne sends n records with each client at the same time.
func (l *load) oneByOne(ctx context.Context, clients []*kgo.Client, n int) (durations, error) {
	took := make([]durations, len(clients))
	errs := make([]error, len(clients))
	var wait sync.WaitGroup
	for c, cl := range clients {
		wait.Go(func() {
			for i := 0; i < n && errs[c] == nil; i++ {
				began := time.Now()
				r := &kgo.Record{Topic: l.topic, Partition: int32(c % l.partitions), Value: l.value(c + i)}
				errs[c] = cl.ProduceSync(ctx, r).FirstErr()
				took[c] = append(took[c], time.Since(began))
			}
		})
	}
	wait.Wait()
	var all durations
	for _, t := range took {
		all = append(all, t...)
	}
	return all, errors.Join(errs...)
}

// warmTime at the start of the open loop is sent and not measured.
const warmTime = 2 * time.Second

// endToEnd sends at a fixed rate, whatever the answers do. Times count from when a record was due.
func endToEnd(ctx context.Context, l *load) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	warm := l.rate * int(warmTime/time.Second)
	total := warm + l.rate*int(l.duration/time.Second)
	var arrived durations
	received := make(chan error, 1)
	go func() {
		var err error
		arrived, err = l.receive(ctx, warm, total)
		received <- err
	}()
	if err := l.sendAtRate(ctx, warm, total); err != nil {
		return err
	}
	if err := <-received; err != nil {
		return err
	}
	arrived.report(l.line.Extra, "e2e_")
	return l.end("record", total-warm, 0)
}

func (l *load) sendAtRate(ctx context.Context, warm, total int) error {
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	var mu sync.Mutex
	var acked, late durations
	var failed error
	start := time.Now().Add(100 * time.Millisecond)
	for i := range total {
		if i == warm {
			if err := l.begin(); err != nil {
				return err
			}
		}
		due := start.Add(time.Duration(i) * time.Second / time.Duration(l.rate))
		sleepUntil(due)
		measured := i >= warm
		if measured {
			late = append(late, time.Since(due))
		}
		cl.Produce(ctx, &kgo.Record{Topic: l.topic, Value: l.stamped(i, due)}, func(_ *kgo.Record, err error) {
			mu.Lock()
			defer mu.Unlock()
			if failed = errors.Join(failed, err); measured {
				acked = append(acked, time.Since(due))
			}
		})
	}
	err = cl.Flush(ctx)
	mu.Lock()
	defer mu.Unlock()
	late.report(l.line.Extra, "send_late_")
	acked.report(l.line.Extra, "ack_")
	return errors.Join(err, failed)
}

// receive reads until all records have arrived.
func (l *load) receive(ctx context.Context, warm, total int) (durations, error) {
	cl, err := l.connect(l.fromStart())
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	var arrived durations
	for n := 0; n < total; {
		fs := cl.PollFetches(ctx)
		now := time.Now().UnixNano()
		if err := fs.Err(); err != nil {
			return nil, err
		}
		fs.EachRecord(func(r *kgo.Record) {
			n++
			if int(binary.LittleEndian.Uint64(r.Value)) >= warm {
				arrived = append(arrived, time.Duration(now-int64(binary.LittleEndian.Uint64(r.Value[8:]))))
			}
		})
	}
	return arrived, nil
}

// stamped is a value that carries its number and when it was due.
func (l *load) stamped(i int, due time.Time) []byte {
	v := append([]byte(nil), l.value(i)...)
	binary.LittleEndian.PutUint64(v, uint64(i))
	binary.LittleEndian.PutUint64(v[8:], uint64(due.UnixNano()))
	return v
}

// sleepUntil blocks its thread: the runtime's own timers are late by up to a millisecond.
func sleepUntil(t time.Time) {
	for left := time.Until(t); left > 0; left = time.Until(t) {
		span := syscall.NsecToTimespec(int64(left))
		if err := syscall.Nanosleep(&span, nil); err != nil && err != syscall.EINTR {
			panic("BUG: nanosleep: " + err.Error())
		}
	}
}
