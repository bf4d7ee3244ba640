package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// trimmer deletes records now and then: it looks up the end of a partition, and then asks for a start
// somewhere below it, at it, or above it. At times it asks which producers are remembered instead. One
// request is open at a time.
type trimmer struct {
	actor
	trims []int // topics in the plan
	gap   int64
	// open are the operations of the DeleteRecords in flight, in the history's Trims.
	open   []int
	busy   bool
	node   int32
	start  checker.Event
	asked  trimmed
	nextAt int64
	// starts are the low watermarks that were answered last.
	starts map[trimmed]kafka.Offset
	// high is the end that was looked up, for the step that is to follow; negative if it is not known.
	high kafka.Offset
}

// trimmed is a partition of which records are deleted.
type trimmed struct {
	topic     int
	partition kafka.PartitionID
}

func newTrimmer(s *shared, id int32) *trimmer {
	t := &trimmer{starts: map[trimmed]kafka.Offset{}, high: kafka.NoOffset}
	t.actor.init(s, id, t)
	key := "plan/client" + strconv.Itoa(int(id))
	t.gap = []int64{300, 1000, 100, 3000}[s.env.Draw(key+"/gap", 4)] * millisecond
	t.trims = drawSome(s.env, key+"/topics", len(s.topics))
	return t
}

// Idle implements Client.
func (t *trimmer) Idle() bool { return t.quiet && !t.busy && !t.asking() }

func (t *trimmer) step(now int64) {
	if t.busy || t.quiet {
		return
	}
	for _, topic := range t.trims {
		t.learn(topic, now)
	}
	if now < t.nextAt {
		t.at(t.nextAt)
		return
	}
	if t.skips() {
		t.nextAt = now + t.pause(t.gap)
		t.at(t.nextAt)
		return
	}
	if t.high < 0 {
		t.asked.topic = t.trims[t.draw(drawWhere, uint64(len(t.trims)))]
		n := max(len(t.seen.topics[t.asked.topic].places), 1)
		t.asked.partition = kafka.PartitionID(t.draw(drawWhere, uint64(n)))
	}
	l := t.leader(t.asked.topic, t.asked.partition, false)
	if l == nil || !l.room(pipelineMax) {
		t.high = kafka.NoOffset
		t.nextAt = now + metadataPause
		t.at(t.nextAt)
		return
	}
	t.busy, t.node, t.start = true, l.node, t.event()
	switch {
	case t.high >= 0:
		l.send(t.trimRequest(l), call{kind: callTrim})
	case t.draw(drawAsk, 2) == 1:
		l.send(t.producersRequest(), call{kind: callProducers})
	default:
		l.send(t.endRequest(), call{kind: callOffsets})
	}
}

// producersRequest asks who the partition remembers.
func (t *trimmer) producersRequest() kmsg.Request {
	r := kmsg.NewPtrDescribeProducersRequest()
	q := kmsg.NewDescribeProducersRequestTopic()
	q.Topic, q.Partitions = t.topics[t.asked.topic].name, []int32{int32(t.asked.partition)}
	r.Topics = append(r.Topics, q)
	return r
}

func (t *trimmer) described(r *kmsg.DescribeProducersResponse) {
	t.nextAt = t.env.Now() + metadataPause // it costs no turn of deleting
	name := t.topics[t.asked.topic].name
	if len(r.Topics) != 1 || r.Topics[0].Topic != name || len(r.Topics[0].Partitions) != 1 {
		t.odd(t.id, "a DescribeProducers answer of another shape than was asked for")
		return
	}
	a := &r.Topics[0].Partitions[0]
	op := checker.DescribeOp{
		Client: t.id, Topic: name, Partition: t.asked.partition, Start: t.start, Answer: t.event(), Err: kafka.ErrorCode(a.ErrorCode),
	}
	for i := range a.ActiveProducers {
		p := &a.ActiveProducers[i]
		op.Producers = append(op.Producers, checker.ProducerSeen{
			ID: kafka.ProducerID(p.ProducerID), Epoch: kafka.ProducerEpoch(p.ProducerEpoch), LastSequence: kafka.Sequence(p.LastSequence),
		})
	}
	if op.Err != kafka.None {
		t.seen.topics[t.asked.topic].stale = true
	}
	t.history.Described = append(t.history.Described, op)
}

// endRequest looks up the high watermark.
func (t *trimmer) endRequest() kmsg.Request {
	r := kmsg.NewPtrListOffsetsRequest()
	r.Version = t.speaks.offsets
	q := kmsg.NewListOffsetsRequestTopic()
	q.Topic = t.topics[t.asked.topic].name
	q.Partitions = append(q.Partitions, offsetsPartition(t.asked.partition, checker.LatestOffset))
	r.Topics = append(r.Topics, q)
	return r
}

