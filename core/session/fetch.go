package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Fetch reads from several partitions, in the order of the request, until its bytes are used up;
// the first partition that has something gives at least one batch (KIP-74). If there is less than
// min bytes it waits for more, at most max wait. Errors, and an epoch that diverged (KIP-595),
// are answered at once. From v13 topics are named by id (KIP-516); from v16 the answer names the
// new leader (KIP-951). read_committed reads below the last stable offset (KIP-98).
//
// There are no fetch sessions (KIP-227): a full fetch is answered with session id 0, which means
// that none was made, as by a Kafka without room for another; a fetch of a session is answered
// FETCH_SESSION_ID_NOT_FOUND. Replicas of other brokers are not known here yet:
// NOT_LEADER_OR_FOLLOWER.
var fetchAPI = api{key: wire.KeyFetch, min: 4, max: 18, start: (*Session).startFetch}

// fetchOp is a Fetch under way.
type fetchOp struct {
	byID      bool
	hints     bool
	committed bool
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

type fetchTopic struct {
	name  string
	id    kafka.TopicID
	count int32
}

// fetchPart is one partition: what was asked, and what is known of it.
type fetchPart struct {
	log       kafka.TopicPartition
	offset    kafka.Offset
	epoch     kafka.LeaderEpoch
	lastEpoch kafka.LeaderEpoch
	maxBytes  int32
	// unknown says that the image does not know it: nothing can wake it up.
	unknown        bool
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

func (f *fetchOp) reset() {
	clear(f.topics)
	clear(f.parts)
	*f = fetchOp{topics: f.topics[:0], parts: f.parts[:0]}
}

func (s *Session) startFetch(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.FetchRequest)
	byID, hints, hasReplicaState := req.Version >= 13, req.Version >= 16, req.Version >= 15
	if body.SessionEpoch > 0 {
		c.begin()
		s.complete(req.Conn, req.Seq, &wire.FetchResponse{
			Version: int16(req.Version), Err: kafka.ErrFetchSessionIDNotFound,
		})
		return true
	}
	replica := body.ReplicaID
	if hasReplicaState {
		replica = body.ReplicaState.ID
	}
	f := take(&s.spare.fetches)
	f.byID, f.hints, f.committed, f.listener = byID, hints, body.IsolationLevel == 1, c.listener
	f.maxBytes = min(body.MaxBytes, s.cfg.FetchBytesMax)
	f.minBytes = min(body.MinBytes, f.maxBytes)
	f.deadline = now.Mono.Add(kafka.Millis(body.MaxWaitMillis).Nanos())
	for i := range body.Topics {
		f.resolve(&body.Topics[i], replica >= 0, v.Image)
	}
	id, o := s.beginOp(c, req)
	o.fetch = f
	f.urgent = body.MaxWaitMillis <= 0 || f.minBytes <= 0
	s.look(now, id, o, v)
	return true
}

// resolve makes the parts of one topic.
func (f *fetchOp) resolve(t *kmsg.FetchRequestTopic, fromReplica bool, img *image.Image) {
	f.topics = append(f.topics, fetchTopic{name: t.Topic, id: t.TopicID, count: int32(len(t.Partitions))})
	topic, missing := lookup(img, t.Topic, t.TopicID, f.byID)
	for i := range t.Partitions {
		asked := &t.Partitions[i]
		part := fetchPart{
			log:       kafka.TopicPartition{Partition: kafka.PartitionID(asked.Partition)},
			offset:    kafka.Offset(asked.FetchOffset),
			epoch:     kafka.LeaderEpoch(asked.CurrentLeaderEpoch),
			lastEpoch: kafka.LeaderEpoch(asked.LastFetchedEpoch),
			maxBytes:  max(asked.PartitionMaxBytes, 0),
		}
		switch {
		case topic == nil:
			part.unknown, part.err = true, missing
		case asked.Partition < 0 || int(asked.Partition) >= len(topic.Partitions):
			part.unknown, part.err = true, kafka.ErrUnknownTopicOrPartition
		case fromReplica:
			part.unknown, part.err = true, kafka.ErrNotLeaderOrFollower
		}
		if topic != nil {
			part.log.Topic = topic.ID
		}
		f.parts = append(f.parts, part)
	}
}

// ask asks the replica of a part and says whether it can be read, and whether the answer cannot
// wait.
func (p *fetchPart) ask(committed bool, v View) (readable, urgent bool) {
	if p.unknown {
		return false, false
	}
	if v.Image.Partition(p.log) == nil {
		p.unknown, p.err = true, kafka.ErrUnknownTopicOrPartition
		return false, true
	}
	st := v.Replicas.FetchState(msg.FetchQuery{
		Log: p.log, Offset: p.offset, CurrentEpoch: p.epoch, LastFetchedEpoch: p.lastEpoch, Committed: committed,
	})
	p.err, p.high, p.lastStable, p.logStart, p.upto = st.Err, st.HighWatermark, st.LastStable, st.LogStart, st.Upto
	p.committed = st.CommittedBytes
	p.hasDiverging, p.divergingEpoch, p.divergingEnd = st.HasDiverging, st.DivergingEpoch, st.DivergingEnd
	urgent = p.err != kafka.None || p.hasDiverging
	return !urgent && p.offset < p.upto, urgent
}

// response makes the answer and hands the spans over to it.
func (f *fetchOp) response(version int16, img *image.Image) *wire.FetchResponse {
	r := &wire.FetchResponse{Version: version, Topics: make([]wire.FetchedTopic, len(f.topics))}
	partitions := make([]wire.FetchedPartition, len(f.parts))
	at := 0
	for i := range f.topics {
		t := &f.topics[i]
		end := at + int(t.count)
		r.Topics[i] = wire.FetchedTopic{Name: t.name, ID: t.id, Partitions: partitions[at:end:end]}
		for ; at < end; at++ {
			part := &f.parts[at]
			partitions[at] = part.response(f.committed)
			if f.hints {
				partitions[at].Leader, r.Nodes = hint(img, part.log, part.err, f.listener, r.Nodes)
			}
		}
	}
	return r
}

// noAborted is the list of aborted transactions that read_committed gets: none, but not null.
var noAborted = []wire.AbortedTxn{}

func (p *fetchPart) response(committed bool) wire.FetchedPartition {
	r := wire.FetchedPartition{
		Partition: p.log.Partition, Err: p.err, PreferredReplica: kafka.NoNode,
		HighWatermark: kafka.NoOffset, LastStable: kafka.NoOffset, LogStart: kafka.NoOffset,
	}
	if p.err != kafka.None {
		return r
	}
	r.HighWatermark, r.LastStable, r.LogStart = p.high, p.lastStable, p.logStart
	if p.hasDiverging {
		r.HasDiverging, r.DivergingEpoch, r.DivergingEnd = true, p.divergingEpoch, p.divergingEnd
		return r
	}
	if committed {
		r.Aborted = noAborted
	}
	r.Records, p.span = p.span, port.Span{}
	return r
}
