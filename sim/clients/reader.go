package clients

import (
	"strconv"
	"strings"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Reader reads everything once more when the world has come to rest: it lists the topics, asks each
// partition for its range, and fetches all of it; in the end it asks each node for its log directories. It retries until it has everything, but for what
// it is refused with KAFKA_STORAGE_ERROR for refusedMax, or is damaged: the judge must know why. Where a log shows nothing before its end for as
// long, it has been read as far as it goes, and the judge says whether that may be.
type Reader struct {
	actor
	listed bool
	// described says that the configuration of all topics, and of all brokers, was told.
	described bool
	began     checker.Event
	// groupsLeft are the groups whose offsets were not asked for yet, question is what the open request asks.
	groupsLeft []coordinated
	question   offsetQuestion
	// surveyed counts the nodes that told of their log directories.
	surveyed int
	astray   bool // a leader answered with an error: ask again who leads
	parts    []part
	open     int // the part that the request in flight is for
	busy     bool
	nextAt   int64
	// leaderlessAt is since when some partition has no leader, or 0.
	leaderlessAt int64
	// inVain says that a partition was given up since a connection was last lost.
	inVain bool
}

// part is one partition that is read.
type part struct {
	read  checker.Read
	node  int32
	phase phase
	next  kafka.Offset
	// probed parts are only asked for their range: what coordinators write there is none of the clients' values.
	probed bool
	// refusedAt is since when it answers nothing but KAFKA_STORAGE_ERROR, or 0.
	refusedAt int64
	// emptyAt is since when it shows nothing, though its high watermark says that there is more, or 0.
	emptyAt int64
}

// offsetsTopic is where coordinators of groups write.
const offsetsTopic = "__consumer_offsets"

type phase uint8

const (
	phaseStart phase = iota
	phaseEnd
	phaseRead
	phaseDone
)

func newReader(s *shared, id int32) *Reader {
	r := &Reader{}
	r.actor.init(s, id, r)
	r.timeout = 5 * second
	r.speaks.metadata, r.speaks.fetch = metadataNewest, fetchNewest
	r.speaks.offsetFetch = fetchAsMember // by names, also those of topics that are gone
	r.quiet = true
	for _, g := range s.groups {
		r.groupsLeft = append(r.groupsLeft, coordinated{a: &r.actor, group: g, node: -1})
	}
	return r
}

// Idle implements Client: everything has been read.
func (r *Reader) Idle() bool {
	return r.listed && r.described && r.unread() < 0 && r.surveyed == len(r.links) && len(r.groupsLeft) == 0
}

// unread is the first part that is not done, or -1.
func (r *Reader) unread() int {
	for i := range r.parts {
		if r.parts[i].phase != phaseDone {
			return i
		}
	}
	return -1
}

func (r *Reader) step(now int64) {
	if r.busy || r.Idle() {
		return
	}
	if now < r.nextAt {
		r.at(r.nextAt)
		return
	}
	if len(r.groupsLeft) > 0 { // before topics are listed, for the search for a coordinator may make one
		r.audit(now)
		return
	}
	if !r.listed || r.astray {
		r.list()
		return
	}
	if !r.described {
		r.describe()
		return
	}
	if r.open = r.unread(); r.open < 0 {
		r.survey()
		return
	}
	p := &r.parts[r.open]
	l := r.linkTo(p.node)
	if !l.room(1) {
		return
	}
	r.busy = true
	switch p.phase {
	case phaseStart:
		p.read.Start = r.event()
		l.send(r.rangeRequest(p, checker.EarliestOffset), call{kind: callOffsets})
	case phaseEnd:
		l.send(r.rangeRequest(p, checker.LatestOffset), call{kind: callOffsets})
	default:
		l.send(r.fetchRequest(p), call{kind: callFetch})
	}
}

func (r *Reader) list() {
	l := r.anyLink()
	if !l.room(1) {
		return
	}
	q := kmsg.NewPtrMetadataRequest()
	q.Version = r.speaks.metadata
	q.Topics = nil // all of them
	r.busy = true
	l.send(q, call{kind: callMetadata})
}

func (r *Reader) describe() {
	l := r.anyLink()
	if !l.room(1) {
		return
	}
	names := []string{""}
	for i := range r.history.Final {
		names = append(names, r.history.Final[i].Name)
	}
	r.busy, r.began = true, r.event()
	l.send(describeRequest(r.speaks.describe, names...), call{kind: callDescribe})
}

func (r *Reader) rangeRequest(p *part, asked kafka.Wall) kmsg.Request {
	q := kmsg.NewPtrListOffsetsRequest()
	q.Version = r.speaks.offsets
	t := kmsg.NewListOffsetsRequestTopic()
	t.Topic = p.read.Topic
	t.Partitions = append(t.Partitions, offsetsPartition(p.read.Partition, asked))
	q.Topics = append(q.Topics, t)
	return q
}

func (r *Reader) fetchRequest(p *part) kmsg.Request {
	q := kmsg.NewPtrFetchRequest()
	q.Version = r.speaks.fetch
	q.MinBytes, q.MaxBytes, q.MaxWaitMillis = 1, 1<<20, 100
	t := kmsg.NewFetchRequestTopic()
	t.TopicID = p.read.ID
	f := kmsg.NewFetchRequestTopicPartition()
	f.Partition, f.FetchOffset, f.PartitionMaxBytes = int32(p.read.Partition), int64(p.next), 1<<20
	t.Partitions = append(t.Partitions, f)
	q.Topics = append(q.Topics, t)
	return q
}

func (r *Reader) lost(asked call) {
	r.busy, r.inVain = false, false
	if asked.kind == callFind || asked.kind == callOffsetFetch {
		r.notAudited(asked)
		return
	}
	r.again()
}

// again tries what failed once more, after a pause.
func (r *Reader) again() { r.nextAt = r.env.Now() + metadataPause }

// stray tries once more where the partition is led then.
func (r *Reader) stray() {
	r.astray = true
	r.again()
}

func (r *Reader) answered(_ *link, _ call, response kmsg.Response) {
	r.busy = false
	switch a := response.(type) {
	case *kmsg.MetadataResponse:
		r.takeList(a)
	case *kmsg.FindCoordinatorResponse, *kmsg.OffsetFetchResponse:
		r.audited(a)
	case *kmsg.DescribeConfigsResponse:
		r.told(r.id, a, r.began)
		r.described = true
	case *kmsg.DescribeLogDirsResponse:
		r.dirsTold(r.id, a, r.began)
		r.surveyed++
	case *kmsg.ListOffsetsResponse:
		r.takeRange(&r.parts[r.open], a)
	case *kmsg.FetchResponse:
		r.takeRecords(&r.parts[r.open], a)
	}
}

// takeList notes the topics that there are, once every partition has a leader. One that has none for
// refusedMax is given up.
func (r *Reader) takeList(m *kmsg.MetadataResponse) {
	var parts []part
	var final []checker.FinalTopic
	for i := range m.Topics {
		t := &m.Topics[i]
		probed := t.Topic != nil && *t.Topic == offsetsTopic
		if t.Topic == nil || strings.HasPrefix(*t.Topic, "__") && !probed {
			continue
		}
		if t.ErrorCode != 0 {
			r.again()
			return
		}
		if probed {
			r.history.OffsetsTopic = checker.FinalTopic{Name: offsetsTopic, ID: t.TopicID, Partitions: int32(len(t.Partitions))}
		} else {
			final = append(final, checker.FinalTopic{Name: *t.Topic, ID: t.TopicID, Partitions: int32(len(t.Partitions))})
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			if kafka.ErrorCode(p.ErrorCode) == kafka.ErrLeaderNotAvailable && r.leaderless() {
				parts = append(parts, part{phase: phaseDone, probed: probed, read: checker.Read{
					Topic: *t.Topic, ID: t.TopicID, Partition: kafka.PartitionID(p.Partition),
				}})
				continue
			}
			if p.ErrorCode != 0 || r.linkTo(p.Leader) == nil {
				r.again()
				return
			}
			parts = append(parts, part{node: p.Leader, probed: probed, read: checker.Read{
				Topic: *t.Topic, ID: t.TopicID, Partition: kafka.PartitionID(p.Partition),
			}})
		}
	}
	r.astray = false
	if r.listed {
		r.move(parts)
		return
	}
	for i := range parts {
		if p := &parts[i]; p.phase == phaseDone {
			r.giveUp(p, checker.Damaged{Offset: p.next, Err: kafka.ErrLeaderNotAvailable})
		}
	}
	r.parts, r.listed = parts, true
	r.history.Final, r.history.Listed = final, true
}

// leaderless notes that a partition has no leader, and tells whether it was waited for one long enough.
func (r *Reader) leaderless() bool {
	if r.leaderlessAt == 0 {
		r.leaderlessAt = r.env.Now()
	}
	return r.env.Now() >= r.leaderlessAt+refusedMax
}

// move takes over who leads now.
func (r *Reader) move(now []part) {
	for i := range r.parts {
		for j := range now {
			if a, b := &r.parts[i].read, &now[j].read; a.ID == b.ID && a.Partition == b.Partition {
				r.parts[i].node = now[j].node
			}
		}
	}
}

func (r *Reader) takeRange(p *part, a *kmsg.ListOffsetsResponse) {
	o := findOffsets(a, p.read.Topic, p.read.Partition)
	if o != nil && r.refused(p, kafka.ErrorCode(o.ErrorCode)) {
		return
	}
	if o == nil || o.ErrorCode != 0 || o.Offset < 0 {
		r.stray()
		return
	}
	if p.phase == phaseStart {
		p.read.LogStart, p.next, p.phase = kafka.Offset(o.Offset), kafka.Offset(o.Offset), phaseEnd
		return
	}
	p.read.End, p.phase = kafka.Offset(o.Offset), phaseRead
	r.finish(p)
}

func (r *Reader) takeRecords(p *part, a *kmsg.FetchResponse) {
	f := findFetched(a, p.read.Topic, p.read.ID, p.read.Partition)
	if f != nil && kafka.ErrorCode(f.ErrorCode) == kafka.ErrOffsetOutOfRange {
		// The log start moved past what was being read: there is less to read now.
		p.phase, p.read.Records, p.read.Control = phaseStart, nil, nil
		r.again()
		return
	}
	if f != nil && r.refused(p, kafka.ErrorCode(f.ErrorCode)) {
		return
	}
	if f == nil && a.ThrottleMillis > 0 {
		r.again() // kept back for a quota
		return
	}
	if f == nil || f.ErrorCode != 0 {
		r.stray()
		return
	}
	got := r.read(f.RecordBatches, p.next)
	if got.fault != "" {
		r.odd(r.id, p.read.Topic+"-"+strconv.Itoa(int(p.read.Partition))+": the final read met "+got.fault)
		r.parts[r.open].phase = phaseDone
		return
	}
	if got.damage != "" {
		r.giveUp(p, checker.Damaged{Offset: got.next, Base: got.damageBase, Text: got.damage})
		return
	}
	p.read.Records = append(p.read.Records, got.records...)
	p.read.Control = append(p.read.Control, got.control...)
	p.next = got.next
	if len(f.RecordBatches) > 0 {
		p.emptyAt = 0
		r.finish(p)
		return
	}
	r.again()
	if a.ThrottleMillis == 0 && r.showsNothing(p, kafka.Offset(f.HighWatermark)) {
		r.end(p)
	}
}

// finish records a part that was read to its end.
func (r *Reader) finish(p *part) {
	switch {
	case p.probed:
		p.phase = phaseDone
	case p.next >= p.read.End:
		r.end(p)
	}
}

// end records a part as it was read.
func (r *Reader) end(p *part) {
	p.phase = phaseDone
	p.read.Finish = r.event()
	r.history.Reads = append(r.history.Reads, p.read)
}
