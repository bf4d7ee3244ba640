package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// idle watches a server that nobody uses.
func idle(_ context.Context, l *load) error {
	if err := l.begin(); err != nil {
		return err
	}
	time.Sleep(l.duration)
	if err := l.end("second", int(l.duration/time.Second), 0); err != nil {
		return err
	}
	l.line.Extra["idle_cpu_pct"] = 100 * l.line.ServerS / l.line.WallS
	return nil
}

// poll is how often a server that is coming up is asked.
const poll = time.Millisecond

// startup waits for a server that is coming up: to the first accepted connection, and to the first
// record that is acked, in a topic that is made for it unless another is named.
func startup(ctx context.Context, l *load) error {
	for {
		c, err := net.Dial("tcp", l.brokers)
		if err == nil {
			if err := c.Close(); err != nil {
				return err
			}
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("nobody accepts: %w", err)
		}
		time.Sleep(poll)
	}
	accepted, err := l.sinceStart()
	if err != nil {
		return err
	}
	cl, err := l.connect(kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(-1),
		kgo.RetryBackoffFn(func(int) time.Duration { return poll }))
	if err != nil {
		return err
	}
	defer cl.Close()
	record := &kgo.Record{Topic: l.existing, Value: l.value(0)}
	if err := cl.ProduceSync(ctx, record).FirstErr(); err != nil {
		return err
	}
	acked, err := l.sinceStart()
	if err != nil {
		return err
	}
	l.line.Extra["accept_ms"] = float64(accepted) / 1e6
	l.line.Extra["first_ack_ms"] = float64(acked) / 1e6
	l.start = time.Now().Add(-acked)
	if err := l.end("start", 1, 0); err != nil {
		return err
	}
	return l.holds()
}

func (l *load) sinceStart() (time.Duration, error) {
	if l.beganMicros == 0 {
		return ageOf(l.pid)
	}
	return time.Since(time.UnixMicro(l.beganMicros)), nil
}
