package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// classicTurn is one request or timer that a classic group is asked to take.
type classicTurn struct {
	s   *Shard
	now kafka.Now
	v   View
	id  string
	g   *Classic
}

func (t classicTurn) answer(reply msg.GroupReply) { t.s.answer(t.now, t.v, reply) }

func (t classicTurn) answerNow(reply msg.GroupReply) { t.s.answerNow(t.v, reply) }

// newMemberJoinTimeout is how long a member that joins for the first time is waited for: it cannot send
// heartbeats before it knows its id, and a client that gave up would leave a dead member behind with each of
// its tries.
const newMemberJoinTimeout = 5 * 60 * 1000 * kafka.Millis(1)

// joinGroup takes a JoinGroup. The group is made if the client has no member id yet, by a record of its own
// that goes before all else; a group that only holds offsets is taken over, and so is a consumer group that
// nobody is in any more.
func (s *Shard) joinGroup(now kafka.Now, v View, r *msg.JoinGroup) {
	group := s.group(r.Group)
	if group != nil && group.Kind == ConsumerKind && !group.Consumer.isEmpty() {
		s.joinConsumer(now, v, group, r)
		return
	}
	if group == nil || group.Kind == ConsumerKind {
		if r.Member != "" {
			s.answer(now, v, refusedJoin(r, r.Member, kafka.ErrUnknownMemberID))
			return
		}
		d := &decision{}
		if group != nil {
			group.Consumer.tombstones(d)
		}
		d.put(emptyClassicRecord(r.Group, now.Wall))
		if err := s.carry(now, v, d); err != kafka.None {
			s.answerNow(v, r.Refuse(err))
			return
		}
		group = s.group(r.Group)
	}
	t := classicTurn{s, now, v, r.Group, group.classic(now)}
	switch {
	case !t.accepts(r.Member):
		t.dismiss(r.Member)
		s.answer(now, v, refusedJoin(r, "", kafka.ErrGroupMaxSizeReached))
	case !t.g.admits(r.ProtocolType, r.Protocols):
		s.answer(now, v, refusedJoin(r, r.Member, kafka.ErrInconsistentGroupProtocol))
	case r.Member == "":
		t.joinNew(r)
	default:
		t.joinKnown(r)
	}
}

func refusedJoin(r *msg.JoinGroup, member string, err kafka.ErrorCode) *msg.JoinedGroup {
	return &msg.JoinedGroup{Op: r.Op, Err: err, Generation: kafka.NoGeneration, Member: member}
}

// accepts tells whether there is room. While the group prepares, those count that wait: a group may have more
// members than its limit, if that was lowered, and then the last to come back have to go.
func (t classicTurn) accepts(member string) bool {
	m := t.g.members[member]
	switch t.g.state {
	case ClassicPreparing:
		return m != nil && m.joins.live || t.g.joining < t.v.g.cfg.Groups.Classic.MaxSize
	case ClassicCompleting, ClassicStable:
		return m != nil || int32(len(t.g.members)) < t.v.g.cfg.Groups.Classic.MaxSize
	}
	return true
}

// dismiss takes out a member that there is no room for.
func (t classicTurn) dismiss(member string) {
	t.clearSession(member)
	t.g.remove(member)
}

// joinNew takes a client that has no member id.
func (t classicTurn) joinNew(r *msg.JoinGroup) {
	prefix := r.ClientID
	if r.Instance != nil {
		prefix = *r.Instance
	}
	id := t.v.g.memberID(prefix)
	if r.Instance != nil {
		if holder, there := t.g.static[*r.Instance]; there {
			t.replace(r, t.g.members[holder], id)
			return
		}
	} else if r.NeedsMemberID {
		if int32(len(t.g.pending)) >= t.v.g.limits.PendingMembers {
			t.dismiss(t.g.pending[0]) // if it comes back after all, it is told to begin anew
		}
		t.g.pending = append(t.g.pending, id)
		t.keepAlive(id, r.SessionTimeout)
		t.answer(refusedJoin(r, id, kafka.ErrMemberIDRequired))
		return
	}
	t.addMember(r, id)
}

