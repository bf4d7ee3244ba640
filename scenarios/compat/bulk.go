package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// bulkOptions say how much is moved.
type bulkOptions struct {
	broker, topic, halfway    string
	records, partitions, size int
}

// bulk sends many records over several partitions with an idempotent producer, and reads them back.
// When half of them are acked it makes the file `-halfway`, and goes on: whoever waits for the file
// kills the broker and starts it again, under load.
func bulk(ctx context.Context, args []string) error {
	var o bulkOptions
	fs := flags("bulk")
	fs.StringVar(&o.broker, "broker", "", "host:port")
	fs.StringVar(&o.topic, "topic", "bulk", "topic to create")
	fs.StringVar(&o.halfway, "halfway", "", "file to make when half of the records are acked")
	fs.IntVar(&o.records, "records", 1_000_000, "records")
	fs.IntVar(&o.partitions, "partitions", 6, "partitions")
	fs.IntVar(&o.size, "size", 1024, "bytes of a value")
	if err := fs.Parse(args); err != nil {
		return err
	}
	s := newSent(o.topic, values{o.size}, o.partitions, o.records)
	began := time.Now()
	if err := o.send(ctx, s); err != nil {
		return fmt.Errorf("producing: %w", err)
	}
	in := time.Since(began)
	began = time.Now()
	sums, err := s.verify(ctx, o.broker)
	if err != nil {
		return fmt.Errorf("consuming: %w", err)
	}
	out := time.Since(began)
	for p, sum := range sums {
		fmt.Printf("partition %d: %d records, content %016x\n", p, len(s.offsets[p]), sum)
	}
	fmt.Printf("FIGURE compat: %d records of %d B over %d partitions, in %.1f s, out %.1f s, byte for byte\n",
		o.records, o.size, o.partitions, in.Seconds(), out.Seconds())
	return nil
}

// inFlightRecords bounds what is sent and not acked, and with it the memory of the client.
const inFlightRecords = 20_000

// send produces everything. A retry must not give up while the broker is away.
func (o *bulkOptions) send(ctx context.Context, s *sent) error {
	cl, err := connect(o.broker,
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProducerLinger(2*time.Millisecond),
		kgo.MaxBufferedRecords(inFlightRecords),
		kgo.RecordDeliveryTimeout(2*time.Minute),
		kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }),
	)
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := createTopic(ctx, cl, o.topic, o.partitions); err != nil {
		return err
	}
	acks := &acks{sent: s, halfway: o.halfway, half: int64(o.records / 2)}
	for i := 0; i < o.records && acks.err() == nil; i++ {
		p, number := int32(i%o.partitions), i/o.partitions
		cl.Produce(ctx, s.record(p, number), func(r *kgo.Record, err error) { acks.take(r, number, err) })
	}
	if err := cl.Flush(ctx); err != nil {
		return err
	}
	if err := acks.err(); err != nil {
		return err
	}
	return acks.dense()
}

// acks gathers what the broker told. Promises of one partition run in order, those of different
// ones write to different slices.
type acks struct {
	sent    *sent
	halfway string
	half    int64
	count   atomic.Int64

	mu    sync.Mutex
	first error
}

func (a *acks) take(r *kgo.Record, number int, err error) {
	if err != nil {
		a.fail(err)
		return
	}
	a.sent.offsets[r.Partition][number] = r.Offset
	if a.count.Add(1) == a.half && a.halfway != "" {
		if err := os.WriteFile(a.halfway, nil, 0o644); err != nil {
			a.fail(err)
		}
	}
}

func (a *acks) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.first == nil {
		a.first = err
	}
}

func (a *acks) err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.first
}

// createTopic creates the topic and waits until every partition has a leader.
func createTopic(ctx context.Context, cl *kgo.Client, topic string, partitions int) error {
	admin := kadm.NewClient(cl)
	if _, err := admin.CreateTopic(ctx, int32(partitions), 1, nil, topic); err != nil {
		return fmt.Errorf("creating %s: %w", topic, err)
	}
	return led(ctx, cl, topic, partitions)
}

// led waits until every partition has a leader.
func led(ctx context.Context, cl *kgo.Client, topic string, partitions int) error {
	admin := kadm.NewClient(cl)
	for ctx.Err() == nil {
		md, err := admin.Metadata(ctx, topic)
		if err != nil {
			return err
		}
		led := 0
		md.Topics.EachPartition(func(p kadm.PartitionDetail) {
			if p.Err == nil && p.Leader >= 0 {
				led++
			}
		})
		if led == partitions {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(fmt.Errorf("%s got no leaders", topic), ctx.Err())
}
