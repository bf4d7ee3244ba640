package main

import (
	"context"
	"errors"
	"time"

	"github.com/segmentio/kafka-go"
)

// kafkaGoMember is a Reader of kafka-go in a group.
type kafkaGoMember struct {
	l      *groupLoad
	reader *kafka.Reader
	end    context.CancelFunc
	done   chan struct{}
}

func joinKafkaGo(ctx context.Context, l *groupLoad, _ string) (member, error) {
	m := &kafkaGoMember{l: l, done: make(chan struct{}), reader: kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{l.o.broker}, GroupID: l.group, Topic: l.topic, StartOffset: kafka.FirstOffset,
		RebalanceTimeout: 10 * time.Second, JoinGroupBackoff: 200 * time.Millisecond, MaxWait: 200 * time.Millisecond, MaxAttempts: 100,
		HeartbeatInterval: time.Second, SessionTimeout: 10 * time.Second,
	})}
	ctx, m.end = context.WithCancel(ctx)
	go func() {
		defer close(m.done)
		for ctx.Err() == nil {
			r, err := m.reader.FetchMessage(ctx)
			if err != nil {
				continue
			}
			l.saw(int32(r.Partition), r.Offset)
			// Without an interval it waits for the commit. One that fails leaves the record to come again.
			commit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			if err := m.reader.CommitMessages(commit, r); err != nil && !errors.Is(err, context.Canceled) {
				time.Sleep(10 * time.Millisecond)
			}
			cancel()
		}
	}()
	return m, nil
}

func (m *kafkaGoMember) stop() error {
	m.end()
	<-m.done
	return m.reader.Close()
}
