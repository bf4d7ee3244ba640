package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// fetchResponse makes the answer and hands the spans over to it. Partitions that the image did not know
// when the fetch came stand behind the others, as in Kafka.
func (s *Session) fetchResponse(now kafka.Now, f *fetchOp, version int16, v View) *wire.FetchResponse {
	r := &wire.FetchResponse{Version: version, SessionID: f.session}
	session, ok := s.answersOf(f)
	if !ok {
		r.Err = kafka.ErrInvalidFetchSessionEpoch
		return r
	}
	s.told = s.told[:0]
	for _, absent := range []absence{present, unknownID, unknownPartition} {
		for i := range f.parts {
			if p := &f.parts[i]; p.absent == absent && (session == nil || session.answers(p)) {
				s.told = append(s.told, int32(i))
			}
		}
	}
	if f.makes {
		r.SessionID = s.makeSession(now, f)
	}
	f.respond(r, s.told, v.Image)
	if f.replica >= 0 {
		r.Nodes = nil // replicas know where brokers are
	}
	return r
}

// refuseFetch refuses a fetch that makes no sense: whole tells that the client looks for the error of the
// answer as a whole, else each partition has it too.
func refuseFetch(body *kmsg.FetchRequest, version int16, whole bool, err kafka.ErrorCode) *wire.FetchResponse {
	r := &wire.FetchResponse{Version: version, SessionID: body.SessionID, Err: err}
	for i := range body.Topics {
		if whole {
			break
		}
		t := wire.FetchedTopic{Name: body.Topics[i].Topic}
		for j := range body.Topics[i].Partitions {
			t.Partitions = append(t.Partitions, wire.FetchedPartition{
				Partition: kafka.PartitionID(body.Topics[i].Partitions[j].Partition), Err: err, Aborted: noAborted,
				HighWatermark: kafka.NoOffset, LastStable: kafka.NoOffset, LogStart: kafka.NoOffset, PreferredReplica: kafka.NoNode,
			})
		}
		r.Topics = append(r.Topics, t)
	}
	return r
}

// respond fills in the partitions that are answered. Those of one topic that follow one another
// stand together.
func (f *fetchOp) respond(r *wire.FetchResponse, told []int32, img *image.Image) {
	topics, last := 0, int32(-1)
	for _, i := range told {
		if t := f.parts[i].topic; t != last {
			topics, last = topics+1, t
		}
	}
	r.Topics = make([]wire.FetchedTopic, 0, topics)
	partitions := make([]wire.FetchedPartition, len(told))
	last = -1
	for n, i := range told {
		part := &f.parts[i]
		partitions[n] = part.response(f)
		if f.hints {
			partitions[n].Leader, r.Nodes = hint(img, part.log, part.err, f.listener, r.Nodes)
		}
		at := len(r.Topics) - 1
		if part.topic != last && (at < 0 || f.topics[part.topic] != f.topics[last]) {
			t := &f.topics[part.topic]
			r.Topics = append(r.Topics, wire.FetchedTopic{Name: t.name, ID: t.id, Partitions: partitions[n:n]})
			at++
		}
		last = part.topic
		r.Topics[at].Partitions = r.Topics[at].Partitions[:len(r.Topics[at].Partitions)+1]
	}
	for i := range r.Topics {
		r.Topics[i].Partitions = r.Topics[i].Partitions[:len(r.Topics[i].Partitions):len(r.Topics[i].Partitions)]
	}
}

// noAborted is the list of aborted transactions that read_committed gets: none, but not null.
var noAborted = []wire.AbortedTxn{}

// shown are the high watermark and the log start that the client is told.
func (p *fetchPart) shown() (high, logStart kafka.Offset) {
	if p.err != kafka.None {
		return kafka.NoOffset, kafka.NoOffset
	}
	return p.high, p.logStart
}

func (p *fetchPart) response(f *fetchOp) wire.FetchedPartition {
	r := wire.FetchedPartition{
		Partition: p.log.Partition, Err: p.err, PreferredReplica: kafka.NoNode,
		HighWatermark: kafka.NoOffset, LastStable: kafka.NoOffset, LogStart: kafka.NoOffset,
	}
	if p.err == kafka.ErrKafkaStorageError && f.hidesStorage {
		r.Err = kafka.ErrNotLeaderOrFollower
	}
	if p.absent != present {
		r.Aborted = noAborted
	}
	if p.err != kafka.None {
		return r
	}
	r.HighWatermark, r.LastStable, r.LogStart = p.high, p.lastStable, p.logStart
	if p.hasDiverging {
		r.HasDiverging, r.DivergingEpoch, r.DivergingEnd = true, p.divergingEpoch, p.divergingEnd
		return r
	}
	if f.committed {
		r.Aborted = noAborted
	}
	r.Records, p.span = p.span, port.Span{}
	return r
}