// trimRequest asks for one partition, or at times for all of the topic that the node leads.
func (t *trimmer) trimRequest(l *link) kmsg.Request {
	r := kmsg.NewPtrDeleteRecordsRequest()
	r.Version = t.speaks.trim
	r.TimeoutMillis = []int32{1000, 1000, 5, 0}[t.draw(drawWait, 4)]
	q := kmsg.NewDeleteRecordsRequestTopic()
	q.Topic = t.topics[t.asked.topic].name
	all := t.draw(drawRare, 4) == 1
	t.open = t.open[:0]
	for i, place := range t.seen.topics[t.asked.topic].places {
		at := trimmed{t.asked.topic, kafka.PartitionID(i)}
		if at != t.asked && (!all || place.node != l.node) {
			continue
		}
		p := kmsg.NewDeleteRecordsRequestTopicPartition()
		p.Partition, p.Offset = int32(i), int64(t.drawStart(at))
		q.Partitions = append(q.Partitions, p)
		t.open = append(t.open, len(t.history.Trims))
		t.history.Trims = append(t.history.Trims, checker.TrimOp{
			Client: t.id, Node: l.node, Topic: q.Topic, Partition: at.partition, Offset: kafka.Offset(p.Offset),
			Start: t.start, LowWatermark: kafka.NoOffset,
		})
	}
	r.Topics = append(r.Topics, q)
	return r
}

// drawStart draws where a partition is to begin: where it does already, a few records further on, at
// the high watermark, or beyond it, which must be refused.
func (t *trimmer) drawStart(at trimmed) kafka.Offset {
	low := t.starts[at]
	above := uint64(max(t.high-low, 0)) // of the partition that was asked about; of another, any number will do
	switch t.draw(drawLimit, 8) {
	case 0:
		return low
	case 1:
		return checker.AtHighWatermark
	case 2:
		return t.high + 1 + kafka.Offset(t.draw(drawLimit, 1000))
	case 3:
		return low + kafka.Offset(t.draw(drawLimit, above+1))
	}
	return low + kafka.Offset(t.draw(drawLimit, min(above, 30)+1))
}

func (t *trimmer) answered(_ *link, asked call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.MetadataResponse:
		t.learned(asked.index, r)
		return
	case *kmsg.ListOffsetsResponse:
		t.lookedUp(r)
	case *kmsg.DescribeProducersResponse:
		t.described(r)
	case *kmsg.DeleteRecordsResponse:
		t.deleted(r)
	}
	t.busy = false
}

func (t *trimmer) lost(asked call) {
	switch asked.kind {
	case callMetadata:
		t.notLearned(asked.index)
		return
	case callTrim:
		for _, op := range t.open {
			t.history.Trims[op].End = t.event()
		}
	}
	t.done()
	t.busy = false
}

// done ends a try; the next one is of any partition.
func (t *trimmer) done() {
	t.high = kafka.NoOffset
	t.nextAt = t.env.Now() + t.pause(t.gap)
}

func (t *trimmer) lookedUp(r *kmsg.ListOffsetsResponse) {
	name := t.topics[t.asked.topic].name
	a := findOffsets(r, name, t.asked.partition)
	if a == nil {
		t.odd(t.id, "a ListOffsets answer without a partition that was asked for")
		t.done()
		return
	}
	t.history.Lookups = append(t.history.Lookups, checker.Lookup{
		Client: t.id, Node: t.node, Topic: name, Partition: t.asked.partition,
		Start: t.start, End: t.event(), Asked: checker.LatestOffset,
		Err: kafka.ErrorCode(a.ErrorCode), Offset: kafka.Offset(a.Offset), Timestamp: kafka.Wall(a.Timestamp),
	})
	if a.ErrorCode != 0 {
		t.seen.topics[t.asked.topic].stale = true
		t.done()
		return
	}
	t.high = kafka.Offset(a.Offset)
}

func (t *trimmer) deleted(r *kmsg.DeleteRecordsResponse) {
	for _, index := range t.open {
		op := &t.history.Trims[index]
		op.End = t.event()
		a := findTrimmed(r, op.Topic, op.Partition)
		if a == nil {
			t.odd(t.id, "a DeleteRecords answer without a partition that was asked for")
			continue
		}
		op.Answered, op.Err, op.LowWatermark = true, kafka.ErrorCode(a.ErrorCode), kafka.Offset(a.LowWatermark)
		switch op.Err {
		case kafka.None:
			t.starts[trimmed{t.asked.topic, op.Partition}] = op.LowWatermark
		case kafka.ErrOffsetOutOfRange, kafka.ErrRequestTimedOut:
		default:
			t.seen.topics[t.asked.topic].stale = true
			delete(t.starts, trimmed{t.asked.topic, op.Partition})
		}
	}
	t.done()
}

func findTrimmed(r *kmsg.DeleteRecordsResponse, topic string, partition kafka.PartitionID) *kmsg.DeleteRecordsResponseTopicPartition {
	for i := range r.Topics {
		if r.Topics[i].Topic != topic {
			continue
		}
		for j := range r.Topics[i].Partitions {
			if r.Topics[i].Partitions[j].Partition == int32(partition) {
				return &r.Topics[i].Partitions[j]
			}
		}
	}
	return nil
}