// joinKnown takes a client that says which member it is.
func (t classicTurn) joinKnown(r *msg.JoinGroup) {
	if t.g.isPending(r.Member) {
		if r.Instance != nil {
			// A static member gets its id without this detour; Kafka breaks an assertion here.
			t.answer(refusedJoin(r, "", kafka.ErrUnknownServerError))
			return
		}
		t.clearSession(r.Member)
		t.addMember(r, r.Member)
		return
	}
	if err := t.g.check(r.Member, r.Instance); err != kafka.None {
		t.answer(refusedJoin(r, r.Member, err))
		return
	}
	m := t.g.members[r.Member]
	same := m.matches(r.Protocols)
	switch {
	case t.g.state == ClassicCompleting && same, t.g.state == ClassicStable && same && t.g.leader != m.id:
		// It may not have got the answer to its last try: the generation stands. A leader that joins anew
		// wants another one, whatever it has seen.
		t.answer(t.g.joined(m, r.Op))
	default:
		t.updateMember(r, m)
		t.rebalanceOrComplete()
	}
}

// joined is what a member is told of the generation.
func (g *Classic) joined(m *ClassicMember, op msg.Op) *msg.JoinedGroup {
	a := &msg.JoinedGroup{
		Op: op, Generation: g.generation, ProtocolType: &g.protocolType, Protocol: g.protocol, Leader: g.leader, Member: m.id,
	}
	if g.leader == m.id {
		a.Members = g.memberMetadata()
	}
	return a
}

// memberMetadata is what the leader learns of all.
func (g *Classic) memberMetadata() []msg.GroupMemberMetadata {
	list := make([]msg.GroupMemberMetadata, 0, len(g.order))
	for m := range g.all {
		list = append(list, msg.GroupMemberMetadata{Member: m.id, Instance: m.instance, Metadata: m.metadata(*g.protocol)})
	}
	return list
}

func (t classicTurn) addMember(r *msg.JoinGroup, id string) {
	m := &ClassicMember{
		id: id, instance: r.Instance, clientID: r.ClientID, clientHost: r.ClientHost, rebalanceTimeout: r.RebalanceTimeout,
		sessionTimeout: r.SessionTimeout, protocols: r.Protocols, isNew: true, joins: waiting{r.Op, true},
	}
	if t.g.state == ClassicPreparing && t.g.previous == ClassicEmpty {
		t.g.grown = true
	}
	t.g.add(m, r.ProtocolType)
	t.keepAlive(m.id, newMemberJoinTimeout)
	t.rebalanceOrComplete()
}

// updateMember takes what a member says of itself now, and lets it wait.
func (t classicTurn) updateMember(r *msg.JoinGroup, m *ClassicMember) {
	t.g.setProtocols(m, r.Protocols)
	m.rebalanceTimeout, m.sessionTimeout = r.RebalanceTimeout, r.SessionTimeout
	t.awaitJoin(m, r.Op)
}

// awaitJoin lets a request wait for the generation. One that waited already is of a client that has given it
// up; it is answered, for a connection is served in order.
func (t classicTurn) awaitJoin(m *ClassicMember, op msg.Op) {
	t.endJoin(m, &msg.JoinedGroup{Err: kafka.ErrRebalanceInProgress, Generation: kafka.NoGeneration, Member: m.id})
	m.joins = waiting{op, true}
	t.g.joining++
}

// endJoin answers who waits for the generation, if somebody does.
func (t classicTurn) endJoin(m *ClassicMember, a *msg.JoinedGroup) {
	if !m.joins.live {
		return
	}
	a.Op = m.joins.op
	m.joins = waiting{}
	t.g.joining--
	t.answer(a)
}

// endSync answers who waits for its assignment, if somebody does.
func (t classicTurn) endSync(m *ClassicMember, a *msg.SyncedGroup) bool {
	if !m.syncs.live {
		return false
	}
	a.Op = m.syncs.op
	m.syncs = waiting{}
	t.answer(a)
	return true
}

// fence answers whoever waits in the name of a static member that came anew elsewhere.
func (t classicTurn) fence(m *ClassicMember) {
	t.endJoin(m, &msg.JoinedGroup{Err: kafka.ErrFencedInstanceID, Generation: kafka.NoGeneration, Member: m.id})
	t.endSync(m, &msg.SyncedGroup{Err: kafka.ErrFencedInstanceID})
}
