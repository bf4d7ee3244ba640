package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"momus/core/kafka"
	"momus/core/record"
)

// resumed is where the producer of resume writes.
const (
	resumedTopic     = "dir-producer"
	resumedPartition = 1
)

// producing is an idempotent producer that outlives its process: what it got, and how far it is.
type producing struct {
	id    int64
	epoch int16
	// next is the sequence that comes next; the last batch was acked at offset base.
	next int32
	base int64
}

// resume goes on with an idempotent producer whose state is in the file -state; without the file it
// begins one. The broker must know its last batch, refuse one that leaves a gap, and take the next: it
// may be another broker than before, on the directory that the other one left.
func resume(ctx context.Context, args []string) error {
	f := &feeding{began: time.Now()}
	flags := flags("resume")
	flags.StringVar(&f.broker, "broker", "", "host:port")
	file := flags.String("state", "", "file for the state of the producer")
	fed := flags.String("fed", "", "file to append a line to for each acked record")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cl, err := connect(f.broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := led(ctx, cl, resumedTopic, feedPartitions); err != nil {
		return err
	}
	p, err := readProducing(*file)
	if errors.Is(err, fs.ErrNotExist) {
		p, err = beginProducing(ctx, cl)
	} else if err == nil {
		err = p.known(ctx, cl, f)
	}
	if err != nil {
		return err
	}
	for range 3 {
		if err := p.append(ctx, cl, f); err != nil {
			return err
		}
	}
	if err := os.WriteFile(*file, fmt.Appendf(nil, "%d %d %d %d\n", p.id, p.epoch, p.next, p.base), 0o644); err != nil {
		return err
	}
	return f.write(*fed)
}

func readProducing(file string) (p producing, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return p, err
	}
	_, err = fmt.Sscan(string(b), &p.id, &p.epoch, &p.next, &p.base)
	return p, err
}

func beginProducing(ctx context.Context, cl *kgo.Client) (p producing, err error) {
	r, err := kmsg.NewPtrInitProducerIDRequest().RequestWith(ctx, cl)
	if err == nil {
		err = kerr.ErrorForCode(r.ErrorCode)
	}
	if err != nil {
		return p, err
	}
	return producing{id: r.ProducerID, epoch: r.ProducerEpoch}, nil
}

// known wants the broker to remember the producer.
func (p *producing) known(ctx context.Context, cl *kgo.Client, f *feeding) error {
	base, err := p.send(ctx, cl, f.records(p.next-feedBatch), p.next-feedBatch)
	if err != nil {
		return fmt.Errorf("the last batch again: %w", err)
	}
	if base != p.base {
		return fmt.Errorf("the last batch again: acked at %d, it was at %d", base, p.base)
	}
	if _, err := p.send(ctx, cl, f.records(p.next+1), p.next+1); !errors.Is(err, kerr.OutOfOrderSequenceNumber) {
		return fmt.Errorf("a batch behind a gap: got %v, want %w", err, kerr.OutOfOrderSequenceNumber)
	}
	return nil
}

// append sends the next batch.
func (p *producing) append(ctx context.Context, cl *kgo.Client, f *feeding) error {
	records := f.records(p.next)
	base, err := p.send(ctx, cl, records, p.next)
	if err != nil {
		return fmt.Errorf("the batch of sequence %d: %w", p.next, err)
	}
	if p.next > 0 && base <= p.base {
		return fmt.Errorf("the batch of sequence %d was acked at %d, the one before at %d", p.next, base, p.base)
	}
	for i, r := range records {
		r.Offset = base + int64(i)
		f.acked(r, nil)
	}
	p.next, p.base = p.next+feedBatch, base
	return nil
}

// records are those of a batch that begins at a sequence.
func (f *feeding) records(first int32) (batch []*kgo.Record) {
	for i := range feedBatch {
		batch = append(batch, f.record(resumedTopic, resumedPartition, "r", int(first)%24+i))
	}
	return batch
}

// send sends one batch as it stands, and returns the offset that it is acked at.
func (p *producing) send(ctx context.Context, cl *kgo.Client, records []*kgo.Record, sequence int32) (int64, error) {
	listed, err := kadm.NewClient(cl).ListTopics(ctx, resumedTopic)
	if err != nil {
		return -1, err
	}
	b := record.NewBuilder(0, kafka.NoLeaderEpoch)
	b.Batch.ProducerID, b.Batch.ProducerEpoch = kafka.ProducerID(p.id), kafka.ProducerEpoch(p.epoch)
	b.Batch.BaseSequence = kafka.Sequence(sequence)
	for _, r := range records {
		headers := []record.RecordHeader{}
		for _, h := range r.Headers {
			headers = append(headers, record.RecordHeader{Key: h.Key, Value: h.Value})
		}
		b.Add(kafka.Wall(r.Timestamp.UnixMilli()), r.Key, r.Value, headers...)
	}
	req := kmsg.NewPtrProduceRequest()
	req.Acks, req.TimeoutMillis = -1, 10_000
	partition := kmsg.NewProduceRequestTopicPartition()
	partition.Partition, partition.Records = resumedPartition, b.Append(nil)
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic, topic.TopicID = resumedTopic, listed[resumedTopic].ID
	topic.Partitions = append(topic.Partitions, partition)
	req.Topics = append(req.Topics, topic)
	answer, err := cl.SeedBrokers()[0].Request(ctx, req)
	if err != nil {
		return -1, err
	}
	r := answer.(*kmsg.ProduceResponse)
	if len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 1 {
		return -1, fmt.Errorf("an answer of %d topics", len(r.Topics))
	}
	got := r.Topics[0].Partitions[0]
	return got.BaseOffset, kerr.ErrorForCode(got.ErrorCode)
}
