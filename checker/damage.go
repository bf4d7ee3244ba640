package checker

import (
	"slices"

	"momus/core/kafka"
)

// Every partition has one replica so far, so that damage to its log may cost what it holds. What may
// not be is that anybody is told something else for it, or that the loss goes unnoticed: a damaged
// batch is sent as it is, with its wrong checksum, or not at all, and a log that is found damaged is
// offline (KAFKA_STORAGE_ERROR), whole, until somebody accepts the loss. There is one exception.
// After a power loss, or a stop that must be taken for one, since the disk had failed a call or the directory was not
// there in the node's last life, a bad batch above the recovery point looks like a write that was torn, whatever it
// was: the log is cut there.

// A disk that says that it has synced and has not is held to the same, by the batches that a power loss took
// and that were flushed as far as the node could know: below the recovery point the log is short of what was
// flushed, and is refused; above, it is cut, and what is gone is a suffix. In a log that was compacted, a segment
// may end early, and the next begin where it does:
//
//  1. segments of a log are compacted, and its line is in cleaner-offset-checkpoint,
//  2. a later segment is synced, as the disk says, and the recovery point passes it,
//  3. power is lost, and the end of that segment with it: a gap as compaction leaves them (seed 492), which may go on
//     above the recovery point as far as the segment did (seed 7374).
//
// The batches that were there are excused, and no others: not what is torn or rotten, which its checksum shows,
// and not what lies before, behind or between.

// findDamages gives each log the damage that was done to it, and the losses that follow from it.
func (j *judge) findDamages() {
	for i := range j.h.Damages {
		d := &j.h.Damages[i]
		l := j.known(d.Log)
		if l == nil {
			continue
		}
		l.damages = append(l.damages, d)
		if d.Gone {
			l.gone = append(l.gone, d)
		}
		if d.From < d.Checkpoint {
			continue
		}
		if d.Suspect {
			l.losses = append(l.losses, loss{at: d.Event, end: d.From, damage: true})
		}
		for k := range j.h.Crashes {
			if c := &j.h.Crashes[k]; (c.Power || c.Suspect) && c.Event > d.Event {
				l.losses = append(l.losses, loss{at: c.Event, end: d.From, damage: true})
			}
		}
		for k := range j.h.DirReturns {
			if r := &j.h.DirReturns[k]; r.Event > d.Event && slices.Contains(r.Logs, d.Log) {
				l.losses = append(l.losses, loss{at: r.Event, end: d.From, damage: true})
			}
		}
	}
}

// findLies gives each log the reads of it that went astray, and the producer snapshots that were not synced.
func (j *judge) findLies() {
	for i := range j.h.Forgets {
		f := &j.h.Forgets[i]
		switch l := j.known(f.Log); {
		case l == nil:
		case f.Epochs:
			l.epochsForgot = append(l.epochsForgot, f.Event)
		default:
			l.forgets = append(l.forgets, f.Event)
		}
	}
	for i := range j.h.Misreads {
		m := &j.h.Misreads[i]
		if l := j.known(m.Log); l != nil {
			l.misreads = append(l.misreads, m)
		}
	}
}

// misreadAt tells whether the batch at an offset was given wrongly to somebody before an event.
func (l *log) misreadAt(o kafka.Offset, e Event) bool {
	return slices.ContainsFunc(l.misreads, func(m *Misread) bool { return m.Event < e && m.From <= o && o < m.End })
}

// damagedBefore tells whether a log was damaged before an event.
func (l *log) damagedBefore(e Event) bool {
	for _, d := range l.damages {
		if d.Event < e {
			return true
		}
	}
	return false
}

// damagedAt tells whether the batch at an offset was damaged before an event.
func (l *log) damagedAt(o kafka.Offset, e Event) bool {
	for _, d := range l.damages {
		if d.Event < e && d.From <= o && o < d.End {
			return true
		}
	}
	return false
}

// goneAt tells whether the record at an offset, of a batch that was sent after an event, went before another with the end
// of a segment of a log that may lack offsets.
func (l *log) goneAt(o kafka.Offset, after, before Event) bool {
	return slices.ContainsFunc(l.gone, func(d *Damage) bool {
		return d.From <= o && o < d.End && after < d.Event && d.Event < before && l.maySlacken(d.Event)
	})
}

// maySlacken tells whether the log may have been compacted by an event, or is about to be.
func (l *log) maySlacken(e Event) bool {
	return slices.ContainsFunc(l.cleanings, func(c *Cleaning) bool { return c.Event < e })
}

// gapMayHaveGone tells whether every offset from one on and below another is missing for compaction, or went so.
func (l *log) gapMayHaveGone(from, end kafka.Offset, before Event) bool {
	for o := max(from, l.reach(before)); o < end; o++ {
		if !l.goneAt(o, 0, before) {
			return false
		}
	}
	return true
}

