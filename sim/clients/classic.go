package clients

import (
	"slices"

	"momus/checker"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// classicMember stays in its group by JoinGroup, SyncGroup and Heartbeat. Of an eager group it gives up everything
// before it joins; of a cooperative one (KIP-429) it keeps what it has until another assignment is there, gives up
// what is not in it, and then joins again, so that others may have it.
type classicMember struct {
	m     *member
	state classicState
	// rejoins says that the member is to join again; prepared that it has given up what it must before.
	rejoins, prepared bool
	beatAt            int64
	op                int // of the request that is open, in the history
	joined            *kmsg.JoinGroupResponse
	leads             bool
	protocol          string
	// target is the assignment that was told and is not owned yet.
	target   []ownedPartition
	retarget bool
	// counts are how many partitions the topics had when the leader gave them out.
	counts []int
	reads  []int // what it said it reads
	// renewed says that it has joined once more since the healing. A leader that was replaced under its
	// group.instance.id is not asked for an assignment, so that nobody notices partitions that came meanwhile. Nor are
	// those given out that it was to give up when it was replaced, so it does so once more after it was evicted.
	renewed bool
}

type classicState uint8

const (
	classicOut classicState = iota
	classicJoined
	classicIn
)

// beatsPerSession is how many heartbeats a member sends within its session, as clients have it, and within the time
// in which it is to join again: one that learned of a rebalance later than that would be evicted by each.
const beatsPerSession = 3

// beatGap is the time between two heartbeats.
func (m *member) beatGap() int64 {
	return int64(min(m.group.session, m.group.rebalance)) * millisecond / beatsPerSession
}

func (c *classicMember) step(now int64) {
	m := c.m
	if m.asked {
		return
	}
	if c.retarget && !c.take() {
		return
	}
	switch c.state {
	case classicIn:
		if !c.renewed && m.knows() {
			c.renewed, c.rejoins = true, true
		}
		if c.rejoins || c.changed() {
			c.state, c.rejoins, c.prepared = classicOut, false, false
			c.join(now)
			return
		}
		if now < c.beatAt {
			m.at(c.beatAt)
			return
		}
		if l := m.coordinator(now); l != nil {
			c.beat(l, now)
		}
	case classicJoined:
		if l := m.coordinator(now); l != nil {
			c.sync(l)
		}
	default:
		c.join(now)
	}
}

// changed tells whether the member reads other topics than it said, or the leader knows of other partitions than
// those that it gave out.
func (c *classicMember) changed() bool {
	if !slices.Equal(c.reads, c.m.topicsRead) {
		return true
	}
	if !c.leads {
		return false
	}
	for t, n := range c.counts {
		if k := &c.m.seen.topics[t]; n >= 0 && !k.asking && len(k.places) != n {
			return true
		}
	}
	return false
}

// take takes over the assignment that was told, and tells whether it has. What is given up may be committed before.
func (c *classicMember) take() bool {
	m := c.m
	if m.busy {
		return false
	}
	gives := slices.ContainsFunc(m.owned, func(o ownedPartition) bool { return !slices.Contains(c.target, o) })
	m.own(c.target)
	c.retarget = false
	c.rejoins = c.rejoins || gives && m.group.cooperative
	return true
}

// join gives up what it must, and joins.
func (c *classicMember) join(now int64) {
	m := c.m
	l := m.coordinator(now)
	if m.busy || l == nil {
		return
	}
	if !c.prepared {
		c.prepared = true
		if len(m.owned) > 0 && m.draw(drawGroup, 2) == 0 && m.sendCommit(l, m.identity()) {
			m.at(now)
			return // the answer brings the next step
		}
	}
	if m.commits > 0 {
		return
	}
	if !m.group.cooperative {
		m.own(nil)
	}
	c.reads = slices.Clone(m.topicsRead)
	c.leads = false
	r := c.joinRequest()
	c.op = len(m.history.Joins)
	m.history.Joins = append(m.history.Joins, checker.JoinOp{
		Client: m.actor.id, Group: m.group.name, Member: m.id, Instance: m.instance, Start: m.event(),
	})
	m.asked = true
	l.sendWithin(r, call{kind: callJoin}, l.timeout()+int64(m.group.rebalance+m.group.session)*millisecond)
}

func (c *classicMember) joinRequest() kmsg.Request {
	m := c.m
	r := kmsg.NewPtrJoinGroupRequest()
	r.Version = m.speaks.join
	r.Group, r.MemberID, r.ProtocolType = m.group.name, m.id, consumerProtocolType
	r.SessionTimeoutMillis, r.RebalanceTimeoutMillis = m.group.session, m.group.rebalance
	if m.instance != "" {
		r.InstanceID = &m.instance
	}
	names := []string{"range", "roundrobin"}
	if m.group.cooperative {
		names = []string{"cooperative-sticky"}
	} else if m.draw(drawGroup, 2) == 1 {
		names = []string{"roundrobin", "range"}
	}
	for _, name := range names {
		p := kmsg.NewJoinGroupRequestProtocol()
		p.Name, p.Metadata = name, c.subscription()
		r.Protocols = append(r.Protocols, p)
	}
	return r
}

// consumerProtocolType is the protocol type of consumers.
const consumerProtocolType = "consumer"

func (c *classicMember) subscription() []byte {
	m := c.m
	s := kmsg.NewConsumerMemberMetadata()
	s.Version = 3
	for _, t := range c.reads {
		s.Topics = append(s.Topics, m.topics[t].name)
	}
	slices.Sort(s.Topics)
	s.Generation = m.epoch
	for _, o := range m.owned {
		name := m.topics[o.topic].name
		if n := len(s.OwnedPartitions); n == 0 || s.OwnedPartitions[n-1].Topic != name {
			p := kmsg.NewConsumerMemberMetadataOwnedPartition()
			p.Topic = name
			s.OwnedPartitions = append(s.OwnedPartitions, p)
		}
		p := &s.OwnedPartitions[len(s.OwnedPartitions)-1]
		p.Partitions = append(p.Partitions, int32(o.partition))
	}
	return s.AppendTo(nil)
}

func (c *classicMember) beat(l *link, now int64) {
	m := c.m
	r := kmsg.NewPtrHeartbeatRequest()
	r.Version = m.speaks.beat
	r.Group, r.Generation, r.MemberID = m.group.name, m.epoch, m.id
	if m.instance != "" {
		r.InstanceID = &m.instance
	}
	c.record(checker.ClassicBeat)
	c.beatAt = now + m.beatGap()
	l.send(r, call{kind: callBeat})
}

func (c *classicMember) record(kind checker.BeatKind) {
	m := c.m
	m.asked, c.op = true, len(m.history.Beats)
	m.history.Beats = append(m.history.Beats, checker.BeatOp{
		Client: m.actor.id, Kind: kind, Group: m.group.name, Member: m.id, Instance: m.instance, Epoch: m.epoch, Start: m.event(),
	})
}

// leave says goodbye, unless the member has a name of its own: then it is expected to come back (KIP-345).
func (c *classicMember) leave(l *link) bool {
	m := c.m
	if m.id == "" || m.instance != "" {
		return false
	}
	r := kmsg.NewPtrLeaveGroupRequest()
	r.Version = m.speaks.leave
	r.Group, r.MemberID = m.group.name, m.id
	if r.Version >= 3 {
		one := kmsg.NewLeaveGroupRequestMember()
		one.MemberID = m.id
		r.MemberID, r.Members = "", []kmsg.LeaveGroupRequestMember{one}
	}
	c.record(checker.ClassicLeave)
	l.send(r, call{kind: callLeave})
	return true
}

// evicted implements groupProtocol: the next join is that of somebody new.
func (c *classicMember) evicted() {
	c.m.id, c.m.epoch = "", -1
	c.state, c.rejoins, c.prepared, c.retarget, c.target = classicOut, false, true, false, nil
	c.renewed = false
}

func (c *classicMember) stable() bool {
	m := c.m
	return c.state == classicIn && c.renewed && !c.rejoins && !c.retarget && !m.asked && !m.lostAll && !c.changed() && m.knows()
}

// knows tells whether the member has learned of its topics since the healing.
func (m *member) knows() bool {
	for _, t := range m.group.topics {
		if k := &m.seen.topics[t]; m.quietAt == 0 || k.asking || k.began < m.quietAt {
			return false
		}
	}
	return true
}
