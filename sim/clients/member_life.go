package clients

import "slices"

// lives tells whether the member does anything now; it changes how it lives when the time has come. When the world
// comes to rest, who stands still goes on, and who is dead stays so.
func (m *member) lives(now int64) bool {
	if m.quiet && !m.resting && m.life != memberDead {
		m.die(now, second) // it alone falls silent
	}
	if m.fated && m.life == memberAlive && !m.quiet {
		m.fulfil(now)
	}
	switch m.life {
	case memberDead:
		if m.quiet {
			return false
		}
		if now < m.lifeAt {
			m.at(m.lifeAt)
			return false
		}
		m.born()
	case memberPaused:
		if now < m.lifeAt && !m.quiet {
			m.at(m.lifeAt)
			return false
		}
		m.life = memberAlive
		m.commitAt = 0 // before it hears that the group went on without it
		m.lifeAt = now + m.pause(1500*millisecond)
	default:
		if m.quiet {
			return true
		}
		if now < m.lifeAt {
			m.at(m.lifeAt)
			return true
		}
		m.lifeAt = now + 100*millisecond + m.pause(1500*millisecond)
		return m.meetsFate(now)
	}
	return true
}

// meetsFate draws what becomes of a member that lives.
func (m *member) meetsFate(now int64) bool {
	if m.skips() {
		return true
	}
	switch m.draw(drawLife, 8) {
	case 1:
		m.die(now, 50*millisecond)
	case 2:
		m.die(now, 3*int64(m.group.session)*millisecond/2)
	case 3:
		m.life = memberPaused
		m.lifeAt = now + int64(m.group.session)*millisecond/2 + m.pause(2*int64(m.group.session)*millisecond)
		m.at(m.lifeAt)
	case 4:
		if l := m.coordinator(now); l != nil && !m.asked && !m.busy && m.commits == 0 && m.proto.leave(l) {
			m.asked = true
			m.die(now, 100*millisecond)
			return false
		}
		return true
	case 5:
		m.drawTopics() // it reads something else from now on
		return true
	default:
		return true
	}
	return false
}

// die ends the process without a word, but for what is under way already; another follows after a while.
func (m *member) die(now, after int64) {
	m.ghost = m.identity()
	m.ghost.positions = slices.Clone(m.positions)
	m.life = memberDead
	m.lifeAt = now + 10*millisecond + m.pause(after)
	m.at(m.lifeAt)
	for i := range m.links {
		if l := &m.links[i]; !leaving(l) {
			l.drop()
		}
	}
}

// leaving tells whether a goodbye is under way, which a process waits for a little.
func leaving(l *link) bool {
	for i := range l.pending {
		if k := l.pending[i].call.kind; k == callLeave || k == callConsumerBeat {
			return true
		}
	}
	return false
}

func (m *member) identity() identity {
	_, consumer := m.proto.(*consumerMember)
	return identity{id: m.id, instance: m.instance, epoch: m.epoch, positions: m.positions, consumer: consumer}
}
