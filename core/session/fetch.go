package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/quota"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Fetch reads from several partitions, one after another, until its bytes are used up; the first
// that has something gives at least one batch (KIP-74). If there is less than min bytes it waits for
// more, at most max wait. Errors, and an epoch that diverged (KIP-595), are answered at once. From
// v13 topics are named by id (KIP-516); from v16 the answer names the new leader (KIP-951).
// read_committed reads below the last stable offset (KIP-98). Up to v5 KAFKA_STORAGE_ERROR is not
// known to clients, who are told NOT_LEADER_OR_FOLLOWER.
//
// From v7 a full fetch begins a session (KIP-227), from which later ones name only what they want
// otherwise than before, and are answered only what is new. Session 0 is none: there was no room.
//
// A partition that the image does not know is answered so, and waits with the others; one whose
// topic id is no longer what the session knew it for is INCONSISTENT_TOPIC_ID once the name is
// another topic's. No other broker replicates from this one yet: a replica that asks is told what
// Kafka tells one that it does not know, UNKNOWN_LEADER_EPOCH if it names an epoch and else
// NOT_LEADER_OR_FOLLOWER. A preferred read replica is never named. The cluster id is for the
// controllers' log; brokers do not look at it.
var fetchAPI = api{key: wire.KeyFetch, min: 4, max: 18, start: (*Session).startFetch}

// fetchOp is a Fetch under way.
type fetchOp struct {
	byID      bool
	hints     bool
	committed bool
	// hidesStorage says that KAFKA_STORAGE_ERROR is not known to the client.
	hidesStorage bool
	// replica is who asks, kafka.NoNode for a consumer.
	replica kafka.NodeID
	// makes says that the answer begins a session. session and number name the one that the fetch
	// is part of, 0 if none, and epoch the next one of it.
	makes   bool
	session int32
	number  int64
	epoch   int32
	// urgent says that it is answered with whatever is read next, parked that it waits for bytes.
	urgent bool
	parked bool
	// more says that a partition had more than was read.
	more     bool
	minBytes int32
	maxBytes int32
	deadline kafka.Mono
	// next is the next part to read, remaining the bytes that are left, reading the reads under
	// way, got the bytes read.
	next      int32
	reading   int32
	remaining int64
	got       int64
	// have estimates what could be read by now, from the bytes that were committed meanwhile.
	have     int64
	topics   []fetchTopic
	parts    []fetchPart
	listener string
}

// fetchTopic is the topic of parts that follow one another. By id, the name is empty if it is unknown.
type fetchTopic struct {
	name string
	id   kafka.TopicID
}

// fetchPart is one partition: what was asked, and what is known of it.
type fetchPart struct {
	fetchAsk
	log   kafka.TopicPartition
	topic int32
	// place is the partition's in the session that the fetch is part of.
	place int32
	// unknown says that the image does not know it: nothing can wake it up.
	unknown        bool
	absent         absence
	err            kafka.ErrorCode
	high           kafka.Offset
	lastStable     kafka.Offset
	logStart       kafka.Offset
	upto           kafka.Offset
	committed      int64
	hasDiverging   bool
	divergingEpoch kafka.LeaderEpoch
	divergingEnd   kafka.Offset
	// reserved are the bytes that its read may take.
	reserved int64
	span     port.Span
}

// absence tells whether the image did not know a partition when the fetch came, which does not hurry
// the answer. Kafka answers such partitions behind the others, to consumers unknown ids first.
type absence uint8

const (
	present absence = iota
	unknownID
	unknownPartition
)

func (f *fetchOp) reset() {
	clear(f.topics)
	clear(f.parts)
	*f = fetchOp{topics: f.topics[:0], parts: f.parts[:0]}
}

