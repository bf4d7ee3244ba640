package checker

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// What ListOffsets takes in place of a timestamp.
const (
	LatestOffset   kafka.Wall = -1
	EarliestOffset kafka.Wall = -2
	// GreatestTime asks for the record with the greatest timestamp (KIP-734), the first of them if there are several.
	GreatestTime kafka.Wall = -3
)

// mark is a high watermark as one node told it.
type mark struct {
	node       int32
	start, end Event
	at         kafka.Offset
}

// checkWatermarks demands that a node's high watermark never goes back while the node lives: not
// between two answers of which one was there before the other was asked for.
func (j *judge) checkWatermarks(l *log) {
	var marks []mark
	for _, p := range l.polls {
		marks = append(marks, mark{p.Node, p.Start, p.End, p.HighWatermark})
	}
	for _, p := range l.lookups {
		if p.Asked == LatestOffset {
			marks = append(marks, mark{p.Node, p.Start, p.End, p.Offset})
		}
	}
	ended := slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.start, b.start)) })
	slices.SortStableFunc(ended, func(a, b mark) int { return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.end, b.end)) })
	var high mark
	next := 0
	for i, m := range marks {
		if i == 0 || marks[i-1].node != m.node {
			high = mark{at: -1}
			for next < len(ended) && ended[next].node != m.node {
				next++
			}
		}
		for ; next < len(ended) && ended[next].node == m.node && ended[next].end < m.start; next++ {
			if e := ended[next]; e.at >= high.at || j.crashed(m.node, high.start, e.end) {
				high = e
			}
		}
		if m.at < high.at && !j.crashed(m.node, high.start, m.end) {
			j.flag(WatermarkBack, []Event{high.start, high.end, m.start, m.end}, "%s-%d: node %d told the high watermark %d and then %d",
				l.topic.name, l.partition, m.node, high.at, m.at)
			return
		}
	}
}

// crashed tells whether a node crashed between two events.
func (j *judge) crashed(node int32, after, before Event) bool {
	return slices.ContainsFunc(j.h.Crashes, func(c Crash) bool {
		return c.Node == node && c.Event > after && c.Event < before
	})
}

// checkLookups demands that a lookup by time found a record that is late enough, and none before it
// was.
func (j *judge) checkLookups(l *log) {
	if l.read == nil {
		return
	}
	for _, p := range l.lookups {
		if p.Asked < 0 && p.Asked != GreatestTime || l.damagedBefore(p.End) {
			continue // the times of a damaged batch are as damaged as the rest of it
		}
		if p.Asked == GreatestTime {
			if !j.checkGreatest(l, p) {
				return
			}
			continue
		}
		if p.Offset < 0 {
			j.checkNoneFound(l, p)
			continue
		}
		events := []Event{p.Start, p.End}
		if p.Timestamp < p.Asked {
			j.flag(TimeIndex, events, "%s-%d: asked for time %d, client %d was given offset %d of time %d",
				p.Topic, p.Partition, p.Asked, p.Client, p.Offset, p.Timestamp)
			return
		}
		for _, r := range l.read.Records {
			if r.Offset > p.Offset {
				break
			}
			// A log start that had moved may be back after a kill, and with it what lay before (seed 5998).
			wrong := r.Offset < p.Offset && r.Timestamp >= p.Asked && !l.passed(r.Offset, p.End) || r.Offset == p.Offset && r.Timestamp != p.Timestamp
			if wrong && !l.mayLose(r.Offset, p.Start, forever) {
				j.flag(TimeIndex, events, "%s-%d: asked for time %d, client %d was given offset %d of time %d; offset %d has time %d",
					p.Topic, p.Partition, p.Asked, p.Client, p.Offset, p.Timestamp, r.Offset, r.Timestamp)
				return
			}
		}
	}
}

// checkGreatest demands of a lookup of the greatest timestamp that nobody had seen a greater one before, nor
// the same further down, in the same life of the node; and that it is the time of the record that was found.
func (j *judge) checkGreatest(l *log, p *Lookup) bool {
	if p.Err != kafka.None {
		return true
	}
	for _, seen := range l.polls {
		if seen.Node != p.Node || seen.End >= p.Start || j.crashed(p.Node, seen.Start, p.End) {
			continue
		}
		for i := range seen.Records {
			r := &seen.Records[i]
			if l.passed(r.Offset, p.End) || l.gapMayBe(r.Offset+1, p.End) || r.Timestamp < p.Timestamp || r.Timestamp == p.Timestamp && r.Offset >= p.Offset {
				continue
			}
			j.flag(TimeIndex, []Event{seen.Start, seen.End, p.Start, p.End},
				"%s-%d: asked for the greatest time, client %d was told time %d at offset %d; offset %d has time %d",
				p.Topic, p.Partition, p.Client, p.Timestamp, p.Offset, r.Offset, r.Timestamp)
			return false
		}
	}
	for _, r := range l.read.Records {
		if r.Offset == p.Offset && r.Timestamp != p.Timestamp && !l.mayLose(r.Offset, p.Start, forever) {
			j.flag(TimeIndex, []Event{p.Start, p.End}, "%s-%d: asked for the greatest time, client %d was told time %d at offset %d, which has time %d",
				p.Topic, p.Partition, p.Client, p.Timestamp, p.Offset, r.Timestamp)
			return false
		}
	}
	return true
}

// checkNoneFound demands of a lookup by time that found nothing that nobody had seen a record as late before:
// in the same life of the node, since another one may begin with a lower high watermark.
func (j *judge) checkNoneFound(l *log, p *Lookup) {
	for _, seen := range l.polls {
		if seen.Node != p.Node || seen.End >= p.Start || j.crashed(p.Node, seen.Start, p.End) {
			continue
		}
		for i := range seen.Records {
			if r := &seen.Records[i]; r.Timestamp >= p.Asked && !l.passed(r.Offset, p.End) && !l.gapMayBe(r.Offset+1, p.End) {
				j.flag(TimeIndex, []Event{seen.Start, seen.End, p.Start, p.End},
					"%s-%d: asked for time %d, client %d was told that no record is as late; offset %d has time %d",
					p.Topic, p.Partition, p.Asked, p.Client, r.Offset, r.Timestamp)
				return
			}
		}
	}
}