// mayHaveGoneWhole tells whether a batch that is missing went so. Of one that nobody was told of it is known only that it
// lay behind another.
func (l *log) mayHaveGoneWhole(op, behind *ProduceOp) bool {
	if a := op.acked(); a != nil && a.offset(0) != kafka.NoOffset {
		return l.goneAt(a.offset(0), a.Start, forever) && l.goneAt(a.lastOffset(op), a.Start, forever)
	}
	return slices.ContainsFunc(l.gone, func(d *Damage) bool {
		return d.From > l.base(behind) && d.End-d.From >= kafka.Offset(op.Count) && l.goneAt(d.From, op.Attempts[0].Start, forever)
	})
}

// anyDamagedAt tells whether the batch that a client met was damaged, or misread, in some log of that
// partition: of which incarnation of the topic it was nobody may know any more. In one that was compacted it is the
// first batch behind the offset.
func (j *judge) anyDamagedAt(d *Damaged) bool {
	hit := func(e Event, log kafka.TopicPartition, from, end kafka.Offset) bool {
		l := j.known(log)
		if e > d.Event || log.Partition != d.Partition || l != nil && l.topic.name != d.Topic {
			return false
		}
		if from <= d.Base && d.Base < end {
			return true
		}
		return d.Offset < end && (from <= d.Offset || slices.ContainsFunc(j.h.Cleanings, func(c Cleaning) bool {
			return c.Log == log && from <= c.Upto && c.Replaced > 0 && c.Replaced < d.Event
		}))
	}
	return slices.ContainsFunc(j.h.Damages, func(o Damage) bool { return hit(o.Event, o.Log, o.From, o.End) }) ||
		slices.ContainsFunc(j.h.Misreads, func(o Misread) bool { return hit(o.Event, o.Log, o.From, o.End) })
}

// checkReread demands that every partition that there is at the end was read as a whole, or refused: of what nobody
// looked at nothing was judged.
func (j *judge) checkReread() {
	if !j.h.Listed {
		return
	}
	for i := range j.h.Final {
		t := &j.h.Final[i]
		for p := range kafka.PartitionID(t.Partitions) {
			read := slices.ContainsFunc(j.h.Reads, func(r Read) bool { return r.Topic == t.Name && r.Partition == p })
			refused := slices.ContainsFunc(j.h.Damaged, func(d Damaged) bool { return d.Topic == t.Name && d.Partition == p })
			if !read && !refused {
				j.flag(Unavailable, nil, "%s-%d: nobody read it at the end, and nobody was refused", t.Name, p)
			}
		}
	}
}

// reaches tells whether a batch that was damaged begins below the offset that a client came to. What was damaged may be
// how many offsets it has, so that it says that it reaches there (seed 1191).
func (l *log) reaches(d *Damaged) bool {
	return d.Base < d.Offset && (l.damagedAt(d.Base, d.Event) || l.misreadAt(d.Base, d.Event))
}

// checkDamaged demands that every batch whose checksum was wrong was damaged by the world, at that
// place, and every partition that was refused at the end as well, anywhere, unless its directory was lost.
func (j *judge) checkDamaged() {
	for i := range j.h.Damaged {
		d := &j.h.Damaged[i]
		l := j.log(d.Topic, d.ID, d.Partition)
		switch {
		case d.Err != kafka.None && j.mayHaveLostDir(d.Topic, kafka.TopicPartition{Topic: d.ID, Partition: d.Partition}, d.Event):
			j.report.RefusedLost++
		case d.Err != kafka.None:
			if l == nil || !l.damagedBefore(d.Event) {
				j.flag(Unavailable, []Event{d.Event}, "%s-%d: nothing damaged it or took it away, and client %d was refused offset %d with %v",
					d.Topic, d.Partition, d.Client, d.Offset, d.Err)
				continue
			}
			j.report.RefusedDamage++
		case l == nil && j.mayBeDeleted(d.Topic) && j.anyDamagedAt(d):
			j.report.ShownDamage++ // of some incarnation that is no more
		case l == nil || !l.metAt(d.Offset, d.Event) && !l.reaches(d):
			j.flag(Protocol, []Event{d.Event}, "%s-%d: nothing damaged offset %d, and client %d was sent %s",
				d.Topic, d.Partition, d.Offset, d.Client, d.Text)
		default:
			j.report.ShownDamage++
		}
	}
}

// Misread is a batch that lies on the disk as it was written, and of which one read was given the bytes of
// another place. It excuses that the batch was shown with a wrong checksum, and nothing else: nothing is
// lost by it, nothing refused for good, and no other answer than the right one is made of it.
type Misread struct {
	Event     Event
	Log       kafka.TopicPartition
	From, End kafka.Offset
}

// Forget is a power loss that took a producer snapshot which the disk had been asked to sync, and had said that
// it did. Where the batches before it are gone from the log, nobody knows any more what producers wrote: it is
// as if all of them had expired. Or it took the checkpoint of leader epochs (Epochs): where one began is then what
// the batches say that compaction left.
type Forget struct {
	Event  Event
	Log    kafka.TopicPartition
	Epochs bool
}
