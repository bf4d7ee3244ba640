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
	var expired []Note
	s.expiring = min(s.expiring, len(s.list))
	for n := 0; s.expiring > 0 && n < groupsPerTurn && len(d.records) < recordsPerTurn; n++ {
		s.expiring--
		g := s.list[s.expiring]
		before := len(d.records)
		left := s.expireGroup(now, v, g, &d)
		if n := len(d.records) - before; n > 0 {
			expired = append(expired, Note{Kind: NoteExpired, Log: s.log.Partition(), Text: g.ID + ": " + strconv.Itoa(n) + " offsets"})
		}
		if !left && g.isEmpty() && len(g.pending) == 0 {
			g.dropGroup(&d)
		}
	}
	next := v.g.cfg.Groups.RetentionCheckInterval.Delay()
	if err := s.carrySplit(now, v, &d); err == kafka.None {
		v.g.Out.Notes = append(v.g.Out.Notes, expired...)
		if s.expiring > 0 {
			next = sweepPause
		}
	}
	s.timers.set(timerKey{kind: timerExpire}, now.Mono.Add(next))
}

// expireGroup has what has expired of a group's offsets deleted, and tells whether any are left.
func (s *Shard) expireGroup(now kafka.Now, v View, g *Group, d *decision) (left bool) {
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
