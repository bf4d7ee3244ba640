package checker

import (
	"slices"

	"momus/core/kafka"
)

// A topic's partitions only ever become more, by requests that asked for so many. What was acknowledged
// is there for everybody who asks later, after every crash, and nobody sees partitions for which nobody
// asked, or that were only to be judged.

// mayHaveGrown tells whether a request may have added its partitions.
func (op *AdminOp) mayHaveGrown() bool {
	if !op.Answered {
		return true
	}
	switch op.Err {
	case kafka.ErrInvalidPartitions, kafka.ErrInvalidReplicaAssignment, kafka.ErrInvalidReplicationFactor,
		kafka.ErrUnknownTopicOrPartition, kafka.ErrInvalidRequest, kafka.ErrPolicyViolation:
		return false
	}
	return true
}

// checkGrowth looks at all that was told of how many partitions a topic has.
func (j *judge) checkGrowth() {
	largest := map[kafka.TopicID]*CountSeen{}
	sizes := slices.Clone(j.h.Counted)
	slices.SortStableFunc(sizes, func(a, b CountSeen) int { return int(a.End - b.End) })
	for i := range sizes {
		s := &sizes[i]
		if s.ID.IsZero() {
			continue
		}
		if before := largest[s.ID]; before == nil || s.Partitions > before.Partitions {
			largest[s.ID] = s
		} else if s.Partitions < before.Partitions && s.Start > before.End {
			j.flag(Partitions, []Event{before.End, s.Start}, "topic %s (%v) had %d partitions, and later %d", s.Topic, s.ID, before.Partitions, s.Partitions)
			return
		}
		j.checkCount(s.Topic, s.Partitions, s.Start, s.End)
	}
	for i := range j.h.Final {
		t := &j.h.Final[i]
		j.checkCount(t.Name, t.Partitions, forever-1, forever)
	}
}

// checkCount holds one answer to the requests: it was given between start and end.
func (j *judge) checkCount(topic string, partitions int32, start, end Event) {
	asked, planned := false, false
	for i := range j.h.Admin {
		op := &j.h.Admin[i]
		if op.Topic != topic || op.Kind == DeleteTopic {
			continue
		}
		planned = planned || op.Kind == CreateTopic
		if op.Partitions == partitions && op.Start < end && (op.Kind == CreateTopic || op.mayHaveGrown()) {
			asked = true
		}
		if op.Kind == GrowTopic && op.Answered && op.Err == kafka.None && op.End < start && partitions < op.Partitions && !j.deletedSince(topic, op.Start, end) {
			j.flag(Partitions, []Event{op.Start, op.End, start}, "topic %s was given %d partitions, and later has %d", topic, op.Partitions, partitions)
			return
		}
	}
	if planned && !asked {
		j.flag(Partitions, []Event{start, end}, "topic %s has %d partitions, for which nobody asked", topic, partitions)
	}
}

// deletedSince tells whether a topic may have been deleted, and made anew, between two events.
func (j *judge) deletedSince(topic string, from, to Event) bool {
	return slices.ContainsFunc(j.deletions[topic], func(d *AdminOp) bool {
		return d.Start < to && (!d.Answered || d.End == 0 || d.End > from)
	})
}
