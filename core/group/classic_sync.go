package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// syncGroup takes a SyncGroup: a follower's waits for the leader's, which brings the assignment of all. With that
// the generation is written down, and what it assigns is told once that is committed.
func (s *Shard) syncGroup(now kafka.Now, v View, r *msg.SyncGroup) {
	group := s.group(r.Group)
	switch {
	case group == nil || group.isEmpty():
		s.answer(now, v, r.Refuse(kafka.ErrUnknownMemberID))
		return
	case group.Kind == ConsumerKind:
		s.syncConsumer(now, v, group, r)
		return
	}
	t := classicTurn{s, now, v, r.Group, group.Classic}
	if err := t.checkSync(r); err != kafka.None {
		s.answer(now, v, r.Refuse(err))
		return
	}
	m := t.g.members[r.Member]
	switch t.g.state {
	case ClassicPreparing:
		s.answer(now, v, r.Refuse(kafka.ErrRebalanceInProgress))
	case ClassicCompleting:
		t.endSync(m, &msg.SyncedGroup{Err: kafka.ErrRebalanceInProgress}) // the client has given that one up
		m.syncs = waiting{r.Op, true}
		t.synced(m)
		if t.g.leader == m.id {
			t.assign(r)
		}
	case ClassicStable:
		t.synced(m)
		s.answer(now, v, t.g.assigned(m, r.Op))
	}
}

func (t classicTurn) checkSync(r *msg.SyncGroup) kafka.ErrorCode {
	if err := t.g.check(r.Member, r.Instance); err != kafka.None {
		return err
	}
	switch {
	case r.Generation != t.g.generation:
		return kafka.ErrIllegalGeneration
	case r.ProtocolType != nil && *r.ProtocolType != t.g.protocolType,
		r.Protocol != nil && t.g.protocol != nil && *r.Protocol != *t.g.protocol:
		return kafka.ErrInconsistentGroupProtocol
	}
	return kafka.None
}

// synced notes that a member asked for its assignment.
func (t classicTurn) synced(m *ClassicMember) {
	if !m.unsynced {
		return
	}
	m.unsynced = false
	if t.g.unsynced--; t.g.unsynced == 0 {
		t.clearTimer(timerSync, "")
	}
}

// assign writes the generation down. Members that the leader left out get nothing. If the record is refused, for
// its size say, all are told and have to begin anew: nobody may work by an assignment that a restart forgets.
func (t classicTurn) assign(r *msg.SyncGroup) {
	assignments := make(map[string][]byte, len(r.Assignments))
	for i := range r.Assignments {
		assignments[r.Assignments[i].Member] = r.Assignments[i].Assignment
	}
	d := &decision{}
	d.put(t.g.record(t.id, func(m *ClassicMember) (*ClassicMember, []byte) { return m, assignments[m.id] }))
	if err := t.s.carry(t.now, t.v, d); err != kafka.None {
		for m := range t.g.all {
			m.assignment = nil
			if t.endSync(m, &msg.SyncedGroup{Err: err}) {
				t.keepAlive(m.id, m.sessionTimeout)
			}
		}
		t.prepare()
		return
	}
	for m := range t.g.all {
		if t.endSync(m, t.g.assigned(m, 0)) {
			t.keepAlive(m.id, m.sessionTimeout)
		}
	}
}

// assigned is what a member is told of its assignment.
func (g *Classic) assigned(m *ClassicMember, op msg.Op) *msg.SyncedGroup {
	return &msg.SyncedGroup{Op: op, ProtocolType: textOf(g.protocolType), Protocol: g.protocol, Assignment: m.assignment}
}

// textOf is a copy that does not change with the group.
func textOf(s string) *string { return &s }
