package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// rebalanceOrComplete begins a rebalance, or ends the one under way if nobody is missing.
func (t classicTurn) rebalanceOrComplete() {
	if t.g.state != ClassicPreparing {
		t.prepare()
		return
	}
	t.completeIfReady()
}

// completeIfReady ends a rebalance that waits for nobody. The first one of an empty group waits for its time
// all the same.
func (t classicTurn) completeIfReady() {
	if t.g.state == ClassicPreparing && t.g.previous != ClassicEmpty && t.g.allJoined() {
		t.complete()
	}
}

// prepare begins a rebalance: whoever waits for its assignment is sent back to join. The first rebalance of an
// empty group waits group.initial.rebalance.delay.ms for members to come, and as long again, up to the
// rebalance timeout, whenever some came (KIP-134).
func (t classicTurn) prepare() {
	if t.g.state == ClassicCompleting {
		for m := range t.g.all {
			m.assignment = nil
			if t.endSync(m, &msg.SyncedGroup{Err: kafka.ErrRebalanceInProgress}) {
				t.keepAlive(m.id, m.sessionTimeout)
			}
		}
	}
	t.forgetSyncs()
	first := t.g.state == ClassicEmpty
	t.g.enter(ClassicPreparing, t.now.Wall)
	if first {
		delay := t.v.g.cfg.Groups.Classic.InitialDelay
		t.g.grown, t.g.waited, t.g.remaining = false, delay, max(t.g.rebalanceTimeout()-delay, 0)
		t.setTimer(timerJoin, "", delay)
		return
	}
	if t.g.allJoined() {
		t.complete()
		return
	}
	t.setTimer(timerJoin, "", t.g.rebalanceTimeout())
}

// joinDue is when the time to join is over.
func (t classicTurn) joinDue() {
	if t.g.state != ClassicPreparing {
		return
	}
	if t.g.previous == ClassicEmpty && t.g.grown && t.g.remaining != 0 {
		t.g.grown = false
		delay := min(t.v.g.cfg.Groups.Classic.InitialDelay, t.g.remaining)
		t.g.remaining = max(t.g.remaining-t.g.waited, 0)
		t.g.waited = delay
		t.setTimer(timerJoin, "", delay)
		return
	}
	t.complete()
}

// complete ends the joining: dynamic members that did not come are out, static ones stay until their session
// is over. If none is left, the group is empty, which is written down. If only static members are left that did
// not come, there is nobody to lead, and they are waited for once more.
func (t classicTurn) complete() {
	t.clearTimer(timerJoin, "")
	for _, m := range t.g.list() {
		if !m.joins.live && m.instance == nil {
			t.clearSession(m.id)
			t.g.remove(m.id)
		}
	}
	if len(t.g.members) == 0 {
		t.empty()
		return
	}
	if !t.electLeader() {
		t.setTimer(timerJoin, "", t.g.rebalanceTimeout())
		return
	}
	t.g.generation++
	protocol := selectProtocol(t.g.list())
	t.g.protocol = &protocol
	t.g.readSubscriptions()
	t.g.enter(ClassicCompleting, t.now.Wall)
	t.g.unsynced = int32(len(t.g.members))
	for m := range t.g.all {
		t.endJoin(m, t.g.joined(m, 0))
		m.isNew, m.unsynced = false, true
		t.keepAlive(m.id, m.sessionTimeout)
	}
	t.setTimer(timerSync, "", t.g.rebalanceTimeout())
}

// empty writes down that the group has no members in its new generation. If that cannot be done now it is tried
// again: what is said of the group must be what a load finds.
func (t classicTurn) empty() {
	rec := t.g.record(t.id, nil)
	rec.Generation++
	rec.Protocol, rec.CurrentStateTimestamp = nil, t.now.Wall
	d := &decision{}
	d.put(rec)
	if err := t.s.carry(t.now, t.v, d); err != kafka.None {
		t.setTimer(timerJoin, "", emptyRetry)
	}
}

// emptyRetry is after how long it is tried again.
const emptyRetry = 500 * kafka.Millis(1)

// electLeader makes the first member that waits the leader if the leader does not wait.
func (t classicTurn) electLeader() bool {
	if leader := t.g.members[t.g.leader]; leader != nil && leader.joins.live {
		return true
	}
	for m := range t.g.all {
		if m.joins.live {
			t.g.leader = m.id
			return true
		}
	}
	return false
}

// syncDue is when the time to ask for the assignment is over: who did not ask is out.
func (t classicTurn) syncDue() {
	if t.g.unsynced == 0 || t.g.state != ClassicCompleting && t.g.state != ClassicStable {
		return
	}
	for _, m := range t.g.list() {
		if m.unsynced {
			t.expel(m)
		}
	}
	t.prepare()
}

// forgetSyncs ends the wait for members to ask for their assignment.
func (t classicTurn) forgetSyncs() {
	for m := range t.g.all {
		m.unsynced = false
	}
	t.g.unsynced = 0
	t.clearTimer(timerSync, "")
}

// expel takes out a member that left or was not heard from. A join that waits is told to come anew.
func (t classicTurn) expel(m *ClassicMember) {
	t.clearSession(m.id)
	t.endJoin(m, &msg.JoinedGroup{Err: kafka.ErrUnknownMemberID, Generation: kafka.NoGeneration})
	t.endSync(m, &msg.SyncedGroup{Err: kafka.ErrUnknownMemberID})
	t.g.remove(m.id)
}

// settle goes on after somebody is gone: with a rebalance, or the end of the one that waited for it.
func (t classicTurn) settle() {
	switch t.g.state {
	case ClassicStable, ClassicCompleting:
		t.prepare()
	case ClassicPreparing:
		t.completeIfReady()
	}
}

// sessionDue is when somebody may not have been heard from in time.
func (t classicTurn) sessionDue(member string) {
	if t.g.isPending(member) {
		t.g.remove(member)
		t.completeAfterLoss()
		return
	}
	m := t.g.members[member]
	if m == nil || m.excused() {
		return
	}
	t.expel(m)
	if t.g.state == ClassicPreparing {
		t.completeAfterLoss()
		return
	}
	t.settle()
}

// completeAfterLoss ends a rebalance that waited for somebody whose session is over. Unlike a member that
// leaves, that ends also the first rebalance of a group.
func (t classicTurn) completeAfterLoss() {
	if t.g.state == ClassicPreparing && t.g.allJoined() {
		t.complete()
	}
}
