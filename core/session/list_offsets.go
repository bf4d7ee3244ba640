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
// A partition named twice is INVALID_REQUEST and answered once, a topic named twice stands once in the
// answer, as in Kafka. So is an isolation level that there is not, for which Kafka has no better word than
// UNKNOWN_SERVER_ERROR. The replica id changes nothing, nor does the timeout, which is for what is read from
// tiered storage.
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
	topic     int32
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
	s.gatherOffsets(l, body)
	for i := range l.slots {
		slot := &l.slots[i]
		topic := v.Image.TopicNamed(l.topics[slot.topic].name)
		switch {
		case slot.err != kafka.None:
		case !timeKnown(int64(slot.timestamp), o.version):
			slot.err = kafka.ErrUnsupportedVersion
		case topic == nil || slot.log.Partition < 0 || int(slot.log.Partition) >= len(topic.Partitions):
			slot.err = kafka.ErrUnknownTopicOrPartition
		default:
			slot.log.Topic = topic.ID
		}
		asked, epoch := slot.timestamp, slot.epoch
		slot.timestamp, slot.epoch = -1, kafka.NoLeaderEpoch
		if slot.err != kafka.None {
			continue
		}
		if read, ask := slot.resolve(asked, epoch, body.IsolationLevel == 1, o.version, v); ask {
			read.ID = s.newRead(id, int32(i))
			s.Out.Reads = append(s.Out.Reads, read)
			l.reading++
		}
	}
	if l.reading == 0 {
		s.finish(id, o, l.response(o.version))
	}
	return true
}

// gatherOffsets makes a slot of each partition that a request names, with what is asked in the place of
// what will be answered.
func (s *Session) gatherOffsets(l *offsetsOp, body *kmsg.ListOffsetsRequest) {
	if s.asked == nil {
		s.asked = map[fetchKey]int32{}
	}
	clear(s.asked)
	for i := range body.Topics {
		t := &body.Topics[i]
		if len(t.Partitions) == 0 {
			continue // Kafka doesn't answer for it
		}
		name := fetchKey{topic: t.Topic, id: kafka.TopicID{1}} // no partition has an id here
		at, found := s.asked[name]
		if !found {
			at = int32(len(l.topics))
			s.asked[name] = at
			l.topics = append(l.topics, offsetsTopic{name: t.Topic})
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			key := fetchKey{topic: t.Topic, partition: kafka.PartitionID(p.Partition)}
			if first, twice := s.asked[key]; twice {
				l.slots[first].err = kafka.ErrInvalidRequest
				continue
			}
			s.asked[key] = int32(len(l.slots))
			l.topics[at].count++
			slot := offsetSlot{
				topic: at, timestamp: kafka.Wall(p.Timestamp), epoch: kafka.LeaderEpoch(p.CurrentLeaderEpoch), offset: kafka.NoOffset,
			}
			slot.log.Partition = key.partition
			if !isolationKnown(body.IsolationLevel) {
				slot.err = kafka.ErrInvalidRequest
			}
			l.slots = append(l.slots, slot)
		}
	}
}

// isolationKnown tells whether an isolation level is read_uncommitted or read_committed.
func isolationKnown(level int8) bool { return level == 0 || level == 1 }

// resolve answers from what the leader knows, or says what to read.
func (s *offsetSlot) resolve(asked kafka.Wall, epoch kafka.LeaderEpoch, committed bool,
	version kafka.APIVersion, v View) (read port.Read, ask bool) {
	st := v.Replicas.OffsetState(s.log, epoch)
	if s.err = st.Err; s.err != kafka.None {
		return port.Read{}, false
	}
	s.upto = st.HighWatermark
	if committed {
		s.upto = st.LastStable
	}
	needsEnd := asked == timeLatest || asked == timeMax || asked >= 0
	if needsEnd && st.Lagging {
		hasOffsetNotAvailable := version >= 5
		s.err = kafka.ErrLeaderNotAvailable
		if hasOffsetNotAvailable {
			s.err = kafka.ErrOffsetNotAvailable
		}
		return port.Read{}, false
	}
	switch asked {
	case timeLatest:
		s.offset, s.epoch = s.upto, st.Epoch
	case timeEarliest, timeEarliestLocal:
		s.offset, s.epoch = st.LogStart, st.StartEpoch
	case timeLatestTiered, timeEarliestPendingUpload:
	case timeMax:
		return port.Read{Kind: port.ReadMaxTime, Log: s.log, From: st.LogStart, Upto: s.upto}, true
	default:
		return port.Read{
			Kind: port.ReadTime, Log: s.log, From: st.LogStart, Upto: s.upto, Timestamp: asked,
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
		r.Topics[i].Partitions = partitions[at:at:end]
		at = end
	}
	for i := range l.slots {
		slot := &l.slots[i]
		p := kmsg.NewListOffsetsResponseTopicPartition()
		p.Partition, p.ErrorCode = int32(slot.log.Partition), int16(slot.err)
		p.Timestamp, p.Offset, p.LeaderEpoch = int64(slot.timestamp), int64(slot.offset), int32(slot.epoch)
		t := &r.Topics[slot.topic]
		t.Partitions = append(t.Partitions, p)
	}
	return r
}
