package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// franzMember polls, and commits what it polled before the next poll, so that each ack tells up to where nothing
// may be seen again.
type franzMember struct {
	cl       *kgo.Client
	l        *groupLoad
	instance string
	end      context.CancelFunc
	done     chan struct{}
}

func joinFranz(opt kgo.Opt) func(context.Context, *groupLoad, string) (member, error) {
	return func(ctx context.Context, l *groupLoad, _ string) (member, error) { return startFranz(ctx, l, "", opt) }
}

// joinFranzStatic makes a static member. It does not leave when it stops, so that stopping takes it out by its name.
func joinFranzStatic(ctx context.Context, l *groupLoad, name string) (member, error) {
	return startFranz(ctx, l, name, kgo.Balancers(kgo.CooperativeStickyBalancer()), kgo.InstanceID(name))
}

// joinFranzNext makes a member of the consumer protocol (KIP-848).
func joinFranzNext(ctx context.Context, l *groupLoad, _ string) (member, error) {
	return startFranz(ctx, l, "", kgo.ServerSideBalancer())
}

// joinFranzBoth has members of both protocols take turns.
func joinFranzBoth(ctx context.Context, l *groupLoad, name string) (member, error) {
	if name == "b" || name == "d" {
		return joinFranzNext(ctx, l, name)
	}
	return startFranz(ctx, l, "", kgo.Balancers(kgo.CooperativeStickyBalancer()))
}

func startFranz(ctx context.Context, l *groupLoad, instance string, opts ...kgo.Opt) (member, error) {
	cl, err := kgo.NewClient(append(opts,
		kgo.SeedBrokers(l.o.broker),
		kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(10*time.Millisecond),
		kgo.ConsumerGroup(l.group),
		kgo.ConsumeTopics(l.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.RebalanceTimeout(10*time.Second),
	)...)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(ctx)
	m := &franzMember{cl: cl, l: l, instance: instance, end: end, done: make(chan struct{})}
	go m.poll(ctx)
	return m, nil
}

func (m *franzMember) poll(ctx context.Context) {
	defer close(m.done)
	for {
		fs := m.cl.PollRecords(ctx, 500)
		ends := map[int32]int64{}
		fs.EachRecord(func(r *kgo.Record) {
			m.l.saw(r.Partition, r.Offset)
			ends[r.Partition] = max(ends[r.Partition], r.Offset+1)
		})
		if len(ends) > 0 {
			m.commit(fs.Records(), ends)
		}
		m.cl.AllowRebalance()
		if ctx.Err() != nil {
			return
		}
	}
}

// commit commits what was polled. While the broker is away that fails, and what is not committed may come again.
func (m *franzMember) commit(records []*kgo.Record, ends map[int32]int64) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := m.cl.CommitRecords(ctx, records...); err != nil {
		return
	}
	for p, end := range ends {
		m.l.acked(p, end)
	}
}

func (m *franzMember) stop() error {
	m.end()
	<-m.done
	var err error
	if m.instance != "" {
		err = m.takeOut()
	}
	m.cl.Close()
	return err
}

// takeOut removes a static member. One that came a moment ago may not be in the group yet.
func (m *franzMember) takeOut() error {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for {
		left, err := kadm.NewClient(m.cl).LeaveGroup(ctx, kadm.LeaveGroup(m.l.group).InstanceIDs(m.instance))
		err = errors.Join(err, left.Error())
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("taking %s out: %w", m.instance, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
