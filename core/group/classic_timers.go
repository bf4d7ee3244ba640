package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

func (t classicTurn) setTimer(kind timerKind, member string, delay kafka.Millis) {
	t.s.timers.set(timerKey{t.id, member, kind}, t.now.Mono.Add(delay.Delay()))
}

func (t classicTurn) clearTimer(kind timerKind, member string) {
	t.s.timers.clear(timerKey{t.id, member, kind})
}

// keepAlive gives a member so long to be heard from.
func (t classicTurn) keepAlive(member string, timeout kafka.Millis) {
	t.setTimer(timerSession, member, timeout)
}

func (t classicTurn) clearSession(member string) { t.clearTimer(timerSession, member) }

// classicDue takes a timer of a classic group.
func (s *Shard) classicDue(now kafka.Now, v View, key timerKey) {
	group := s.group(key.group)
	if group == nil || group.Kind != ClassicKind {
		return // it is another group by now
	}
	t := classicTurn{s, now, v, key.group, group.Classic}
	switch key.kind {
	case timerJoin:
		t.joinDue()
	case timerSync:
		t.syncDue()
	case timerSession:
		t.sessionDue(key.member)
	}
}

// loaded begins a session for every member that the log names. A group that is above a limit which was lowered
// has to rebalance: the last to come back find no room.
func (g *Classic) loaded(now kafka.Now, v View, s *Shard, id string) {
	t := classicTurn{s, now, v, id, g}
	for m := range g.all {
		t.keepAlive(m.id, m.sessionTimeout)
	}
	if g.state != ClassicEmpty && int32(len(g.members)) > v.g.cfg.Groups.Classic.MaxSize {
		t.prepare()
	}
}

// refuseWaiting answers everybody who waits: the group is no longer coordinated here, or not like this.
func (g *Classic) refuseWaiting(groups *Groups, err kafka.ErrorCode) {
	for m := range g.all {
		if m.joins.live {
			groups.reply(&msg.JoinedGroup{Op: m.joins.op, Err: err, Generation: kafka.NoGeneration, Member: m.id})
		}
		if m.syncs.live {
			groups.reply(&msg.SyncedGroup{Op: m.syncs.op, Err: err})
		}
		m.joins, m.syncs = waiting{}, waiting{}
	}
	g.joining = 0
}

const hexDigits = "0123456789abcdef"

// memberID makes the id of a member, which begins with what is known of it. It is drawn from what outlives
// leaderships: no two members have the same.
func (g *Groups) memberID(prefix string) string {
	id := g.ids.UUID()
	b := append([]byte(prefix), '-')
	for i, group := range [...][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		for _, c := range group {
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}
