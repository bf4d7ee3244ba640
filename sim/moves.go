package sim

import (
	"slices"
	"strings"

	"momus/checker"
	"momus/core"
	"momus/core/kafka"
)

// moveNote follows the moves of logs between directories. One that failed before the metadata named the other
// directory leaves the log where it was; placed had not heard of it.
func (n *node) moveNote(note *core.Note) {
	p := n.process
	switch note.Kind {
	case core.NoteLogMoving:
		p.moving[note.Log] = true
		if _, known := n.moveBegan[note.Log]; !known {
			n.moveBegan[note.Log] = n.process.told(n.failures())
		}
		return
	case core.NoteLogMoved:
		n.bites.LogMoves++
	case core.NoteMoveFailed:
		n.bites.FailedMoves++
		h := n.guests.population.History()
		h.MoveFailures = append(h.MoveFailures, checker.MoveFailure{Event: checker.Event((*guestEnv)(n).Event()), Log: note.Log,
			Caused: n.failures() > n.moveBegan[note.Log]})
	case core.NoteMoveGivenUp, core.NoteMoveOvertaken:
		h := n.guests.population.History()
		h.MovesGivenUp = append(h.MovesGivenUp, checker.MoveGivenUp{Event: checker.Event((*guestEnv)(n).Event()), Log: note.Log, Path: note.Text})
		if note.Kind == core.NoteMoveOvertaken {
			return // the one before it goes on
		}
	}
	delete(p.moving, note.Log)
	delete(n.moveBegan, note.Log)
}

// failures counts what can make a move fail: calls of the disk that did, and directories that went.
func (n *node) failures() uint64 { return n.ioErrors() + n.bites.DirsAway + n.bites.DirsWiped }

// news begins a disk turn that the core will hear of.
func (n *node) news(worker int32) *delivery {
	d := &delivery{worker: worker, before: n.failures()}
	n.process.news = append(n.process.news, d)
	return d
}

// heard follows a drain; so many Steps have been made.
func (p *process) heard(steps uint64) {
	p.news = slices.DeleteFunc(p.news, func(d *delivery) bool { return d.told != 0 && d.told <= steps })
}

// told is how many of the failures so far the process had heard of before the drain under way: a turn of the disk
// calls at its start, and its completions are told later (seed 1097), or in the Step after the one that began a move,
// when the turn after it has begun (seed 7281). Until then its failures are news.
func (p *process) told(failures uint64) uint64 {
	for _, d := range p.news {
		failures = min(failures, d.before)
	}
	return failures
}

// halfMoved are the logs of a directory that another one has too, or has a copy of, and those that it has a copy of
// itself: nobody can say from outside which is the log, and the loss of one may be that of the log or not. The other
// may be away: if it has the whole copy, the metadata may name it already (seeds 2775, 7425).
func (n *node) halfMoved(path string) map[kafka.TopicPartition]bool {
	half, elsewhere := map[kafka.TopicPartition]bool{}, map[kafka.TopicPartition]bool{}
	for i := range n.dirs {
		m := &n.dirs[i]
		there := slices.Concat(m.awayLogs, m.awayCopies)
		if m.path != path {
			there = append(append(there, n.logsIn(m.path)...), n.copiesIn(m.path)...)
		}
		for _, log := range there {
			elsewhere[log] = true
		}
	}
	for _, log := range n.logsIn(path) {
		half[log] = elsewhere[log]
	}
	for _, log := range n.copiesIn(path) {
		half[log] = true
	}
	return half
}

// copiesIn lists the logs of which a directory holds a copy that is to take their place.
func (n *node) copiesIn(path string) []kafka.TopicPartition {
	entries, err := n.disk.Look(path)
	if err != nil {
		return nil
	}
	var logs []kafka.TopicPartition
	for _, e := range entries {
		name, isCopy := strings.CutSuffix(e.Name, "-future")
		if !isCopy {
			continue
		}
		if log, known := n.logs[name[:strings.LastIndexByte(name, '.')]]; known {
			logs = append(logs, log)
		}
	}
	return logs
}
