package clients

import (
	"slices"
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// consumerMember stays in its group by ConsumerGroupHeartbeat alone (KIP-848): the coordinator assigns, the member
// gives up what it is to, says so, takes what it is given, and says so. After an error or a broken connection it tells
// all that it is once more. So it does after the healing where a disk lost something, as when an operator restarts it:
// a coordinator whose log lost the latest that the two agreed on in an epoch goes on from what they agreed on before,
// and a member that finds its epoch there does not notice.
type consumerMember struct {
	m      *member
	beatAt int64
	// interval is what the coordinator told to keep to.
	interval int64
	joined   bool
	full     bool // tell everything with the next heartbeat
	retold   bool // it was told since the healing
	tells    bool // tell what is owned
	// told is the assignment that is to be taken over, if there is one; it names topics by their ids.
	told     []checker.GroupPartition
	retarget bool
	parted   bool // what is given up was committed before
	behind   bool // an assignment was told whose topics were not known: another one is to be acknowledged, even without a change
	assignor string
	reads    []int // what it said it reads
	op       int   // of the request that is open, in the history
}

func newConsumerMember(m *member) *consumerMember {
	c := &consumerMember{m: m, interval: 50 * millisecond}
	m.epoch = 0
	if m.speaks.consumerBeat >= 1 { // from then on members name themselves
		m.id = clientID(m.actor.id) + "-" + strconv.Itoa(m.births)
		m.regex = len(m.group.topics) == len(m.topics) && m.draw(drawGroup, 4) == 3
		m.group.inherited = m.group.inherited || m.regex && m.instance != ""
	}
	c.assignor = []string{"", "range", "uniform", ""}[m.draw(drawGroup, 4)]
	return c
}

// anyTopic is a regular expression for all topics of a plan.
const anyTopic = "topic.*"

func (c *consumerMember) step(now int64) {
	m := c.m
	if c.retarget && !m.asked {
		c.take(now)
	}
	if m.asked || m.lostAll {
		return
	}
	if c.joined && (!slices.Equal(c.reads, m.topicsRead) && !m.regex || c.unsure()) {
		c.full = true
	} else if c.joined && !c.tells && !c.full && now < c.beatAt {
		m.at(c.beatAt)
		return
	}
	if now < c.beatAt && !c.joined { // it was refused a moment ago
		m.at(c.beatAt)
		return
	}
	if l := m.coordinator(now); l != nil {
		c.beat(l, now)
	}
}

// take takes over the assignment that was told, as soon as no fetch is under way and all its topics are known.
func (c *consumerMember) take(now int64) {
	m := c.m
	if m.busy || m.lostAll {
		return
	}
	var target []ownedPartition
	for _, p := range c.told {
		t := slices.IndexFunc(m.seen.topics, func(k known) bool { return k.id == p.ID })
		if t < 0 {
			c.behind = true
			for i := range m.seen.topics {
				m.seen.topics[i].stale = true
				m.learn(i, now)
			}
			return
		}
		target = append(target, ownedPartition{t, p.ID, p.Partition})
	}
	if same(target, m.owned) {
		c.retarget, c.told, c.tells, c.behind = false, nil, c.behind, false
		return
	}
	if !c.parted && slices.ContainsFunc(m.owned, func(o ownedPartition) bool { return !slices.Contains(target, o) }) {
		c.parted = true
		if l := m.coordinator(now); l != nil && m.draw(drawGroup, 2) == 0 && m.sendCommit(l, m.identity()) {
			return // the answer brings the next step
		}
	}
	if m.commits > 0 && c.parted {
		return
	}
	m.own(target)
	c.retarget, c.parted, c.behind, c.tells = false, false, false, true
}

// same tells whether two assignments hold the same partitions.
func same(a, b []ownedPartition) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(o ownedPartition) bool { return !slices.Contains(b, o) })
}

func (c *consumerMember) beat(l *link, now int64) {
	m := c.m
	r := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	r.Version = m.speaks.consumerBeat
	r.Group, r.MemberID, r.MemberEpoch = m.group.name, m.id, m.epoch
	if m.instance != "" {
		r.InstanceID = &m.instance
	}
	c.record(m.epoch)
	op := &m.history.Beats[c.op]
	if c.full || m.epoch == 0 {
		c.retold = m.quietAt != 0
		r.RebalanceTimeoutMillis = m.group.rebalance
		c.reads = slices.Clone(m.topicsRead)
		if m.regex {
			r.SubscribedTopicRegex = kmsg.StringPtr(anyTopic)
		} else {
			r.SubscribedTopicNames = []string{}
			for _, t := range c.reads {
				r.SubscribedTopicNames = append(r.SubscribedTopicNames, m.topics[t].name)
			}
			slices.Sort(r.SubscribedTopicNames)
		}
		if c.assignor != "" {
			r.ServerAssignor = &c.assignor
		}
	}
	if c.full || c.tells || m.epoch == 0 {
		op.Tells = true
		r.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{}
		for _, o := range m.owned {
			op.Owned = append(op.Owned, checker.GroupPartition{Topic: m.topics[o.topic].name, ID: o.id, Partition: o.partition})
			if n := len(r.Topics); n == 0 || r.Topics[n-1].TopicID != o.id {
				t := kmsg.NewConsumerGroupHeartbeatRequestTopic()
				t.TopicID = o.id
				r.Topics = append(r.Topics, t)
			}
			t := &r.Topics[len(r.Topics)-1]
			t.Partitions = append(t.Partitions, int32(o.partition))
		}
	}
	c.full, c.tells = false, false
	c.beatAt = now + c.interval
	l.send(r, call{kind: callConsumerBeat, index: c.op})
}

