package sim

import (
	"strconv"
	"strings"

	"momus/checker"
	"momus/core"
	"momus/core/kafka"
	"momus/core/replica"
)

// startMoved puts a move of a log start into the history, with what the judge holds it against.
func (n *node) startMoved(note *core.Note) {
	causes := [...]checker.StartCause{
		replica.CauseSize: checker.BySize, replica.CauseTime: checker.ByTime, replica.CauseRequest: checker.ByRequest,
	}
	m := checker.StartMove{
		Event: checker.Event((*guestEnv)(n).Event()), Log: note.Log, From: note.From, To: note.To,
		Cause: causes[note.Cause], Wall: n.now().Wall, Flushed: n.guests.flushed[note.Log],
	}
	entries, err := n.disk.Look(n.homes[note.Log] + "/" + note.Topic + "-" + strconv.Itoa(int(note.Log.Partition)))
	if err != nil {
		entries = nil // the topic was deleted meanwhile
	}
	for _, e := range entries {
		digits, isLog := strings.CutSuffix(strings.TrimSuffix(e.Name, ".swap"), ".log")
		base, err := strconv.ParseInt(digits, 10, 64)
		if isLog && err == nil && kafka.Offset(base) >= m.To {
			m.Kept += e.Size
		}
	}
	h := n.guests.population.History()
	h.StartMoves = append(h.StartMoves, m)
}

// producerExpired puts the expiry of a producer into the history.
func (n *node) producerExpired(note *core.Note) {
	h := n.guests.population.History()
	h.Expiries = append(h.Expiries, checker.Expiry{
		Event: checker.Event((*guestEnv)(n).Event()), Log: note.Log, Producer: note.Producer, Wall: n.now().Wall,
	})
}
