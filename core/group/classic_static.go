package group

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
)

// replace gives a static member that came without its id another one, and fences the old (KIP-345). A stable
// group whose protocol stays the same needs no rebalance for that: it is enough to write down who has the
// assignment now. A generation under way has to begin anew, for its leader may already assign to the old id.
func (t classicTurn) replace(r *msg.JoinGroup, m *ClassicMember, id string) {
	if t.g.state == ClassicStable && t.keepsProtocol(m, r.Protocols) {
		t.replaceStable(r, m, id)
		return
	}
	t.fence(m)
	t.clearSession(m.id)
	t.g.rename(m, id)
	t.updateMember(r, m)
	t.keepAlive(id, m.sessionTimeout)
	switch t.g.state {
	case ClassicStable, ClassicCompleting:
		t.prepare()
	case ClassicPreparing:
		t.completeIfReady()
	}
}

// keepsProtocol tells whether the group would choose its protocol again if the member had others.
func (t classicTurn) keepsProtocol(m *ClassicMember, protocols []msg.GroupProtocol) bool {
	members := t.g.list()
	changed := &ClassicMember{protocols: protocols}
	members[slices.Index(members, m)] = changed
	return t.g.protocol != nil && selectProtocol(members) == *t.g.protocol
}

// replaceStable writes the new id down, and answers when that is committed. Before KIP-814 a client that was
// told that it leads would assign, to a group that waits for no assignment: it is told of its old id as the
// leader.
func (t classicTurn) replaceStable(r *msg.JoinGroup, m *ClassicMember, id string) {
	oldID, oldLeader := m.id, t.g.leader
	changed := *m
	changed.id, changed.protocols = id, r.Protocols
	changed.rebalanceTimeout, changed.sessionTimeout = r.RebalanceTimeout, r.SessionTimeout
	rec := t.g.record(t.id, func(each *ClassicMember) (*ClassicMember, []byte) {
		if each == m {
			each = &changed
		}
		return each, each.assignment
	})
	if oldLeader == oldID {
		rec.Leader = &id
	}
	d := &decision{}
	d.put(rec)
	if err := t.s.carry(t.now, t.v, d); err != kafka.None {
		t.answerNow(&msg.JoinedGroup{
			Op: r.Op, Err: err, Generation: t.g.generation, ProtocolType: &t.g.protocolType, Protocol: t.g.protocol, Leader: oldLeader,
		})
		return
	}
	t.fence(m) // it has its new id since the record was applied
	t.clearSession(oldID)
	t.g.setProtocols(m, r.Protocols)
	t.keepAlive(id, m.sessionTimeout)
	a := t.g.joined(m, r.Op)
	if a.Skip = r.KnowsSkip && t.g.leader == id; !r.KnowsSkip {
		a.Leader, a.Members = oldLeader, nil
	}
	t.answer(a)
}
