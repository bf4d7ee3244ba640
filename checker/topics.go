package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkTopics demands that what the metadata quorum acknowledged is so: a topic that was created,
// and not deleted since, exists with the id and the partitions that it was given; one that was
// deleted does not.
func (j *judge) checkTopics() {
	if !j.h.Listed {
		return
	}
	for i := range j.h.Final {
		for k := range i {
			if a, b := &j.h.Final[k], &j.h.Final[i]; a.Name == b.Name || a.ID == b.ID {
				j.flag(Metadata, nil, "topics %s (%v) and %s (%v) both exist", a.Name, a.ID, b.Name, b.ID)
			}
		}
	}
	for i := range j.h.Admin {
		op := &j.h.Admin[i]
		switch {
		case !op.Answered || op.Err != kafka.None:
		case op.Kind == CreateTopic:
			j.checkCreated(op)
		case op.Kind == DeleteTopic:
			j.checkDeleted(op)
		}
	}
	j.checkLive()
}

func (j *judge) finalTopic(name string) *FinalTopic {
	at := slices.IndexFunc(j.h.Final, func(t FinalTopic) bool { return t.Name == name })
	if at < 0 {
		return nil
	}
	return &j.h.Final[at]
}

// checkCreated looks at a creation that no deletion can have undone.
func (j *judge) checkCreated(op *AdminOp) {
	for _, d := range j.deletions[op.Topic] {
		if d.End == 0 || d.End > op.Start || !d.Answered {
			return
		}
	}
	switch t := j.finalTopic(op.Topic); {
	case t == nil:
		j.flag(Metadata, []Event{op.Start, op.End}, "topic %s was created, and does not exist", op.Topic)
	case !op.ID.IsZero() && t.ID != op.ID:
		j.flag(Metadata, []Event{op.Start, op.End}, "topic %s was created as %v, and is %v", op.Topic, op.ID, t.ID)
	case t.Partitions < op.Partitions:
		j.flag(Metadata, []Event{op.Start, op.End}, "topic %s was created with %d partitions, and has %d", op.Topic, op.Partitions, t.Partitions)
	}
}

// checkDeleted looks at a deletion whose incarnation is known.
func (j *judge) checkDeleted(op *AdminOp) {
	if t := j.finalTopic(op.Topic); t != nil && !op.ID.IsZero() && t.ID == op.ID {
		j.flag(Metadata, []Event{op.Start, op.End}, "topic %s (%v) was deleted, and exists", op.Topic, op.ID)
	}
}

// checkLive demands of a topic in which something was acknowledged that it exists, if nobody may
// have deleted it.
func (j *judge) checkLive() {
	for i := range j.incarnations {
		if t := &j.incarnations[i]; t.final || j.mayBeDeleted(t.name) {
			continue
		}
		for _, l := range j.logs {
			if l.incarnation == i && len(l.acks) > 0 {
				j.flag(Metadata, []Event{l.acks[0].attempt.Start, l.acks[0].attempt.End},
					"topic %s was written to, nobody deleted it, and it does not exist", l.topic.name)
				break
			}
		}
	}
}
