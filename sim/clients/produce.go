package clients

import (
	"momus/checker"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// batch is a batch that is to be produced, or has been sent.
type batch struct {
	op        int // in the history's Produces
	topic     int // in the plan
	id        kafka.TopicID
	partition kafka.PartitionID
	bytes     []byte
	born      int64
	inFlight  bool
}

// habits are how a producer produces.
type habits struct {
	writes []int // topics in the plan
	gap    int64
	size   int
	count  int32
	codec  record.Compression
	keyed  bool
}

// The sizes of records and of batches; no planned segment is too small for a batch of them.
const (
	sizeMax  = 400
	countMax = 8
)

func drawHabits(env Env, key string, topics int) habits {
	h := habits{
		gap:   []int64{30, 15, 60, 150}[env.Draw(key+"/gap", 4)] * millisecond,
		size:  []int{16, 64, 200, sizeMax}[env.Draw(key+"/size", 4)],
		count: []int32{1, 2, 5, countMax}[env.Draw(key+"/count", 4)],
		keyed: env.Draw(key+"/keyed", 2) == 1,
	}
	// Of the codecs zstd is rare, since its encoder takes megabytes.
	h.codec = []record.Compression{
		0, 0, 0, 0, 0, 0, 0, 0, record.Gzip, record.Gzip, record.Snappy, record.Snappy,
		record.LZ4, record.LZ4, record.LZ4, record.Zstd,
	}[env.Draw(key+"/codec", 16)]
	if told := env.Draw("knob/"+key[len("plan/"):]+"/gap", 0); told > 0 { // in microseconds
		h.gap = int64(told) * microsecond
	}
	h.writes = drawSome(env, key+"/topics", topics)
	return h
}

// drawSome draws one to all of n things, in their order.
func drawSome(env Env, key string, n int) []int {
	var some []int
	first := int(env.Draw(key+"/first", uint64(n)))
	for i := range n {
		if i == first || env.Draw(key, 2) == 1 {
			some = append(some, i)
		}
	}
	return some
}

// pause draws the time to the next operation.
func (a *actor) pause(gap int64) int64 {
	return gap/2 + int64(a.draw(drawGap, uint64(gap/microsecond)))*microsecond
}

// target draws a partition to write to. It may not be known yet.
func (a *actor) target(h *habits) (topic int, partition kafka.PartitionID) {
	topic = h.writes[a.draw(drawWhere, uint64(len(h.writes)))]
	n := max(len(a.seen.topics[topic].places), 1)
	return topic, kafka.PartitionID(a.draw(drawWhere, uint64(n)))
}

// shape draws a batch's shape.
func (a *actor) shape(h *habits) shape {
	at := a.wall() - kafka.Wall(a.draw(drawTime, 20))
	return shape{
		count:    1 + int32(a.draw(drawCount, uint64(h.count))),
		size:     valueSize + int(a.draw(drawSize, uint64(h.size))),
		codec:    h.codec,
		keyed:    h.keyed,
		at:       at - at%a.tick,
		producer: kafka.NoProducerID, epoch: kafka.NoProducerEpoch, sequence: kafka.NoSequence,
	}
}

// makeBatch makes a batch and records its operation.
func (a *actor) makeBatch(topic int, partition kafka.PartitionID, acks int16, sh shape) *batch {
	if a.topics[topic].compacted() {
		sh.keyed, sh.topic = !sh.keyless, &a.topics[topic].judged
	}
	first, bytes := a.build(sh)
	b := &batch{op: len(a.history.Produces), topic: topic, partition: partition, bytes: bytes, born: a.env.Now()}
	if a.speaks.produce >= produceByID {
		b.id = a.seen.topics[topic].id
	}
	latest := sh.at + kafka.Wall(min(sh.count-1, 1))
	if a.topics[topic].stamp {
		latest = 0
	}
	a.history.Produces = append(a.history.Produces, checker.ProduceOp{
		Client: a.id, Topic: a.topics[topic].name, ID: b.id, Partition: partition, Acks: acks,
		Producer: sh.producer, Epoch: sh.epoch, Sequence: sh.sequence, First: first, Count: sh.count,
		Spoiled: sh.spoiled, Keyless: sh.keyless,
		Latest: latest,
	})
	return b
}

// produceTimeout is what a Produce request asks the broker to wait at most, in milliseconds.
const produceTimeout = 1000

// produceRequest makes a request of batches for different partitions, those of a topic in a row.
func (a *actor) produceRequest(acks int16, batches []*batch) *kmsg.ProduceRequest {
	r := kmsg.NewPtrProduceRequest()
	r.Version, r.Acks, r.TimeoutMillis = a.speaks.produce, acks, produceTimeout
	for i, b := range batches {
		if i == 0 || batches[i-1].topic != b.topic {
			t := kmsg.NewProduceRequestTopic()
			t.Topic, t.TopicID = a.topics[b.topic].name, b.id
			r.Topics = append(r.Topics, t)
		}
		p := kmsg.NewProduceRequestTopicPartition()
		p.Partition, p.Records = int32(b.partition), b.bytes
		t := &r.Topics[len(r.Topics)-1]
		t.Partitions = append(t.Partitions, p)
	}
	return r
}

// attempt records that a batch is being sent.
func (a *actor) attempt(l *link, b *batch) {
	op := &a.history.Produces[b.op]
	op.Attempts = append(op.Attempts, checker.Attempt{Conn: l.conn, Start: a.event(), Base: kafka.NoOffset})
	b.inFlight = true
}

// ended records how a batch's attempt ended; a nil answer is none.
func (a *actor) ended(b *batch, p *kmsg.ProduceResponseTopicPartition) kafka.ErrorCode {
	op := &a.history.Produces[b.op]
	at := &op.Attempts[len(op.Attempts)-1]
	at.End = a.event()
	b.inFlight = false
	if p == nil {
		return kafka.ErrNetworkException
	}
	at.Answered, at.Err, at.Base = true, kafka.ErrorCode(p.ErrorCode), kafka.Offset(p.BaseOffset)
	switch at.Err {
	case kafka.None, kafka.ErrMessageTooLarge, kafka.ErrRecordListTooLarge, kafka.ErrOutOfOrderSequenceNumber:
	default:
		a.seen.topics[b.topic].stale = true
	}
	return at.Err
}

// produced finds a batch's part of an answer. An answer without it is odd.
func (a *actor) produced(r *kmsg.ProduceResponse, b *batch) *kmsg.ProduceResponseTopicPartition {
	for i := range r.Topics {
		t := &r.Topics[i]
		if r.Version >= produceByID && t.TopicID != b.id || r.Version < produceByID && t.Topic != a.topics[b.topic].name {
			continue
		}
		for j := range t.Partitions {
			if t.Partitions[j].Partition == int32(b.partition) {
				return &t.Partitions[j]
			}
		}
	}
	a.odd(a.id, "a Produce answer without a partition that was asked for")
	return nil
}
