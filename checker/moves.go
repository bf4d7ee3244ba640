package checker

import (
	"slices"

	"momus/core/kafka"
)

// MoveOp is what one AlterReplicaLogDirs asked of one partition.
type MoveOp struct {
	Client    int32
	Topic     string
	Partition kafka.PartitionID
	Path      string
	Start     Event
	// End is 0 while there is neither an answer nor a reason to stop waiting.
	End      Event
	Answered bool
	Err      kafka.ErrorCode
}

// definite tells whether it is known what came of the operation.
func (op *MoveOp) definite() bool {
	switch {
	case !op.Answered:
		return false
	case op.Err == kafka.None, op.Err == kafka.ErrLogDirNotFound, op.Err == kafka.ErrUnknownTopicOrPartition:
		return true
	}
	return false
}

// MoveFailure is what a node said of a move that it could not make. Caused tells that a call of the disk had failed
// since the move began, or that a directory was not there: the world says so.
type MoveFailure struct {
	Event  Event
	Log    kafka.TopicPartition
	Caused bool
}

// MoveGivenUp is a move to a directory that a node gave up, or that it never began, for another that was asked for.
type MoveGivenUp struct {
	Event Event
	Log   kafka.TopicPartition
	Path  string
}

// checkMoveFailures demands a cause of each move that failed: that, or damage to the log, which is copied as it is read.
func (j *judge) checkMoveFailures() {
	for i := range j.h.MoveFailures {
		f := &j.h.MoveFailures[i]
		damaged := slices.ContainsFunc(j.h.Damages, func(d Damage) bool { return d.Log == f.Log && d.Event < f.Event }) ||
			slices.ContainsFunc(j.h.Misreads, func(m Misread) bool { return m.Log == f.Log && m.Event < f.Event })
		if !f.Caused && !damaged {
			j.flag(MovedLog, []Event{f.Event}, "%v: a move failed, though nothing had", f.Log)
		}
	}
}

// checkMoved demands of a world at rest that a log lies where the last acknowledged move asked for it to
// be, unless the node told that this failed or gave way to another wish, or the directory was lost. An operation of which nobody knows
// what came of it may have been carried out at any time; one that failed with its directory may go on when
// that is back (seed 910).
func (j *judge) checkMoved(l *log) {
	if l.read == nil || len(j.h.LogsFound) == 0 {
		return
	}
	id := kafka.TopicPartition{Topic: l.read.ID, Partition: l.partition}
	var last *MoveOp
	var may []string
	for i := range j.h.Moves {
		op := &j.h.Moves[i]
		switch {
		case op.Topic != l.topic.name || op.Partition != l.partition:
		case !op.definite():
			may = append(may, op.Path)
		case op.Err == kafka.None:
			if last != nil && (j.toldFailed(id, last.Start) || j.missed(last, op)) {
				may = append(may, last.Path)
			}
			last = op
		}
	}
	if last == nil || j.madeSince(l.topic.name, last.Start) || j.toldFailed(id, last.Start) || j.gaveWay(id, last) ||
		slices.ContainsFunc(j.h.DirLosses, func(d DirLoss) bool { return d.Event > last.Start }) {
		return
	}
	j.report.Moved++
	for i := range j.h.LogsFound {
		f := &j.h.LogsFound[i]
		if f.Log == id && f.Path != last.Path && !slices.Contains(may, f.Path) {
			j.flag(MovedLog, []Event{last.Start, last.End}, "%s-%d: asked to be in %s, and lies in %s", l.topic.name, l.partition, last.Path, f.Path)
		}
	}
}

// toldFailed tells whether a node said after an event that a log did not move.
func (j *judge) toldFailed(id kafka.TopicPartition, since Event) bool {
	return slices.ContainsFunc(j.h.MoveFailures, func(f MoveFailure) bool { return f.Log == id && f.Event > since })
}

// missed tells whether a node was without the directory that a log was to be moved to when it was asked to
// leave the log where it is. It knows of no copy then, and goes on with the move when the directory is back, as
// Kafka does (seed 571).
func (j *judge) missed(earlier, later *MoveOp) bool {
	return slices.ContainsFunc(j.h.DirFailures, func(f DirFailure) bool {
		return f.Path == earlier.Path && earlier.Start < f.Event && f.Event < later.Start
	})
}

// gaveWay tells whether a move that was acknowledged was given up for one of which nobody knows what came of it: a crash
// before that was durable leaves the log where it was before both, or would have been (seeds 1138, 8724).
func (j *judge) gaveWay(id kafka.TopicPartition, last *MoveOp) bool {
	return slices.ContainsFunc(j.h.MovesGivenUp, func(g MoveGivenUp) bool {
		return g.Log == id && g.Path == last.Path && g.Event > last.Start && slices.ContainsFunc(j.h.Moves, func(op MoveOp) bool {
			return op.Topic == last.Topic && op.Partition == last.Partition && op.Path != last.Path && op.Start < g.Event && !op.definite()
		})
	})
}

// madeSince tells whether a topic may have been made anew after an event.
func (j *judge) madeSince(name string, since Event) bool {
	return slices.ContainsFunc(j.h.Admin, func(op AdminOp) bool {
		return op.Topic == name && op.Kind == CreateTopic && (op.End == 0 || op.End > since)
	})
}

func (j *judge) countMoves() {
	for i := range j.h.Moves {
		if op := &j.h.Moves[i]; op.Answered && op.Err == kafka.None {
			j.report.MovesAcked++
		}
	}
}
