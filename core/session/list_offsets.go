package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListOffsets finds the offset that a timestamp stands for: the first record that is not older, or
// for special timestamps an end of the log. Latest is the high watermark, with read_committed the
// last stable offset (KIP-98); while the high watermark lags behind the start of the leader's epoch
// it is not known, which is OFFSET_NOT_AVAILABLE, before v5 LEADER_NOT_AVAILABLE (KIP-207). Other
// special timestamps came later: the maximum timestamp in v7 (KIP-734), the earliest local offset
// in v8 (KIP-405), the latest tiered in v9 (KIP-1005), the earliest pending upload in v11
// (KIP-1023); one that the version does not know is UNSUPPORTED_VERSION for its partition. Without
// tiered storage the earliest local offset is the log start, and the last two are -1.
//
// A partition named twice is INVALID_REQUEST, as in Kafka.
var listOffsetsAPI = api{key: wire.KeyListOffsets, min: 1, max: 11, start: (*Session).startListOffsets}

// The special timestamps.
const (
	timeLatest                = -1
	timeEarliest              = -2
	timeMax                   = -3
	timeEarliestLocal         = -4
	timeLatestTiered          = -5
	timeEarliestPendingUpload = -6
)

// timeKnown tells whether a version knows a timestamp.
func timeKnown(timestamp int64, v kafka.APIVersion) bool {
	switch timestamp {
	case timeLatest, timeEarliest:
		return true
	case timeMax:
		return v >= 7
	case timeEarliestLocal:
		return v >= 8
	case timeLatestTiered:
		return v >= 9
	case timeEarliestPendingUpload:
		return v >= 11
	}
	return timestamp >= 0
}

// offsetsOp is a ListOffsets under way.
type offsetsOp struct {
	reading int32
	topics  []offsetsTopic
	slots   []offsetSlot
}

type offsetsTopic struct {
	name  string
	count int32
}

type offsetSlot struct {
	log       kafka.TopicPartition
	err       kafka.ErrorCode
	timestamp kafka.Wall
	offset    kafka.Offset
	epoch     kafka.LeaderEpoch
	// upto is the end that what a read finds must lie below.
	upto kafka.Offset
}

func (l *offsetsOp) reset() {
	clear(l.topics)
	*l = offsetsOp{topics: l.topics[:0], slots: l.slots[:0]}
}

func (s *Session) startListOffsets(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.ListOffsetsRequest)
	id, o := s.beginOp(c, req)
	l := take(&s.spare.offsets)
	o.offsets = l
	committed := body.IsolationLevel == 1
	for i := range body.Topics {
		t := &body.Topics[i]
		l.topics = append(l.topics, offsetsTopic{name: t.Topic, count: int32(len(t.Partitions))})
		topic := v.Image.TopicNamed(t.Topic)
		for j := range t.Partitions {
			p := &t.Partitions[j]
			slot := offsetSlot{timestamp: -1, offset: kafka.NoOffset, epoch: kafka.NoLeaderEpoch}
			slot.log.Partition = kafka.PartitionID(p.Partition)
			switch {
			case namedTwice(body, t.Topic, p.Partition):
				slot.err = kafka.ErrInvalidRequest
			case topic == nil || p.Partition < 0 || int(p.Partition) >= len(topic.Partitions):
				slot.err = kafka.ErrUnknownTopicOrPartition
			case !timeKnown(p.Timestamp, o.version):
				slot.err = kafka.ErrUnsupportedVersion
			default:
				slot.log.Topic = topic.ID
				if read, ask := slot.resolve(p, committed, o.version, v); ask {
					read.ID = s.newRead(id, int32(len(l.slots)))
					s.Out.Reads = append(s.Out.Reads, read)
					l.reading++
				}
			}
			l.slots = append(l.slots, slot)
		}
	}
	if l.reading == 0 {
		s.finish(id, o, l.response(o.version))
	}
	return true
}

