package clients

import (
	"slices"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func (c *classicMember) answered(asked call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.JoinGroupResponse:
		c.joinedAs(r)
	case *kmsg.SyncGroupResponse:
		c.synced(r)
	case *kmsg.HeartbeatResponse:
		c.beaten(kafka.ErrorCode(r.ErrorCode))
	case *kmsg.LeaveGroupResponse:
		op := &c.m.history.Beats[c.op]
		op.Answered, op.Err, op.End = true, kafka.ErrorCode(r.ErrorCode), c.m.event()
		if len(r.Members) == 1 && op.Err == kafka.None {
			op.Err = kafka.ErrorCode(r.Members[0].ErrorCode)
		}
	}
}

func (c *classicMember) lost(asked call) {
	m := c.m
	switch asked.kind {
	case callJoin:
		m.history.Joins[c.op].End = m.event()
	case callSync:
		m.history.Syncs[c.op].End = m.event()
		c.state, c.prepared = classicOut, true
	case callBeat, callLeave:
		m.history.Beats[c.op].End = m.event()
	}
}

// joinedAs takes an answer to JoinGroup.
func (c *classicMember) joinedAs(r *kmsg.JoinGroupResponse) {
	m := c.m
	op := &m.history.Joins[c.op]
	op.End, op.Answered, op.Err = m.event(), true, kafka.ErrorCode(r.ErrorCode)
	op.Generation, op.Given, op.Leader, op.SkipsAssignment = r.Generation, r.MemberID, r.LeaderID, r.SkipAssignment
	if r.Protocol != nil {
		op.Protocol = *r.Protocol
	}
	for i := range r.Members {
		op.Members = append(op.Members, r.Members[i].MemberID)
		r.Members[i].ProtocolMetadata = slices.Clone(r.Members[i].ProtocolMetadata) // it lies in what was received
	}
	if m.heed(op.Err) {
		return
	}
	switch op.Err {
	case kafka.None:
		m.id, m.epoch = r.MemberID, r.Generation
		c.state, c.leads, c.protocol = classicJoined, r.LeaderID == r.MemberID, op.Protocol
		c.joined = r
	case kafka.ErrMemberIDRequired:
		m.id = r.MemberID
	case kafka.ErrUnknownMemberID, kafka.ErrIllegalGeneration:
		m.loses()
	case kafka.ErrRebalanceInProgress:
	case kafka.ErrFencedInstanceID:
		m.die(m.env.Now(), second)
	case kafka.ErrInconsistentGroupProtocol, kafka.ErrGroupMaxSizeReached:
		if m.group.kind == groupClassic && op.Err == kafka.ErrInconsistentGroupProtocol {
			m.odd(m.actor.id, "JoinGroup was answered "+op.Err.String())
		}
		m.die(m.env.Now(), second)
	default:
		m.odd(m.actor.id, "JoinGroup was answered "+op.Err.String())
		m.die(m.env.Now(), second)
	}
}

// sync asks for the assignment; the leader gives out those of all.
func (c *classicMember) sync(l *link) {
	m := c.m
	r := kmsg.NewPtrSyncGroupRequest()
	r.Version = m.speaks.sync
	r.Group, r.Generation, r.MemberID = m.group.name, m.epoch, m.id
	if m.instance != "" {
		r.InstanceID = &m.instance
	}
	if r.Version >= 5 {
		r.ProtocolType, r.Protocol = kmsg.StringPtr(consumerProtocolType), &c.protocol
	}
	op := checker.SyncOp{Client: m.actor.id, Group: m.group.name, Member: m.id, Instance: m.instance, Generation: m.epoch, Start: m.event()}
	for _, t := range c.reads {
		op.Subscribed = append(op.Subscribed, m.topics[t].name)
	}
	if c.leads && !c.joined.SkipAssignment && len(c.joined.Members) > 0 {
		op.Assigns = c.assign()
		for _, to := range op.Assigns {
			a := kmsg.NewSyncGroupRequestGroupAssignment()
			a.MemberID, a.MemberAssignment = to.Member, assignmentOf(to.Partitions)
			r.GroupAssignment = append(r.GroupAssignment, a)
		}
	}
	m.asked, c.op = true, len(m.history.Syncs)
	m.history.Syncs = append(m.history.Syncs, op)
	l.sendWithin(r, call{kind: callSync}, l.timeout()+int64(m.group.rebalance)*millisecond)
}

