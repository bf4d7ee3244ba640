package checker

import (
	"slices"

	"momus/core/kafka"
)

// What compaction may take, and what not: of each key the last record that was committed stays, or one that was
// written later does; a tombstone goes no earlier than delete.retention.ms after a compaction that saw it. Offsets stay.
// That a node says that it compacted is no excuse: a record that is missing needs one that stands for it.

// Cleaning is a compaction that a node asked its disk for: between From and Upto it looks for the last record of
// each key. Wall is what the node's clock showed, by the world, and Flushed the end of what the last good flush
// of the log covered.
type Cleaning struct {
	Event      Event
	Log        kafka.TopicPartition
	From, Upto kafka.Offset
	Wall       kafka.Wall
	Flushed    kafka.Offset
	// Replaced is when segments were first asked to be replaced, Done when some last were, as the disk told; 0 is never.
	Replaced, Done Event
}

// KeyOf is the key of a value that is sent to a topic with Keys.
func (t *Topic) KeyOf(v Value) int64 { return int64(spread(v) % uint64(max(t.Keys, 1))) }

// IsTombstone tells whether a value is sent in a record that has none.
func (t *Topic) IsTombstone(v Value) bool { return t.Tombstones && spread(v)>>32%6 == 0 }

// spread makes neighbours differ in every bit.
func spread(v Value) uint64 {
	z := uint64(v) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	return z ^ z>>31
}

// keyedAt is a record of a key, and where it was seen.
type keyedAt struct {
	at    kafka.Offset
	value Value
}

// findCleanings gives each log its compactions, and the records that are known of each key.
func (j *judge) findCleanings() {
	for i := range j.h.Cleanings {
		c := &j.h.Cleanings[i]
		l := j.known(c.Log)
		if l == nil {
			continue
		}
		l.cleanings = append(l.cleanings, c)
		if c.Replaced > 0 {
			l.replaced = append(l.replaced, c)
		}
	}
	for _, l := range j.logs {
		if t := j.settings[l.topic.name]; len(l.replaced) > 0 {
			l.settings = &t
			l.gatherKeys(j.homeless)
		}
	}
}

// gatherKeys notes where records of each key were seen, also those of the topic's name of which nobody knows which
// incarnation they went to.
func (l *log) gatherKeys(homeless []*ProduceOp) {
	l.keys = map[int64][]keyedAt{}
	see := func(at kafka.Offset, v Value) {
		key := l.settings.KeyOf(v)
		l.keys[key] = append(l.keys[key], keyedAt{at, v})
	}
	for _, k := range l.acks {
		see(k.offset, k.value)
	}
	for _, op := range homeless {
		if op.Topic != l.topic.name || op.Partition != l.partition || op.acked() == nil {
			continue
		}
		for i := range op.Count {
			if at := op.acked().offset(i); at != kafka.NoOffset {
				see(at, op.First+Value(i))
			}
		}
	}
	for _, p := range l.polls {
		for i := range p.Records {
			see(p.Records[i].Offset, p.Records[i].Value)
		}
	}
	if l.read != nil {
		for i := range l.read.Records {
			see(l.read.Records[i].Offset, l.read.Records[i].Value)
		}
	}
}

// reach is up to where a log may lack offsets before an event.
func (l *log) reach(before Event) kafka.Offset {
	upto := kafka.Offset(0)
	for _, c := range l.replaced {
		if c.Replaced < before {
			upto = max(upto, c.Upto)
		}
	}
	return upto
}