// namedTwice tells whether a partition stands in the request more than once.
func namedTwice(body *kmsg.ListOffsetsRequest, topic string, partition int32) bool {
	times := 0
	for i := range body.Topics {
		if body.Topics[i].Topic != topic {
			continue
		}
		for j := range body.Topics[i].Partitions {
			if body.Topics[i].Partitions[j].Partition == partition {
				times++
			}
		}
	}
	return times > 1
}

// resolve answers from what the leader knows, or says what to read.
func (s *offsetSlot) resolve(p *kmsg.ListOffsetsRequestTopicPartition, committed bool,
	version kafka.APIVersion, v View) (read port.Read, ask bool) {
	st := v.Replicas.OffsetState(s.log, kafka.LeaderEpoch(p.CurrentLeaderEpoch))
	if s.err = st.Err; s.err != kafka.None {
		return port.Read{}, false
	}
	s.upto = st.HighWatermark
	if committed {
		s.upto = st.LastStable
	}
	needsEnd := p.Timestamp == timeLatest || p.Timestamp == timeMax || p.Timestamp >= 0
	if needsEnd && st.Lagging {
		hasOffsetNotAvailable := version >= 5
		s.err = kafka.ErrLeaderNotAvailable
		if hasOffsetNotAvailable {
			s.err = kafka.ErrOffsetNotAvailable
		}
		return port.Read{}, false
	}
	switch p.Timestamp {
	case timeLatest:
		s.offset, s.epoch = s.upto, st.Epoch
	case timeEarliest, timeEarliestLocal:
		s.offset, s.epoch = st.LogStart, st.StartEpoch
	case timeLatestTiered, timeEarliestPendingUpload:
	case timeMax:
		return port.Read{Kind: port.ReadMaxTime, Log: s.log, From: st.LogStart, Upto: s.upto}, true
	default:
		return port.Read{
			Kind: port.ReadTime, Log: s.log, From: st.LogStart, Upto: s.upto, Timestamp: kafka.Wall(p.Timestamp),
		}, true
	}
	return port.Read{}, false
}

// offsetRead takes what a lookup found. A record at or above what the client may see counts as none.
func (s *Session) offsetRead(id msg.Op, o *op, at int32, d *port.ReadDone, v View) {
	l := o.offsets
	slot := &l.slots[at]
	s.drop(d.Span)
	switch {
	case d.Fail != port.FailNone:
		slot.err = kafka.ErrKafkaStorageError
		if st := v.Replicas.OffsetState(slot.log, kafka.NoLeaderEpoch); st.Err != kafka.None {
			slot.err = st.Err
		}
	case d.Found >= 0 && d.Found < slot.upto:
		slot.offset, slot.timestamp, slot.epoch = d.Found, d.Timestamp, d.Epoch
	}
	l.reading--
	if l.reading == 0 {
		s.finish(id, o, l.response(o.version))
	}
}

func (l *offsetsOp) response(version kafka.APIVersion) *kmsg.ListOffsetsResponse {
	r := kmsg.NewPtrListOffsetsResponse()
	r.Version = int16(version)
	r.Topics = make([]kmsg.ListOffsetsResponseTopic, len(l.topics))
	partitions := make([]kmsg.ListOffsetsResponseTopicPartition, len(l.slots))
	at := 0
	for i := range l.topics {
		end := at + int(l.topics[i].count)
		r.Topics[i].Topic = l.topics[i].name
		r.Topics[i].Partitions = partitions[at:end:end]
		for ; at < end; at++ {
			slot := &l.slots[at]
			p := &partitions[at]
			p.Default()
			p.Partition, p.ErrorCode = int32(slot.log.Partition), int16(slot.err)
			p.Timestamp, p.Offset, p.LeaderEpoch = int64(slot.timestamp), int64(slot.offset), int32(slot.epoch)
		}
	}
	return r
}
