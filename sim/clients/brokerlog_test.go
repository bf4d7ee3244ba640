package clients

import (
	"momus/checker"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

type brokerLog struct {
	batches [][]byte
	heads   []record.Header
	start   kafka.Offset
	next    kafka.Offset
	flush   int
	// flushed is how many batches a power loss leaves at least.
	flushed int
}

// crash cuts logs after a power loss, but for what is flushed.
func (b *broker) crash(power bool) checker.Crash {
	c := checker.Crash{Event: checker.Event(b.world.Event()), Node: 1, Power: power}
	b.epoch++
	b.sessions = nil
	for _, t := range b.topics {
		for i, l := range t.parts {
			at := checker.FlushedEnd{Log: kafka.TopicPartition{Topic: t.id, Partition: kafka.PartitionID(i)}}
			if l.flushed > 0 {
				at.End = l.heads[l.flushed-1].End()
			}
			c.Flushed = append(c.Flushed, at)
			if b.fault == relapsing {
				l.start = 0
			}
			if !power && b.fault != leaky {
				continue
			}
			least := l.flushed
			if b.fault == unflushed {
				least = 0
			}
			keep := least + int(b.world.Draw("keep", uint64(len(l.heads)-least)+1))
			l.heads, l.batches = l.heads[:keep], l.batches[:keep]
			if l.next = 0; keep > 0 {
				l.next = l.heads[keep-1].End()
			}
			l.flushed = min(l.flushed, keep)
			l.start = min(l.start, l.next)
		}
	}
	return c
}

// flushSome flushes as flush.messages wants it, and now and then by itself.
func (l *brokerLog) flushSome(w *world) {
	unflushed := 0
	for _, h := range l.heads[l.flushed:] {
		unflushed += int(h.Count)
	}
	if l.flush > 0 && unflushed >= l.flush || w.Draw("flush", 8) == 1 {
		l.flushed = len(l.heads)
	}
}

// append checks sequences against the whole log, which is slow and right.
func (b *broker) append(l *brokerLog, batch []byte) (kafka.ErrorCode, int64) {
	h, err := record.ParseHeader(batch)
	if err != nil || record.Check(batch, h) != nil || !readable(h, batch) {
		return kafka.ErrCorruptMessage, -1
	}
	if len(batch) > oversize {
		return kafka.ErrRecordListTooLarge, -1
	}
	if h.ProducerID >= 0 && b.fault != deduplessly {
		if err, base := l.known(&h, b.fault); err != kafka.None || base >= 0 {
			return err, base
		}
	}
	b.produces++
	if b.fault == forgetful && b.produces%7 == 0 {
		return kafka.None, int64(l.next)
	}
	record.Stamp(batch, l.next, b.epoch)
	if h, err = record.ParseHeader(batch); err != nil {
		panic(err)
	}
	l.batches, l.heads = append(l.batches, batch), append(l.heads, h)
	l.next = h.End()
	l.flushSome(b.world)
	if b.fault == shifted {
		return kafka.None, int64(h.BaseOffset) + 1
	}
	return kafka.None, int64(h.BaseOffset)
}

// known looks for what the log has of a batch's producer: why it is refused, or where it is already. A batch that
// is older than all of them is refused: it was lost, and what was sent after it was taken for the producer's first.
func (l *brokerLog) known(h *record.Header, f fault) (kafka.ErrorCode, int64) {
	err := kafka.None
	for i := len(l.heads) - 1; i >= 0; i-- {
		o := &l.heads[i]
		switch {
		case o.ProducerID != h.ProducerID, h.ProducerEpoch != o.ProducerEpoch && f == lenient:
			continue
		case h.ProducerEpoch < o.ProducerEpoch:
			return kafka.ErrInvalidProducerEpoch, -1
		case h.ProducerEpoch != o.ProducerEpoch && h.BaseSequence == 0:
			return kafka.None, -1
		case h.ProducerEpoch != o.ProducerEpoch:
			return kafka.ErrOutOfOrderSequenceNumber, -1
		case o.BaseSequence == h.BaseSequence:
			return kafka.None, int64(o.BaseOffset)
		}
		if h.BaseSequence.Add(int32(-o.BaseSequence)) < 1<<30 { // it is later; they wrap
			if o.LastSequence().Add(1) != h.BaseSequence || f == picky && h.BaseSequence%5 == 1 {
				return kafka.ErrOutOfOrderSequenceNumber, -1
			}
			return kafka.None, -1
		}
		err = kafka.ErrOutOfOrderSequenceNumber
	}
	return err, -1
}

func (l *brokerLog) byTime(asked kafka.Wall) (int64, int64) {
	for i, h := range l.heads {
		for it := decompressed(h, l.batches[i]); it.Next(); {
			if it.Record.Timestamp >= asked && it.Record.Offset >= l.start {
				return int64(it.Record.Offset), int64(it.Record.Timestamp)
			}
		}
	}
	return -1, -1
}

func decompressed(h record.Header, batch []byte) record.Iter {
	body, err := (&record.Codecs{}).Decompress(nil, h.Attributes.Compression(), h.Body(batch), decompressedMax)
	if err != nil {
		panic(err)
	}
	return record.Records(h, body)
}

// greatest is the first record with the greatest time.
func (l *brokerLog) greatest() (int64, int64) {
	at, time := int64(-1), int64(-1)
	for i, h := range l.heads {
		for it := decompressed(h, l.batches[i]); it.Next(); {
			if r := it.Record; r.Timestamp > kafka.Wall(time) && r.Offset >= l.start {
				at, time = int64(r.Offset), int64(r.Timestamp)
			}
		}
	}
	return at, time
}

// policy is a topic's cleanup.policy, if it was set.
func (b *broker) policy(name string, id kafka.TopicID) string {
	for _, t := range b.topics {
		if id.IsZero() && t.name == name || !id.IsZero() && t.id == id {
			return t.policy
		}
	}
	return ""
}

// keyless tells whether a batch that is whole has a record without a key.
func keyless(batch []byte) bool {
	h, err := record.ParseHeader(batch)
	if err != nil || record.Check(batch, h) != nil || !readable(h, batch) {
		return false
	}
	for it := decompressed(h, batch); it.Next(); {
		if it.Record.Key == nil {
			return true
		}
	}
	return false
}

// trim moves log starts, and makes durable what is left.
func (b *broker) trim(r *kmsg.DeleteRecordsRequest) kmsg.Response {
	a := kmsg.NewPtrDeleteRecordsResponse()
	for _, q := range r.Topics {
		t := kmsg.NewDeleteRecordsResponseTopic()
		t.Topic = q.Topic
		for _, part := range q.Partitions {
			p := kmsg.NewDeleteRecordsResponseTopicPartition()
			p.Partition, p.LowWatermark = part.Partition, -1
			l, err := b.log(q.Topic, kafka.TopicID{}, part.Partition)
			if err == kafka.None && b.policy(q.Topic, kafka.TopicID{}) == "compact" {
				err = kafka.ErrPolicyViolation
			}
			if err == kafka.None {
				err = b.moveStart(l, q.Topic, part)
			}
			if p.ErrorCode = int16(err); err == kafka.None {
				p.LowWatermark = int64(l.start)
			}
			t.Partitions = append(t.Partitions, p)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

func (b *broker) moveStart(l *brokerLog, topic string, part kmsg.DeleteRecordsRequestTopicPartition) kafka.ErrorCode {
	to := kafka.Offset(part.Offset)
	if to == checker.AtHighWatermark {
		to = l.next
	}
	if to < 0 || to > l.next {
		return kafka.ErrOffsetOutOfRange
	}
	if to <= l.start {
		return kafka.None
	}
	h := b.world.pop.History()
	h.StartMoves = append(h.StartMoves, checker.StartMove{
		Event: checker.Event(b.world.Event()), From: l.start, To: to, Cause: checker.ByRequest, Flushed: l.next,
		Log: kafka.TopicPartition{Topic: b.byName(topic).id, Partition: kafka.PartitionID(part.Partition)},
	})
	if l.start, l.flushed = to, len(l.heads); b.fault == greedy && to < l.next {
		l.start++
	}
	return kafka.None
}

// read takes whole batches up to a size, one at least.
func (b *broker) read(l *brokerLog, from kafka.Offset, most int) []byte {
	var out []byte
	for i := range l.heads {
		if b.fault == withholding && i == len(l.heads)-1 {
			break
		}
		if l.heads[i].End() > from && (len(out) == 0 || len(out)+len(l.batches[i]) <= most) {
			out = append(out, l.batches[i]...)
		} else if len(out) > 0 {
			break
		}
	}
	if b.fault == swapped && len(out) > 0 && b.world.Draw("swap", 4) == 1 {
		record.Stamp(out, from+1, 0)
	}
	return out
}

// readable tells whether a batch holds the records that its header claims.
func readable(h record.Header, batch []byte) bool {
	plain, err := (&record.Codecs{}).Decompress(nil, h.Attributes.Compression(), h.Body(batch), decompressedMax)
	if err != nil {
		return false
	}
	it := record.Records(h, plain)
	for it.Next() {
	}
	return it.Err() == nil
}
