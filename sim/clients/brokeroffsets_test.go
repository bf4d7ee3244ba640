package clients

import (
	"cmp"
	"slices"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// grouped answers what is about groups; now and then it is not the coordinator, or has just begun to be.
func (b *broker) grouped(r kmsg.Request) kmsg.Response {
	err := [...]kafka.ErrorCode{kafka.None, kafka.ErrNotCoordinator, kafka.ErrCoordinatorLoadInProgress}[max(b.world.Draw("coordinator", 60), 57)%57]
	if b.world.pop.clients[0].Idle() {
		err = kafka.None
	}
	switch r := r.(type) {
	case *kmsg.FindCoordinatorRequest:
		a := kmsg.NewPtrFindCoordinatorResponse()
		a.NodeID = 1
		for _, key := range r.CoordinatorKeys {
			c := kmsg.NewFindCoordinatorResponseCoordinator()
			c.Key, c.NodeID = key, 1
			a.Coordinators = append(a.Coordinators, c)
		}
		return a
	case *kmsg.JoinGroupRequest:
		if err != kafka.None {
			a := kmsg.NewPtrJoinGroupResponse()
			a.ErrorCode, a.Protocol = int16(err), kmsg.StringPtr("")
			return a
		}
		return b.joinGroup(r)
	case *kmsg.SyncGroupRequest:
		return b.syncGroup(r)
	case *kmsg.HeartbeatRequest:
		if err != kafka.None {
			a := kmsg.NewPtrHeartbeatResponse()
			a.ErrorCode = int16(err)
			return a
		}
		return b.heartbeat(r)
	case *kmsg.LeaveGroupRequest:
		return b.leaveGroup(r)
	case *kmsg.OffsetCommitRequest:
		return b.commitOffsets(r, err)
	case *kmsg.OffsetFetchRequest:
		return b.fetchOffsets(r)
	case *kmsg.OffsetDeleteRequest:
		return b.deleteOffsets(r)
	case *kmsg.ConsumerGroupHeartbeatRequest:
		return b.consumerBeat(r)
	case *kmsg.DeleteGroupsRequest:
		a := kmsg.NewPtrDeleteGroupsResponse()
		one := kmsg.NewDeleteGroupsResponseGroup()
		if one.Group = r.Groups[0]; len(b.group(one.Group).members) > 0 {
			one.ErrorCode = int16(kafka.ErrNonEmptyGroup)
		} else {
			clear(b.group(one.Group).offsets)
		}
		a.Groups = append(a.Groups, one)
		return a
	}
	return r.ResponseKind() // descriptions and lists of nothing
}

func (b *broker) nameOf(name string, id kafka.TopicID) string {
	for _, t := range b.topics {
		if t.id == id {
			return t.name
		}
	}
	return name
}

func (b *broker) commitOffsets(r *kmsg.OffsetCommitRequest, err kafka.ErrorCode) kmsg.Response {
	g := b.group(r.Group)
	switch {
	case err != kafka.None:
	case r.MemberID == "" && r.Generation < 0:
		if len(g.members) > 0 && b.fault != unfenced {
			err = kafka.ErrUnknownMemberID
		}
	default:
		if _, err = g.known(r.MemberID, r.InstanceID, r.Generation); b.fault == unfenced {
			err = kafka.None
		}
	}
	if err == kafka.None && !g.next && g.state == groupCompleting && r.MemberID != "" {
		err = kafka.ErrRebalanceInProgress
	}
	g.commits++
	a := kmsg.NewPtrOffsetCommitResponse()
	for _, q := range r.Topics {
		t := kmsg.NewOffsetCommitResponseTopic()
		t.Topic, t.TopicID = q.Topic, q.TopicID
		for _, part := range q.Partitions {
			p := kmsg.NewOffsetCommitResponseTopicPartition()
			partErr := err
			if _, unknown := b.log(q.Topic, q.TopicID, part.Partition); err == kafka.None {
				if partErr = unknown; unknown == kafka.None && len(*part.Metadata) > checker.OffsetMetadataMax {
					partErr = kafka.ErrOffsetMetadataTooLarge
				}
			}
			p.Partition, p.ErrorCode = part.Partition, int16(partErr)
			if at := (brokerOffset{b.nameOf(q.Topic, q.TopicID), part.Partition}); partErr == kafka.None && (b.fault != unkept || g.commits%10 > 0) {
				if old, was := g.offsets[at]; was {
					g.older[at] = old
				}
				g.offsets[at] = part
			}
			t.Partitions = append(t.Partitions, p)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

func (b *broker) fetchOffsets(r *kmsg.OffsetFetchRequest) kmsg.Response {
	name := r.Group
	if len(r.Groups) == 1 {
		name = r.Groups[0].Group
	}
	g := b.group(name)
	a := kmsg.NewPtrOffsetFetchResponse()
	out := kmsg.NewOffsetFetchResponseGroup()
	out.Group = name
	one := func(topic string, id kafka.TopicID, partition int32) kmsg.OffsetFetchResponseGroupTopicPartition {
		p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch, p.Metadata = partition, -1, -1, kmsg.StringPtr("")
		if _, err := b.log("", id, partition); err == kafka.ErrUnknownTopicID {
			p.ErrorCode = int16(err)
			return p
		}
		at := brokerOffset{b.nameOf(topic, id), partition}
		c, ok := g.offsets[at]
		if old, was := g.older[at]; was && b.fault == regressing && b.world.Draw("regress", 4) == 1 {
			c = old
		}
		if ok {
			p.Offset, p.LeaderEpoch, p.Metadata = c.Offset, c.LeaderEpoch, c.Metadata
		}
		return p
	}
	if len(r.Groups) == 1 {
		for _, q := range r.Groups[0].Topics {
			t := kmsg.NewOffsetFetchResponseGroupTopic()
			t.Topic, t.TopicID = q.Topic, q.TopicID
			for _, n := range q.Partitions {
				t.Partitions = append(t.Partitions, one(q.Topic, q.TopicID, n))
			}
			out.Topics = append(out.Topics, t)
		}
	}
	if len(r.Groups) == 1 && r.Groups[0].Topics == nil || len(r.Groups) == 0 && r.Topics == nil {
		for _, at := range g.offsetNames() {
			t := kmsg.NewOffsetFetchResponseGroupTopic()
			t.Topic = at.topic
			t.Partitions = append(t.Partitions, one(at.topic, kafka.TopicID{}, at.partition))
			out.Topics = append(out.Topics, t)
		}
	}
	for _, q := range r.Topics {
		t := kmsg.NewOffsetFetchResponseGroupTopic()
		t.Topic = q.Topic
		for _, n := range q.Partitions {
			t.Partitions = append(t.Partitions, one(q.Topic, kafka.TopicID{}, n))
		}
		out.Topics = append(out.Topics, t)
	}
	if len(r.Groups) == 1 {
		a.Groups = append(a.Groups, out)
		return a
	}
	for _, g := range out.Topics {
		t := kmsg.NewOffsetFetchResponseTopic()
		t.Topic = g.Topic
		for _, p := range g.Partitions {
			q := kmsg.NewOffsetFetchResponseTopicPartition()
			q.Partition, q.Offset, q.LeaderEpoch, q.Metadata = p.Partition, p.Offset, p.LeaderEpoch, p.Metadata
			t.Partitions = append(t.Partitions, q)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

func (g *brokerGroup) offsetNames() []brokerOffset {
	var all []brokerOffset
	for at := range g.offsets {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b brokerOffset) int {
		return cmp.Or(cmp.Compare(a.topic, b.topic), cmp.Compare(a.partition, b.partition))
	})
	return all
}

func (b *broker) deleteOffsets(r *kmsg.OffsetDeleteRequest) kmsg.Response {
	g := b.group(r.Group)
	a := kmsg.NewPtrOffsetDeleteResponse()
	t := kmsg.NewOffsetDeleteResponseTopic()
	t.Topic = r.Topics[0].Topic
	p := kmsg.NewOffsetDeleteResponseTopicPartition()
	if p.Partition = r.Topics[0].Partitions[0].Partition; len(g.members) > 0 {
		p.ErrorCode = int16(kafka.ErrGroupSubscribedToTopic)
	} else {
		delete(g.offsets, brokerOffset{t.Topic, p.Partition})
		delete(g.older, brokerOffset{t.Topic, p.Partition})
	}
	t.Partitions = append(t.Partitions, p)
	a.Topics = append(a.Topics, t)
	return a
}

// consumerBeat gives every member a share of what it reads, and nothing that another one has still.
func (b *broker) consumerBeat(r *kmsg.ConsumerGroupHeartbeatRequest) kmsg.Response {
	g := b.group(r.Group)
	g.next = true
	a := kmsg.NewPtrConsumerGroupHeartbeatResponse()
	a.HeartbeatIntervalMillis = 50
	m := g.member(r.MemberID)
	instance := ""
	if r.InstanceID != nil {
		instance = *r.InstanceID
	}
	switch {
	case r.MemberEpoch < 0 && m != nil:
		b.evict(g, m)
		a.MemberEpoch = r.MemberEpoch
		return a
	case r.MemberEpoch == 0 && m == nil:
		m = &brokerMember{id: r.MemberID, instance: instance, session: 300}
		if m.id == "" {
			b.groups.lastID++
			m.id = "member" + string(rune('a'+b.groups.lastID%26)) + string(rune('a'+b.groups.lastID/26%26)) + string(rune('a'+b.groups.lastID/676))
		}
		if at := slices.IndexFunc(g.members, func(o *brokerMember) bool { return instance != "" && o.instance == instance }); at >= 0 {
			a.ErrorCode = int16(kafka.ErrUnreleasedInstanceID)
			return a
		}
		g.members = append(g.members, m)
	case m == nil:
		a.ErrorCode = int16(kafka.ErrUnknownMemberID)
		return a
	case r.MemberEpoch == 0:
		m.owned, m.held = nil, nil
	case r.MemberEpoch != m.epoch:
		a.ErrorCode = int16(kafka.ErrFencedMemberEpoch)
		return a
	}
	b.hear(g, m)
	if r.SubscribedTopicNames != nil && !slices.Equal(m.topics, r.SubscribedTopicNames) {
		m.topics = r.SubscribedTopicNames
	}
	m.all = m.all || r.SubscribedTopicRegex != nil
	b.retarget(g)
	if r.Topics != nil {
		m.held = slices.DeleteFunc(slices.Clone(m.owned), func(p brokerPlace) bool { return !slices.Contains(m.target, p) })
		for _, t := range r.Topics {
			for _, n := range t.Partitions {
				if p := (brokerPlace{t.TopicID, n}); !slices.Contains(m.held, p) {
					m.held = append(m.held, p)
				}
			}
		}
	}
	b.reconcile(g, m)
	a.MemberID, a.MemberEpoch = &m.id, m.epoch
	a.Assignment = &kmsg.ConsumerGroupHeartbeatResponseAssignment{}
	for _, p := range m.owned {
		t := kmsg.NewConsumerGroupHeartbeatResponseAssignmentTopic()
		t.TopicID, t.Partitions = p.id, []int32{p.partition}
		a.Assignment.Topics = append(a.Assignment.Topics, t)
	}
	return a
}

// retarget gives out all partitions anew; if that changes anything the group's epoch rises.
func (b *broker) retarget(g *brokerGroup) {
	targets := make([][]brokerPlace, len(g.members))
	turn := 0
	for _, t := range b.topics {
		for n := range t.parts {
			for range g.members {
				turn++
				if at := turn % len(g.members); g.members[at].all && t.name != offsetsTopic || slices.Contains(g.members[at].topics, t.name) {
					targets[at] = append(targets[at], brokerPlace{t.id, int32(n)})
					break
				}
			}
		}
	}
	changed := false
	for i, m := range g.members {
		changed = changed || m.epoch == 0 || !slices.Equal(m.target, targets[i])
		m.target = targets[i]
	}
	if changed {
		g.generation++
	}
}

// reconcile has a member give up what is not its target, and then gives it what nobody holds.
func (b *broker) reconcile(g *brokerGroup, m *brokerMember) {
	other := func(p brokerPlace) bool { return !slices.Contains(m.target, p) }
	m.owned = slices.DeleteFunc(slices.Clone(m.owned), other)
	if m.epoch = max(m.epoch, 1); slices.ContainsFunc(m.held, other) {
		return // until it says that it has given up the rest
	}
	m.epoch = g.generation
	for _, p := range m.target {
		taken := slices.ContainsFunc(g.members, func(o *brokerMember) bool { return o != m && slices.Contains(o.held, p) })
		if !slices.Contains(m.owned, p) && (!taken || b.fault == doubleGiving) {
			m.owned = append(m.owned, p)
		}
	}
	for _, p := range m.owned {
		if !slices.Contains(m.held, p) {
			m.held = append(m.held, p)
		}
	}
}

// forgetOffsets lets the offsets of a topic go that is deleted.
func (b *broker) forgetOffsets(topic string) {
	for _, g := range b.groups.groups {
		for _, offsets := range []map[brokerOffset]kmsg.OffsetCommitRequestTopicPartition{g.offsets, g.older} {
			for at := range offsets {
				if at.topic == topic {
					delete(offsets, at)
				}
			}
		}
	}
}
