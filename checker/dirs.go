package checker

import (
	"slices"

	"momus/core/kafka"
)

// A log directory that is gone takes its partitions with it. Every partition has one replica so far, so
// nobody has what it held; what may not be is that the partition comes back without it, as if nothing had
// happened. It is refused until somebody accepts the loss, and nobody does in these histories. Partitions
// in other directories are not touched, and those that are made later are made where there is room.

// findDirLosses gives each log the moments at which it was lost with its directory.
func (j *judge) findDirLosses() {
	for i := range j.h.DirLosses {
		d := &j.h.DirLosses[i]
		for _, id := range d.Lost {
			if l := j.known(id); l != nil {
				l.lost = append(l.lost, d.Event)
			}
		}
	}
}

// mayHaveLostDir tells whether a partition may have been lost with a directory before an event: it was
// there, or at least assigned to one, and in none of those that were left.
func (j *judge) mayHaveLostDir(name string, id kafka.TopicPartition, before Event) bool {
	made := Event(0)
	for i := range j.h.Admin {
		if op := &j.h.Admin[i]; op.Kind == CreateTopic && op.Topic == name && op.ID == id.Topic && op.Err == kafka.None {
			made = op.Start
		}
	}
	return slices.ContainsFunc(j.h.DirLosses, func(d DirLoss) bool {
		return d.Event < before && d.Event > made && !slices.Contains(d.Kept, id)
	})
}

// checkLost demands that nobody was served a log after it was lost.
func (j *judge) checkLost(l *log) {
	if len(l.lost) == 0 {
		return
	}
	gone := slices.Min(l.lost)
	served := func(start Event, what string) {
		if start > gone {
			j.flag(LostDirectory, []Event{gone, start}, "%s-%d: its log directory was lost, and later it was %s", l.topic.name, l.partition, what)
		}
	}
	for _, op := range l.produces {
		for i := range op.Attempts {
			if a := &op.Attempts[i]; a.acks() && op.acked() != nil {
				served(a.Start, "written")
			}
		}
	}
	for _, p := range l.polls {
		served(p.Start, "polled")
	}
	for _, p := range l.lookups {
		served(p.Start, "asked for an offset")
	}
	for _, q := range l.epochEnds {
		served(q.Start, "asked for the end of an epoch")
	}
	for _, q := range l.described {
		served(q.Start, "asked for its producers")
	}
	for _, op := range l.trims {
		if op.Answered && op.Err == kafka.None {
			served(op.Start, "trimmed")
		}
	}
	if l.read != nil {
		served(l.read.Start, "read to its end")
	}
}