func (s *Session) startFetch(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.FetchRequest)
	hasReplicaState, errorsAreWhole := req.Version >= 15, req.Version >= 13
	if !isolationKnown(body.IsolationLevel) {
		c.begin()
		s.complete(req.Conn, req.Seq, refuseFetch(body, int16(req.Version), errorsAreWhole, kafka.ErrInvalidRequest))
		return true
	}
	f := take(&s.spare.fetches)
	f.byID, f.hints, f.hidesStorage = req.Version >= 13, req.Version >= 16, req.Version <= 5
	f.committed, f.listener = body.IsolationLevel == 1, c.listener
	f.replica = kafka.NodeID(body.ReplicaID)
	if hasReplicaState {
		f.replica = kafka.NodeID(body.ReplicaState.ID)
	}
	f.maxBytes = min(body.MaxBytes, s.cfg.FetchBytesMax)
	if l, limited := quota.Find(v.Image, quota.Fetch, Anonymous, req.ClientID); limited && f.replica < 0 {
		f.maxBytes = int32(min(int64(f.maxBytes), s.meters.Burst(l))) // what the quota never gives at once need not be read
	}
	f.minBytes = min(body.MinBytes, f.maxBytes)
	f.deadline = now.Mono.Add(kafka.Millis(body.MaxWaitMillis).Nanos())
	if err := s.joinSession(now, f, body, v); err != kafka.None {
		f.reset()
		s.spare.fetches = append(s.spare.fetches, f)
		c.begin()
		s.complete(req.Conn, req.Seq, &wire.FetchResponse{Version: int16(req.Version), Err: err})
		return true
	}
	id, o := s.beginOp(c, req)
	o.fetch = f
	f.urgent = f.urgent || body.MaxWaitMillis <= 0 || f.minBytes <= 0
	s.look(now, id, o, v)
	return true
}

// topicLook finds topics by key; those of partitions that follow one another are found once.
type topicLook struct {
	img   *image.Image
	key   fetchKey
	topic *image.Topic
}

func (l *topicLook) find(key fetchKey, byID bool) *image.Topic {
	key.partition = -1
	if key != l.key {
		l.key = key
		l.topic, _ = lookup(l.img, key.topic, key.id, byID)
	}
	return l.topic
}

// add makes a part. name is what its topic's id was known for, if it was.
func (f *fetchOp) add(key fetchKey, name string, ask fetchAsk, look *topicLook) {
	topic := look.find(key, f.byID)
	if topic != nil {
		name = topic.Name
	} else if !f.byID {
		name = key.topic
	}
	if t := (fetchTopic{name: name, id: key.id}); len(f.topics) == 0 || f.topics[len(f.topics)-1] != t {
		f.topics = append(f.topics, t)
	}
	part := fetchPart{fetchAsk: ask, topic: int32(len(f.topics) - 1)}
	part.log.Partition = key.partition
	switch {
	case topic != nil && key.partition >= 0 && int(key.partition) < len(topic.Partitions):
		part.log.Topic = topic.ID
	case topic == nil && f.byID && name == "":
		part.unknown, part.absent, part.err = true, unknownID, kafka.ErrUnknownTopicID
	default:
		part.unknown, part.err = true, goneError(look.img, name, f.byID && topic == nil, key.partition)
		if part.err == kafka.ErrInconsistentTopicID {
			f.urgent = true
			break
		}
		part.absent = unknownPartition
		if f.replica >= 0 {
			part.absent = unknownID // in one list with those
		}
	}
	f.parts = append(f.parts, part)
}

// goneError is what a partition is told that the image does not know. renamed says that its topic id
// is gone, whose name may have become another topic's.
func goneError(img *image.Image, name string, renamed bool, partition kafka.PartitionID) kafka.ErrorCode {
	if renamed {
		if other := img.TopicNamed(name); other != nil && partition >= 0 && int(partition) < len(other.Partitions) {
			return kafka.ErrInconsistentTopicID
		}
	}
	return kafka.ErrUnknownTopicOrPartition
}

// ask asks the replica of a part and says whether it can be read, and whether the answer cannot
// wait.
func (p *fetchPart) ask(f *fetchOp, v View) (readable, urgent bool) {
	if p.unknown {
		return false, false
	}
	if v.Image.Partition(p.log) == nil {
		p.unknown, p.err = true, goneError(v.Image, f.topics[p.topic].name, f.byID, p.log.Partition)
		return false, true
	}
	st := v.Replicas.FetchState(msg.FetchQuery{
		Log: p.log, Offset: p.offset, CurrentEpoch: p.epoch, LastFetchedEpoch: p.lastEpoch, Committed: f.committed,
	})
	p.err, p.high, p.lastStable, p.logStart, p.upto = st.Err, st.HighWatermark, st.LastStable, st.LogStart, st.Upto
	p.committed = st.CommittedBytes
	p.hasDiverging, p.divergingEpoch, p.divergingEnd = st.HasDiverging, st.DivergingEpoch, st.DivergingEnd
	if f.replica >= 0 && (p.err == kafka.None || p.err == kafka.ErrOffsetOutOfRange) {
		p.err = kafka.ErrUnknownLeaderEpoch
		if p.epoch == kafka.NoLeaderEpoch {
			p.err = kafka.ErrNotLeaderOrFollower
		}
	}
	urgent = p.err != kafka.None || p.hasDiverging
	return !urgent && p.offset < p.upto, urgent
}
