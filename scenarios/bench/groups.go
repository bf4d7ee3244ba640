package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// groups has many groups of one member each join, until every member is assigned its partition.
func groups(ctx context.Context, l *load) error {
	return l.join(ctx, "group", func(i int) string { return fmt.Sprintf("%s-%d", l.topic, i) })
}

// members has one group of many members join, until every member is assigned a partition: the topic has one for
// each. Nobody is refused one; the figure counts all the rebalances on the way.
func members(ctx context.Context, l *load) error {
	l.partitions = l.count
	return l.join(ctx, "member", func(int) string { return l.topic })
}

// join starts count consumers, the i-th in the group of that name, and waits until each was assigned something.
func (l *load) join(ctx context.Context, unit string, group func(i int) string) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	balancer := kgo.Balancers(kgo.RangeBalancer())
	if l.nextGen {
		balancer = kgo.ServerSideBalancer()
	}
	assigned := make(chan time.Duration, l.count)
	clients := make([]*kgo.Client, 0, l.count)
	defer func() {
		var wait sync.WaitGroup
		for _, cl := range clients {
			wait.Go(cl.Close)
		}
		wait.Wait()
	}()
	if err := l.begin(); err != nil {
		return err
	}
	for i := range l.count {
		var once sync.Once
		began := time.Now()
		cl, err := l.connect(kgo.ConsumerGroup(group(i)), kgo.ConsumeTopics(l.topic), balancer,
			kgo.DisableAutoCommit(), kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, got map[string][]int32) {
				if len(got) > 0 {
					once.Do(func() { assigned <- time.Since(began) })
				}
			}))
		if err != nil {
			return err
		}
		clients = append(clients, cl)
	}
	var joined durations
	for range l.count {
		select {
		case took := <-assigned:
			joined = append(joined, took)
		case <-ctx.Done():
			return fmt.Errorf("%d of %d were assigned: %w", len(joined), l.count, ctx.Err())
		}
	}
	joined.report(l.line.Extra, "join_")
	return l.end(unit, l.count, 0)
}

// commits has clients commit an offset of one partition each, one request after another, every client for a
// group of its own that has no members.
func commits(ctx context.Context, l *load) (err error) {
	remove, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	cls := make([]*kadm.Client, l.clients)
	for i := range cls {
		cl, err := l.connect()
		if err != nil {
			return err
		}
		defer cl.Close()
		cls[i] = kadm.NewClient(cl)
		first := func() error { return l.commit(ctx, cls[i], i, 0) } // finds the coordinator, once the topic is known
		if err := l.retried(ctx, first); err != nil {
			return err
		}
	}
	if err := l.begin(); err != nil {
		return err
	}
	each := l.count / l.clients
	took, errs := make([]durations, l.clients), make([]error, l.clients)
	var wait sync.WaitGroup
	for i, cl := range cls {
		wait.Go(func() {
			for n := 1; n <= each && errs[i] == nil; n++ {
				began := time.Now()
				errs[i] = l.commit(ctx, cl, i, int64(n))
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	wait.Wait()
	var all durations
	for _, t := range took {
		all = append(all, t...)
	}
	all.report(l.line.Extra, "commit_")
	return errors.Join(errors.Join(errs...), l.end("commit", each*l.clients, 0))
}

func (l *load) commit(ctx context.Context, cl *kadm.Client, client int, at int64) error {
	var offsets kadm.Offsets
	offsets.AddOffset(l.topic, int32(client%l.partitions), at, -1)
	return cl.CommitAllOffsets(ctx, fmt.Sprintf("%s-%d", l.topic, client), offsets)
}

// keptGroups is over how many groups the offsets of keepOffsets spread, and requestOffsets how many a request commits.
const (
	keptGroups     = 1000
	requestOffsets = 500
)

// keptGroup names a group of keepOffsets.
func (l *load) keptGroup(i int) string { return fmt.Sprintf("%s-%d", l.prefix, i) }

// keepOffsets commits count offsets for the partitions of a topic that stays, like the groups: for loaded.
func keepOffsets(ctx context.Context, l *load) error {
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	per := max(l.count/keptGroups, 1)
	if _, err := admin.CreateTopic(ctx, int32(per), 1, nil, l.prefix); err != nil {
		return err
	}
	if err := l.begin(); err != nil {
		return err
	}
	for g := range keptGroups {
		for first := 0; first < per; first += requestOffsets {
			var offsets kadm.Offsets
			for p := first; p < min(first+requestOffsets, per); p++ {
				offsets.AddOffset(l.prefix, int32(p), int64(g), -1)
			}
			if err := l.retried(ctx, func() error { return admin.CommitAllOffsets(ctx, l.keptGroup(g), offsets) }); err != nil {
				return err
			}
		}
	}
	return l.end("offset", per*keptGroups, 0)
}

// loaded waits, after a start, until the offsets of all groups of keepOffsets can be fetched. Of each group one
// topic is asked for: a coordinator answers once it has loaded all of its log.
func loaded(ctx context.Context, l *load) error {
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	for g := range keptGroups {
		err := l.retried(ctx, func() error {
			answers, err := admin.FetchOffsetsForTopics(ctx, l.keptGroup(g), l.prefix)
			if err != nil {
				return err
			}
			if o, ok := answers.Lookup(l.prefix, 0); !ok || o.At != int64(g) {
				return fmt.Errorf("group %s: the offset is not what was committed", l.keptGroup(g))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	since, err := l.sinceStart()
	if err != nil {
		return err
	}
	l.line.Extra["loaded_ms"] = float64(since) / 1e6
	l.start = time.Now().Add(-since)
	return l.end("group", keptGroups, 0)
}

// retried asks again while the coordinator is being found or loads.
func (l *load) retried(ctx context.Context, ask func() error) error {
	for {
		err := ask()
		var k *kerr.Error
		if err == nil || ctx.Err() != nil || !errors.As(err, &k) || !k.Retriable {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
