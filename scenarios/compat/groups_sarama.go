package main

import (
	"context"
	"errors"
	"time"

	"github.com/IBM/sarama"
)

// saramaMember is a ConsumerGroup of sarama, which commits what is marked by itself.
type saramaMember struct {
	l     *groupLoad
	group sarama.ConsumerGroup
	end   context.CancelFunc
	done  chan struct{}
}

func joinSarama(ctx context.Context, l *groupLoad, _ string) (member, error) {
	c := saramaConfig()
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Offsets.AutoCommit.Interval = 200 * time.Millisecond
	c.Consumer.Group.Rebalance.Timeout = 10 * time.Second
	c.Consumer.Group.Rebalance.Retry.Max = 100
	c.Consumer.Group.Rebalance.Retry.Backoff = 100 * time.Millisecond
	c.Consumer.Return.Errors = false
	group, err := sarama.NewConsumerGroup([]string{l.o.broker}, l.group, c)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(ctx)
	m := &saramaMember{l: l, group: group, end: end, done: make(chan struct{})}
	go func() {
		defer close(m.done)
		for ctx.Err() == nil {
			// An error is what comes of a broker that is away; what matters is what is seen.
			if err := group.Consume(ctx, []string{l.topic}, m); errors.Is(err, sarama.ErrClosedConsumerGroup) {
				return
			}
		}
	}()
	return m, nil
}

// Setup implements sarama.ConsumerGroupHandler.
func (m *saramaMember) Setup(sarama.ConsumerGroupSession) error { return nil }

// Cleanup implements sarama.ConsumerGroupHandler.
func (m *saramaMember) Cleanup(s sarama.ConsumerGroupSession) error {
	s.Commit()
	return nil
}

// ConsumeClaim implements sarama.ConsumerGroupHandler.
func (m *saramaMember) ConsumeClaim(s sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case <-s.Context().Done():
			return nil
		case r, ok := <-claim.Messages():
			if !ok {
				return nil
			}
			m.l.saw(r.Partition, r.Offset)
			s.MarkMessage(r, "")
		}
	}
}

func (m *saramaMember) stop() error {
	m.end()
	<-m.done
	return m.group.Close()
}