func (c *consumerMember) record(epoch int32) {
	m := c.m
	m.asked, c.op = true, len(m.history.Beats)
	m.history.Beats = append(m.history.Beats, checker.BeatOp{
		Client: m.actor.id, Kind: checker.ConsumerBeat, Group: m.group.name, Member: m.id, Instance: m.instance,
		Epoch: epoch, Start: m.event(),
	})
}

// What a member sends as its epoch to leave: for good, or to come back under its group.instance.id.
const (
	leaveEpoch       = -1
	leaveStaticEpoch = -2
)

func (c *consumerMember) leave(l *link) bool {
	m := c.m
	if !c.joined || m.id == "" {
		return false
	}
	r := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	r.Version = m.speaks.consumerBeat
	r.Group, r.MemberID, r.MemberEpoch = m.group.name, m.id, leaveEpoch
	if m.instance != "" {
		r.InstanceID, r.MemberEpoch = &m.instance, leaveStaticEpoch
	}
	c.record(r.MemberEpoch)
	c.joined = false
	l.send(r, call{kind: callConsumerBeat, index: c.op})
	return true
}

// evicted implements groupProtocol: the member joins again under its own name, and owns nothing.
func (c *consumerMember) evicted() {
	c.m.epoch = 0
	if c.m.speaks.consumerBeat < 1 {
		c.m.id = ""
	}
	c.joined, c.retarget, c.parted, c.behind, c.told = false, false, false, false, nil
}

func (c *consumerMember) stable() bool {
	m := c.m
	return c.joined && !c.retarget && !c.tells && !c.full && !c.unsure() && !m.asked && !m.lostAll && m.epoch > 0 && m.knows()
}

// unsure tells that the coordinator may have forgotten what the member told it.
func (c *consumerMember) unsure() bool { return c.m.dataLost && c.m.quietAt != 0 && !c.retold }

func (c *consumerMember) lost(asked call) {
	c.m.history.Beats[asked.index].End = c.m.event()
	c.full = true
}

func (c *consumerMember) answered(asked call, response kmsg.Response) {
	m := c.m
	r := response.(*kmsg.ConsumerGroupHeartbeatResponse)
	op := &m.history.Beats[asked.index]
	op.End, op.Answered, op.Err, op.Told = m.event(), true, kafka.ErrorCode(r.ErrorCode), r.MemberEpoch
	if r.MemberID != nil {
		op.Given = *r.MemberID
	}
	if op.Err == kafka.None && r.Assignment != nil {
		op.Assigns = true
		for _, t := range r.Assignment.Topics {
			for _, p := range t.Partitions {
				op.Got = append(op.Got, checker.GroupPartition{Topic: m.nameOf(t.TopicID), ID: t.TopicID, Partition: kafka.PartitionID(p)})
			}
		}
	}
	if op.Epoch < 0 {
		return // it has left
	}
	if m.heed(op.Err) {
		c.full = true
		return
	}
	switch op.Err {
	case kafka.ErrGroupMaxSizeReached:
		m.die(m.env.Now(), second)
	case kafka.None:
		m.epoch, c.joined = r.MemberEpoch, true
		if op.Given != "" {
			m.id = op.Given
		}
		c.interval = max(int64(r.HeartbeatIntervalMillis), 1) * millisecond
		c.beatAt = min(c.beatAt, m.env.Now()+c.interval)
		if op.Assigns {
			c.told, c.retarget = op.Got, true
		}
	case kafka.ErrFencedMemberEpoch, kafka.ErrUnknownMemberID, kafka.ErrGroupIDNotFound:
		if op.Err == kafka.ErrGroupIDNotFound && op.Epoch == 0 { // it is a classic group, and stays one
			m.die(m.env.Now(), second)
			return
		}
		m.loses()
		c.beatAt = m.env.Now() + coordinatorPause
	case kafka.ErrFencedInstanceID:
		m.die(m.env.Now(), second)
	case kafka.ErrUnreleasedInstanceID:
		// Another process has the name, and is alive for all that the coordinator knows.
		m.die(m.env.Now(), 300*millisecond)
	default:
		m.odd(m.actor.id, "ConsumerGroupHeartbeat was answered "+op.Err.String())
		m.die(m.env.Now(), second)
	}
}

// nameOf is the name of a topic by its id, if the client has learned it.
func (m *member) nameOf(id kafka.TopicID) string {
	for i := range m.seen.topics {
		if m.seen.topics[i].id == id {
			return m.topics[i].name
		}
	}
	return ""
}
