package group

import (
	"strconv"

	"momus/core/kafka"
	"momus/core/record"
)

// expire looks for offsets that nobody committed for offsets.retention.minutes, in turns, from the last group to
// the first, and then again after offsets.retention.check.interval.ms. A group without members that has none left
// goes too.
func (s *Shard) expire(now kafka.Now, v View) {
	if s.expiring == 0 {
		s.expiring = len(s.list)
	}
	d := decision{}
	var expired expiredNotes
	s.expiring = min(s.expiring, len(s.list))
	for n := 0; s.expiring > 0 && n < groupsPerTurn && len(d.records) < recordsPerTurn; n++ {
		s.expiring--
		g := s.list[s.expiring]
		if left := s.expireGroup(now, v, g, &d, &expired); !left && g.isEmpty() && len(g.pending) == 0 {
			g.dropGroup(&d)
			expired.add(&d, Note{Kind: NoteExpired, Log: s.log.Partition(), Group: g.ID, Text: "group " + g.ID + ", which is empty"})
		}
	}
	next, all := v.g.cfg.Groups.RetentionCheckInterval.Delay(), len(d.records)
	if err := s.carrySplit(now, v, &d); err == kafka.None && s.expiring > 0 {
		next = sweepPause
	}
	expired.tell(v, all-len(d.records))
	s.timers.set(timerKey{kind: timerExpire}, now.Mono.Add(next))
}

// expiredNotes are notes of what is deleted, each once the record that says so is written.
type expiredNotes struct {
	notes []Note
	ends  []int // how many of the decision's records there were then
}

func (e *expiredNotes) add(d *decision, n Note) {
	e.notes, e.ends = append(e.notes, n), append(e.ends, len(d.records))
}

// tell notes what is said by the first records, as many as were written.
func (e *expiredNotes) tell(v View, written int) {
	for i, end := range e.ends {
		if end <= written {
			v.g.note(e.notes[i])
		}
	}
}

// expireGroup has what has expired of a group's offsets deleted, and tells whether any are left.
func (s *Shard) expireGroup(now kafka.Now, v View, g *Group, d *decision, expired *expiredNotes) (left bool) {
	for i := range g.offsets.topics {
		t := &g.offsets.topics[i]
		if g.isSubscribed(t.name) {
			left = true
			continue
		}
		for j := range t.list {
			e := &t.list[j]
			if !g.hasExpired(now, v, e) || g.hasPending(t.name, e.partition) {
				left = true
				continue
			}
			d.tombstone(&record.OffsetCommit{Group: g.ID, Topic: t.name, Partition: e.partition})
			expired.add(d, Note{
				Kind: NoteExpired, Log: s.log.Partition(), Group: g.ID, Topic: t.name, Partition: e.partition,
				Text: t.name + "-" + strconv.Itoa(int(e.partition)) + " of group " + g.ID,
			})
		}
	}
	return left
}

// hasExpired tells whether an offset's time is over: the one that its client named, in versions of OffsetCommit
// that could, else the broker's retention. That counts from the commit at the earliest. Kafka's counts from when the
// last member left a group (KIP-211), and so lets go what was committed just now:
//
//  1. a group has no members for six days of the seven of offsets.retention.minutes,
//  2. an operator resets its offsets,
//  3. a day later they are gone.
func (g *Group) hasExpired(now kafka.Now, v View, e *offset) bool {
	from, counts := g.expiresFrom(e)
	switch {
	case !counts:
		return false
	case e.more != nil && e.more.expires != record.NoTimestamp:
		return now.Wall >= e.more.expires
	}
	return kafka.Millis(now.Wall-max(from, e.committed)) >= v.g.cfg.Groups.OffsetsRetention
}
