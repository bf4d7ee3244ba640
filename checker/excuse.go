package checker

import (
	"math"

	"momus/core/kafka"
)

// loss is a power loss of a node that has a log, or damage that recovery may cut the log at: from end on, what
// it held may be gone. Every partition has one replica so far; with more, a loss needs as many of them as
// min.insync.replicas.
type loss struct {
	at  Event
	end kafka.Offset
	// damage says that it took what was flushed as well, since it was damaged before.
	damage bool
}

// forever is an event after all others.
const forever Event = math.MaxInt64

// findLosses gives each log the power losses that excuse something. With flush.messages=1 nothing
// is acknowledged or read before it is flushed, so none does, unless the disk itself is to blame
// (with one replica, what it corrupts may be lost).
func (j *judge) findLosses() {
	for i := range j.h.Crashes {
		c := &j.h.Crashes[i]
		if !c.Power {
			continue
		}
		for _, f := range c.Flushed {
			if l := j.known(f.Log); l != nil && (l.flush != 1 || f.Doubted) {
				l.losses = append(l.losses, loss{at: c.Event, end: f.End})
			}
		}
	}
}

// known is the log of a partition, or nil if nobody had to do with it.
func (j *judge) known(id kafka.TopicPartition) *log {
	at, ok := j.byID[id.Topic]
	if !ok {
		return nil
	}
	n, ok := j.byPlace[place{at, id.Partition}]
	if !ok {
		return nil
	}
	return j.logs[n]
}

// lostAt is the first power loss between two events that may have cost the record at an offset.
func (l *log) lostAt(o kafka.Offset, after, before Event) (Event, bool) {
	first, found := forever, false
	for _, c := range l.losses {
		if c.at > after && c.at < before && c.end <= o && c.at < first {
			first, found = c.at, true
		}
	}
	return first, found
}

// onlyDamage tells whether what took the record at an offset is a loss for damage, and no other.
func (l *log) onlyDamage(o kafka.Offset, after Event) bool {
	for _, c := range l.losses {
		if c.at > after && (c.end <= o || o == kafka.NoOffset) && !c.damage {
			return false
		}
	}
	return true
}

// mayLose tells whether there is such a loss.
func (l *log) mayLose(o kafka.Offset, after, before Event) bool {
	_, ok := l.lostAt(o, after, before)
	return ok
}

// mayHaveDeleted tells whether a request may have deleted its topic.
func (op *AdminOp) mayHaveDeleted() bool {
	if !op.Answered {
		return true
	}
	switch op.Err {
	case kafka.ErrUnknownTopicOrPartition, kafka.ErrUnknownTopicID, kafka.ErrInvalidRequest,
		kafka.ErrTopicDeletionDisabled, kafka.ErrUnsupportedVersion:
		return false
	}
	return true
}

// mayBeDeleted tells whether any incarnation of a topic may have been deleted.
func (j *judge) mayBeDeleted(topic string) bool { return len(j.deletions[topic]) > 0 }
