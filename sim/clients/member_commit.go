package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// commit commits now and then where the member has come to, and at times what a process that died left behind, or
// under a generation that nobody was ever told.
func (m *member) commit(now int64) {
	if m.id == "" || m.epoch < 0 || len(m.positions) == 0 || m.lostAll || m.quiet || m.commits > 1 {
		return
	}
	if now < m.commitAt {
		m.at(m.commitAt)
		return
	}
	l := m.coordinator(now)
	if l == nil {
		return
	}
	if m.skips() {
		m.commitAt = now + m.pause(m.commitGap)
		m.at(m.commitAt)
		return
	}
	as := m.identity()
	switch m.draw(drawCommit, 16) {
	case 1, 2:
		if m.ghost.id != "" {
			as = m.ghost
		}
	case 3:
		as.epoch += forgedEpochs
	}
	m.sendCommit(l, as)
	m.commitAt = now + m.pause(m.commitGap)
}

// forgedEpochs is by how much an epoch is wrong that no coordinator gave out.
const forgedEpochs = 1_000_000

// sendCommit sends one OffsetCommit of all that is read, and tells whether there was anything to send.
func (m *member) sendCommit(l *link, as identity) bool {
	first := len(m.history.Commits)
	began := m.event()
	for i := range as.positions {
		p := &as.positions[i]
		if !p.known {
			continue
		}
		m.history.Commits = append(m.history.Commits, checker.CommitOp{
			Client: m.actor.id, Group: m.group.name, Member: as.id, Instance: as.instance, Epoch: as.epoch,
			Consumer: as.consumer, Forged: as.epoch >= forgedEpochs,
			Topic: m.topics[p.topic].name, ID: m.commitID(p), Partition: p.partition,
			Offset: p.offset, LeaderEpoch: m.commitEpoch(p), Metadata: m.mark(), Start: began, StartAt: m.env.Now(),
		})
	}
	if len(m.history.Commits) == first {
		return false
	}
	m.commits++
	l.send(m.commitRequest(first), call{kind: callCommit, index: first})
	return true
}

// mark is what tells one commit from all others.
func (s *shared) mark() string {
	s.marks++
	return "m" + strconv.Itoa(s.marks)
}

// commitID is the topic's id if the version of OffsetCommit names topics by it.
func (m *member) commitID(p *position) kafka.TopicID {
	switch {
	case m.speaks.commit < commitByID:
		return kafka.TopicID{}
	case !p.ownedID.IsZero():
		return p.ownedID
	}
	return m.seen.topics[p.topic].id
}

func (m *member) commitEpoch(p *position) kafka.LeaderEpoch {
	if m.speaks.commit < 6 {
		return kafka.NoLeaderEpoch
	}
	return p.last
}

// commitRequest is the request for the operations of the history from first on.
func (a *actor) commitRequest(first int) kmsg.Request {
	ops := a.history.Commits[first:]
	r := kmsg.NewPtrOffsetCommitRequest()
	r.Version = a.speaks.commit
	r.Group, r.Generation, r.MemberID = ops[0].Group, ops[0].Epoch, ops[0].Member
	if ops[0].Instance != "" {
		r.InstanceID = &ops[0].Instance
	}
	for i := range ops {
		op := &ops[i]
		if i == 0 || ops[i-1].Topic != op.Topic {
			t := kmsg.NewOffsetCommitRequestTopic()
			t.Topic, t.TopicID = op.Topic, op.ID
			r.Topics = append(r.Topics, t)
		}
		p := kmsg.NewOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch = int32(op.Partition), int64(op.Offset), int32(op.LeaderEpoch)
		p.Metadata = &op.Metadata
		t := &r.Topics[len(r.Topics)-1]
		t.Partitions = append(t.Partitions, p)
	}
	return r
}

// commitAnswered records what was told of each operation of one request, and gives the first error.
func (a *actor) commitAnswered(first int, r *kmsg.OffsetCommitResponse) (worst kafka.ErrorCode) {
	ops := a.history.Commits[first:]
	end := a.event()
	for i := range ops {
		op := &ops[i]
		if op.Start != ops[0].Start || op.Client != a.id {
			break
		}
		op.End, op.EndAt = end, a.env.Now()
		p := findCommitted(r, op)
		if p == nil {
			a.odd(a.id, "an OffsetCommit answer without a partition that was asked for")
			continue
		}
		op.Answered, op.Err = true, kafka.ErrorCode(p.ErrorCode)
		if worst == kafka.None {
			worst = op.Err
		}
	}
	return worst
}

// commitGone records that a request will not be answered.
func (a *actor) commitGone(first int) {
	ops := a.history.Commits[first:]
	end := a.event()
	for i := range ops {
		if ops[i].Start != ops[0].Start || ops[i].Client != a.id {
			break
		}
		ops[i].End, ops[i].EndAt = end, a.env.Now()
	}
}