// synced takes an answer to SyncGroup.
func (c *classicMember) synced(r *kmsg.SyncGroupResponse) {
	m := c.m
	op := &m.history.Syncs[c.op]
	op.End, op.Answered, op.Err = m.event(), true, kafka.ErrorCode(r.ErrorCode)
	if m.heed(op.Err) {
		c.state, c.prepared = classicOut, true
		return
	}
	switch op.Err {
	case kafka.None:
		got, ok := partitionsOf(r.MemberAssignment)
		if !ok {
			m.odd(m.actor.id, "SyncGroup gave an assignment that cannot be read")
		}
		op.Got = got
		c.target = c.target[:0:0]
		for _, p := range got {
			if t := slices.IndexFunc(m.topics, func(t topic) bool { return t.name == p.Topic }); t >= 0 {
				c.target = append(c.target, ownedPartition{topic: t, partition: p.Partition})
			}
		}
		c.state, c.retarget = classicIn, true
		c.beatAt = m.env.Now() + m.beatGap()
	case kafka.ErrRebalanceInProgress:
		c.state, c.prepared = classicOut, true
	case kafka.ErrUnknownMemberID, kafka.ErrIllegalGeneration:
		m.loses()
	case kafka.ErrFencedInstanceID:
		m.die(m.env.Now(), second)
	case kafka.ErrInconsistentGroupProtocol:
		c.state, c.prepared = classicOut, true
	default:
		if op.Err != kafka.ErrUnknownServerError { // which is what a record too large comes to
			m.odd(m.actor.id, "SyncGroup was answered "+op.Err.String())
		}
		c.state, c.prepared = classicOut, true
	}
}

// beaten takes an answer to Heartbeat.
func (c *classicMember) beaten(err kafka.ErrorCode) {
	m := c.m
	op := &m.history.Beats[c.op]
	op.End, op.Answered, op.Err = m.event(), true, err
	if m.heed(err) {
		c.beatAt = 0
		return
	}
	switch err {
	case kafka.None:
	case kafka.ErrRebalanceInProgress:
		c.rejoins = true
	case kafka.ErrUnknownMemberID, kafka.ErrIllegalGeneration:
		m.loses()
	case kafka.ErrFencedInstanceID:
		m.die(m.env.Now(), second)
	default:
		m.odd(m.actor.id, "Heartbeat was answered "+err.String())
	}
}

// partitionsOf reads what a member was given; nothing at all is an empty assignment.
func partitionsOf(b []byte) ([]checker.GroupPartition, bool) {
	if len(b) == 0 {
		return nil, true
	}
	a := kmsg.NewConsumerMemberAssignment()
	if err := a.ReadFrom(b); err != nil {
		return nil, false
	}
	var all []checker.GroupPartition
	for i := range a.Topics {
		for _, p := range a.Topics[i].Partitions {
			all = append(all, checker.GroupPartition{Topic: a.Topics[i].Topic, Partition: kafka.PartitionID(p)})
		}
	}
	return all, true
}

func assignmentOf(all []checker.GroupPartition) []byte {
	a := kmsg.NewConsumerMemberAssignment()
	for i, p := range all {
		if i == 0 || all[i-1].Topic != p.Topic {
			t := kmsg.NewConsumerMemberAssignmentTopic()
			t.Topic = p.Topic
			a.Topics = append(a.Topics, t)
		}
		t := &a.Topics[len(a.Topics)-1]
		t.Partitions = append(t.Partitions, int32(p.Partition))
	}
	return a.AppendTo(nil)
}