// mayBeCompacted tells whether a record that was sent after an event may have gone by compaction before another: a later
// one of its key stands for it, or it is a tombstone that was old enough. Of one whose offset nobody was told, any later
// one may.
func (j *judge) mayBeCompacted(l *log, v Value, at kafka.Offset, after, before Event) bool {
	if len(l.replaced) == 0 {
		return false
	}
	op := j.writer(v)
	if op == nil {
		return false
	}
	if op.Keyless { // taken while the policy was another; compaction has no use for it
		return slices.ContainsFunc(l.replaced, func(c *Cleaning) bool {
			return c.Replaced > after && c.Replaced < before && (at == kafka.NoOffset || c.Upto > at)
		})
	}
	if l.settings.IsTombstone(v) && l.aged(at, after, before) {
		return true
	}
	for _, c := range l.replaced {
		if c.Replaced < after || c.Replaced > before || at != kafka.NoOffset && c.Upto <= at {
			continue
		}
		if slices.ContainsFunc(l.keys[l.settings.KeyOf(v)], func(k keyedAt) bool {
			return k.value != v && k.at < c.Upto && (at == kafka.NoOffset || k.at > at)
		}) {
			return true
		}
	}
	// One of which nobody heard may have stood for it, and be gone as well; it may be one of a topic's name, of which
	// nobody knows which incarnation it went to (seed 5650).
	stood := func(o *ProduceOp) bool {
		if o.Topic != l.topic.name || o.Partition != l.partition {
			return false
		}
		if o.acked() != nil && o.acked().offset(0) != kafka.NoOffset || len(o.Attempts) == 0 || o.Keyless || j.outcome(o) == failed {
			return false
		}
		for i := range o.Count {
			w := o.First + Value(i)
			if w != v && l.settings.KeyOf(w) == l.settings.KeyOf(v) &&
				(l.settings.IsTombstone(w) && l.aged(at, after, before) || l.stoodAndWent(o, i, at, after, before)) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(l.produces, stood) || slices.ContainsFunc(j.homeless, stood)
}

// stoodAndWent tells whether the i-th record of a batch of which nobody heard may have been the last of its key to a
// compaction between two events that took the one at an offset, and be gone since, by the disk:
//
//  1. a record is acknowledged, and another of its key appended whose answer is lost,
//  2. compaction leaves the second,
//  3. a power loss takes it with the end of its segment, which the disk had said was synced (seed 15022).
func (l *log) stoodAndWent(op *ProduceOp, i int32, at kafka.Offset, after, before Event) bool {
	return slices.ContainsFunc(l.replaced, func(c *Cleaning) bool {
		if c.Replaced < after || c.Replaced > before || at != kafka.NoOffset && c.Upto <= at {
			return false
		}
		return slices.ContainsFunc(l.gone, func(d *Damage) bool {
			o := d.From + kafka.Offset(i)
			return d.End-d.From == kafka.Offset(op.Count) && o > at && o < c.Upto &&
				d.Event > max(c.Replaced, op.Attempts[0].Start) && d.Event < before && l.maySlacken(d.Event)
		}) || slices.ContainsFunc(l.losses, func(s loss) bool {
			return s.at > max(c.Replaced, op.Attempts[0].Start) && s.at < before && s.end < c.Upto
		})
	})
}

// gaveWay tells whether the i-th record of a batch that is there twice may have gone from an offset by compaction since
// its other copy, which is there still, lies behind it and has the same key:
//
//  1. a batch is taken, and its answer lost or late,
//  2. its producer expires, so that nobody remembers what it wrote,
//  3. it is sent again, and taken as if it were new; the first answer tells of the first copy,
//  4. compaction leaves the last record of each key, which is in the second copy (seed 1302).
func (l *log) gaveWay(op *ProduceOp, i int32, at kafka.Offset) bool {
	return slices.ContainsFunc(l.replaced, func(c *Cleaning) bool {
		return c.Replaced > op.Attempts[0].Start && c.Replaced < l.read.Finish && slices.ContainsFunc(l.found, func(r Record) bool {
			return r.Value == op.First+Value(i) && r.Offset > at && r.Offset < c.Upto
		})
	})
}

// aged tells whether a tombstone at an offset may be gone between two events: one compaction saw it, and another came
// delete.retention.ms later, by the node's clock.
func (l *log) aged(at kafka.Offset, after, before Event) bool {
	for _, first := range l.replaced {
		if first.Replaced < after || at != kafka.NoOffset && first.Upto <= at {
			continue
		}
		for _, second := range l.replaced {
			if second.Event > first.Event && second.Replaced < before && (at == kafka.NoOffset || second.Upto > at) &&
				second.Wall-first.Wall >= kafka.Wall(l.settings.DeleteRetention) {
				return true
			}
		}
	}
	return false
}

// checkCleanings demands that a log was compacted only as far as it was committed, and only while it was to be.
func (j *judge) checkCleanings(l *log) {
	for _, c := range l.cleanings {
		events := []Event{c.Event}
		switch {
		case l.flush == 1 && c.Upto > c.Flushed:
			j.flag(Compaction, events, "%s-%d: it was compacted up to %d, but only what lies below %d was flushed, so that the high watermark cannot be higher",
				l.topic.name, l.partition, c.Upto, c.Flushed)
		case j.hadPolicy(l.topic.name, c.Event, c.Event, PolicyDelete):
			j.flag(Compaction, events, "%s-%d: it was compacted up to %d, though its policy is to delete", l.topic.name, l.partition, c.Upto)
		case c.From > c.Upto:
			j.flag(Compaction, events, "%s-%d: it was compacted from %d up to %d, which is nothing", l.topic.name, l.partition, c.From, c.Upto)
		}
	}
	j.report.Cleanings += len(l.replaced)
}

// base is where a batch begins by what is left of it in the final read, or NoOffset.
func (l *log) base(op *ProduceOp) kafka.Offset {
	for i := range op.Count {
		if at := l.find(op.First + Value(i)); at != kafka.NoOffset {
			return at - kafka.Offset(i)
		}
	}
	return kafka.NoOffset
}

// gapMayBe tells whether the offsets right below one may be missing, to somebody who was told so by an event.
func (l *log) gapMayBe(end kafka.Offset, before Event) bool { return end <= l.reach(before) }

// pollGapMayBe is gapMayHaveGone for somebody who read some incarnation of a topic.
func (j *judge) pollGapMayBe(p *Poll, from, end kafka.Offset) bool {
	if l := j.log(p.Topic, p.ID, p.Partition); l != nil {
		return l.gapMayHaveGone(from, end, p.End)
	}
	return slices.ContainsFunc(j.h.Cleanings, func(c Cleaning) bool {
		l := j.known(c.Log)
		return c.Log.Partition == p.Partition && end <= c.Upto && c.Replaced > 0 && c.Replaced < p.End && (l == nil || l.topic.name == p.Topic)
	})
}

// shrunkSince tells whether segments may have been replaced after an event.
func (j *judge) shrunkSince(id kafka.TopicPartition, since Event) bool {
	return slices.ContainsFunc(j.h.Cleanings, func(c Cleaning) bool {
		return c.Log == id && c.Replaced > 0 && (c.Done < c.Replaced || c.Done > since)
	})
}

// metAt is damagedAt, or misreadAt, for somebody who came to an offset and found what is behind: between the two
// all may have been compacted away.
func (l *log) metAt(o kafka.Offset, e Event) bool {
	if l.damagedAt(o, e) || l.misreadAt(o, e) {
		return true
	}
	behind := func(from kafka.Offset, event Event) bool { return event < e && from > o && l.gapMayBe(from, e) }
	return slices.ContainsFunc(l.damages, func(d *Damage) bool { return behind(d.From, d.Event) }) ||
		slices.ContainsFunc(l.misreads, func(m *Misread) bool { return behind(m.From, m.Event) })
}
