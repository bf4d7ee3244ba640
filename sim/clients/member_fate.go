package clients

// Fate is what a scenario has become of a member, beside what is drawn.
type Fate uint64

// The fates. Each takes a time: for how long the process is dead, or stands still.
const (
	// FateDies ends the process without a word; another one follows.
	FateDies Fate = iota
	// FatePauses stops it, and has it go on as if nothing had happened.
	FatePauses
	// FateLeaves has it say goodbye first, once it can.
	FateLeaves
	// FateTurnsClassic and FateTurnsConsumer have it come back with the other protocol, in a group of both.
	FateTurnsClassic
	FateTurnsConsumer
	fates
)

// FateTexts name the fates as a scenario does.
var FateTexts = [fates]string{
	FateDies: "dies", FatePauses: "pauses", FateLeaves: "leaves", FateTurnsClassic: "turns classic", FateTurnsConsumer: "turns consumer",
}

// Fate has a member meet its fate. For any other client it means nothing.
func (p *Population) Fate(client int, f Fate, nanos int64) {
	if client >= len(p.clients) || f >= fates {
		return
	}
	if m, is := p.clients[client].(*member); is {
		m.fated, m.fate, m.fateFor = true, f, nanos
		m.run(nil)
	}
}

// fulfil carries out what a scenario ordered, as soon as it can be.
func (m *member) fulfil(now int64) {
	switch m.fate {
	case FatePauses:
		m.life = memberPaused
	case FateLeaves:
		l := m.coordinator(now)
		if l == nil || m.asked || m.busy || m.commits > 0 || !m.proto.leave(l) {
			return
		}
		m.asked = true
		m.die(now, 0)
	default:
		m.turned, m.turnsConsumer = m.fate != FateDies, m.fate == FateTurnsConsumer
		m.die(now, 0)
	}
	m.fated, m.lifeAt = false, now+m.fateFor
	m.at(m.lifeAt)
}
