package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// groupHeartbeat takes a heartbeat: the member's session begins anew, and it learns whether it has to join again.
func (s *Shard) groupHeartbeat(now kafka.Now, v View, r *msg.GroupHeartbeat) {
	group := s.group(r.Group)
	switch {
	case group == nil || group.Kind == Simple:
		s.answer(now, v, r.Refuse(kafka.ErrUnknownMemberID))
		return
	case group.Kind == ConsumerKind:
		s.heartbeatConsumer(now, v, group, r)
		return
	}
	t := classicTurn{s, now, v, r.Group, group.Classic}
	err := t.g.check(r.Member, r.Instance)
	if err == kafka.None && r.Generation != t.g.generation {
		err = kafka.ErrIllegalGeneration
	}
	if err == kafka.None {
		m := t.g.members[r.Member]
		t.keepAlive(m.id, m.sessionTimeout)
		if t.g.state == ClassicPreparing {
			err = kafka.ErrRebalanceInProgress
		}
	}
	s.answer(now, v, &msg.GroupHeartbeatDone{Op: r.Op, Err: err})
}

// leaveGroup takes members out, each by its id, by id and instance, or, by an operator, by its instance alone
// (KIP-345). Who is given an id and has not come with it leaves likewise.
func (s *Shard) leaveGroup(now kafka.Now, v View, r *msg.LeaveGroup) {
	group := s.group(r.Group)
	switch {
	case group == nil || group.Kind == Simple:
		a := &msg.LeftGroup{Op: r.Op}
		for i := range r.Members {
			a.Members = append(a.Members, left(&r.Members[i], kafka.ErrUnknownMemberID))
		}
		s.answer(now, v, a)
		return
	case group.Kind == ConsumerKind:
		s.leaveConsumer(now, v, group, r)
		return
	}
	t := classicTurn{s, now, v, r.Group, group.Classic}
	a := &msg.LeftGroup{Op: r.Op}
	changed := false
	for i := range r.Members {
		err := t.leave(&r.Members[i])
		changed = changed || err == kafka.None
		a.Members = append(a.Members, left(&r.Members[i], err))
	}
	if changed {
		t.settle()
	}
	s.answer(now, v, a)
}

func left(m *msg.LeavingMember, err kafka.ErrorCode) msg.LeftMember {
	return msg.LeftMember{Member: m.Member, Instance: m.Instance, Err: err}
}

func (t classicTurn) leave(who *msg.LeavingMember) kafka.ErrorCode {
	id := who.Member
	switch {
	case id == "":
		if who.Instance == nil {
			return kafka.ErrUnknownMemberID
		}
		holder, there := t.g.static[*who.Instance]
		if !there {
			return kafka.ErrUnknownMemberID
		}
		id = holder
	case t.g.isPending(id):
		t.clearSession(id)
		t.g.remove(id)
		return kafka.None
	default:
		if err := t.g.check(id, who.Instance); err != kafka.None {
			return err
		}
	}
	t.expel(t.g.members[id])
	return kafka.None
}