func findCommitted(r *kmsg.OffsetCommitResponse, op *checker.CommitOp) *kmsg.OffsetCommitResponseTopicPartition {
	for i := range r.Topics {
		t := &r.Topics[i]
		if r.Version >= commitByID && t.TopicID != op.ID || r.Version < commitByID && t.Topic != op.Topic {
			continue
		}
		for j := range t.Partitions {
			if t.Partitions[j].Partition == int32(op.Partition) {
				return &t.Partitions[j]
			}
		}
	}
	return nil
}

// committed takes an answer to OffsetCommit. What a ghost is told does not concern the living.
func (m *member) committed(first int, r *kmsg.OffsetCommitResponse) {
	m.commits--
	op := &m.history.Commits[first]
	worst := m.commitAnswered(first, r)
	if m.heed(worst) || op.Member != m.id || op.Epoch != m.epoch {
		return
	}
	switch worst {
	case kafka.ErrUnknownMemberID, kafka.ErrIllegalGeneration, kafka.ErrFencedMemberEpoch, kafka.ErrGroupIDNotFound:
		m.loses()
	case kafka.ErrFencedInstanceID:
		m.die(m.env.Now(), second)
	case kafka.ErrUnknownTopicOrPartition, kafka.ErrUnknownTopicID:
		m.staleTopics()
	case kafka.None, kafka.ErrRebalanceInProgress, kafka.ErrStaleMemberEpoch, kafka.ErrRequestTimedOut:
	default:
		m.odd(m.actor.id, "OffsetCommit was answered "+worst.String())
	}
}

func (m *member) commitLost(first int) {
	m.commits--
	m.commitGone(first)
}

func (m *member) staleTopics() {
	for _, t := range m.topicsRead {
		m.seen.topics[t].stale = true
	}
}

// fetchCommitted asks how far the group has come in the partitions of which that is not known.
func (m *member) fetchCommitted(now int64) {
	if m.fetching || m.busy || m.quiet || len(m.lacking) == 0 || m.epoch < 0 {
		return
	}
	byID := m.speaks.offsetFetch >= fetchOffsetsByID
	m.fetchFor = m.fetchFor[:0]
	for _, o := range m.lacking {
		if id := m.seen.topics[o.topic].id; byID && o.id.IsZero() && id.IsZero() {
			m.seen.topics[o.topic].stale = true
			continue
		}
		m.fetchFor = append(m.fetchFor, o)
	}
	l := m.coordinator(now)
	if l == nil || len(m.fetchFor) == 0 {
		return
	}
	q := offsetQuestion{group: m.group.name, stable: m.draw(drawCommit, 2) == 0}
	if _, consumer := m.proto.(*consumerMember); consumer && m.draw(drawCommit, 2) == 0 {
		q.member, q.epoch = m.id, m.epoch
	}
	for _, o := range m.fetchFor {
		id := o.id
		if id.IsZero() {
			id = m.seen.topics[o.topic].id
		}
		q.partitions = append(q.partitions, checker.GroupPartition{Topic: m.topics[o.topic].name, ID: id, Partition: o.partition})
	}
	m.fetching, m.question, m.fetchBegan = true, q, m.event()
	l.send(m.offsetFetchRequest(&m.question), call{kind: callOffsetFetch})
}

// fetchedCommitted goes on where the group has come to, or from the beginning.
func (m *member) fetchedCommitted(r *kmsg.OffsetFetchResponse) {
	m.fetching = false
	got, whole := m.offsetsTold(&m.question, r, m.fetchBegan, false)
	if m.heed(whole) {
		return
	}
	switch whole {
	case kafka.None:
	case kafka.ErrStaleMemberEpoch:
		return // it is asked again, in the epoch that the next heartbeat tells
	case kafka.ErrUnknownMemberID:
		m.loses()
		return
	default:
		m.odd(m.actor.id, "OffsetFetch was answered "+whole.String())
		return
	}
	for i, o := range m.fetchFor {
		at := -1
		for j := range m.lacking {
			if m.lacking[j] == o {
				at = j
			}
		}
		if at < 0 || m.busy || got[i].err != kafka.None {
			continue // it was given up meanwhile, or is asked for again
		}
		m.lacking = append(m.lacking[:at], m.lacking[at+1:]...)
		p := position{topic: o.topic, partition: o.partition, ownedID: o.id, last: kafka.NoLeaderEpoch, asked: checker.EarliestOffset}
		if got[i].offset >= 0 {
			p.known, p.offset, p.valid = true, got[i].offset, m.epochOf(o)
		}
		m.positions = append(m.positions, p)
	}
}

func (m *member) epochOf(o ownedPartition) kafka.LeaderEpoch {
	return m.consumer.epoch(&position{topic: o.topic, partition: o.partition})
}
