package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkCommitted holds every offset that was told against the commits: it was committed by somebody who was not
// refused, as it is told; it is not older than another one that was known to be there before the question; and none
// is told only where none was known to be there, or it was let go.
func (j *judge) checkCommitted(g *groupStory) {
	marks := map[string]*CommitOp{}
	for _, op := range g.commits {
		marks[op.Metadata] = op
	}
	// knownBy is from when on a commit is known to have been made: it was acknowledged, or somebody was told it.
	knownBy := map[*CommitOp]Event{}
	for _, op := range g.commits {
		if op.acked() {
			knownBy[op] = op.End
		}
	}
	for _, r := range g.fetches {
		if op := marks[r.Metadata]; r.Err == kafka.None && r.Offset >= 0 && op != nil {
			if at, known := knownBy[op]; !known || r.End < at {
				knownBy[op] = r.End
			}
		}
	}
	for _, r := range g.fetches {
		if r.Err != kafka.None || g.spoiled < r.End {
			continue
		}
		key := groupKey{r.Topic, r.Partition}
		if r.Offset < 0 {
			j.checkNone(g, r, key, knownBy)
			continue
		}
		op := marks[r.Metadata]
		if !j.checkTold(g, r, op) {
			continue
		}
		j.checkNotBack(g, r, key, op, knownBy)
	}
}

// checkTold demands that what was told is a commit, whole.
func (j *judge) checkTold(g *groupStory, r *OffsetFetchOp, op *CommitOp) bool {
	switch {
	case op == nil || op.Topic != r.Topic || op.Partition != r.Partition:
		j.flag(OffsetUnknown, []Event{r.Start, r.End}, "group %s, %s-%d: client %d was told offset %d %q, which nobody committed",
			g.name, r.Topic, r.Partition, r.Client, r.Offset, r.Metadata)
	case op.failed():
		j.flag(OffsetUnknown, []Event{op.Start, op.End, r.Start, r.End}, "group %s, %s-%d: client %d was told offset %d %q, whose commit was refused: %v",
			g.name, r.Topic, r.Partition, r.Client, r.Offset, r.Metadata, op.Err)
	case op.Start > r.End:
		j.flag(OffsetUnknown, []Event{r.Start, r.End, op.Start}, "group %s, %s-%d: client %d was told %q before it was sent",
			g.name, r.Topic, r.Partition, r.Client, r.Metadata)
	case r.Offset != op.Offset || r.LeaderEpoch != kafka.NoLeaderEpoch && r.LeaderEpoch != op.LeaderEpoch:
		j.flag(OffsetUnknown, []Event{op.Start, op.End, r.Start, r.End}, "group %s, %s-%d: client %d was told %q with offset %d and leader epoch %d, not %d and %d",
			g.name, r.Topic, r.Partition, r.Client, r.Metadata, r.Offset, r.LeaderEpoch, op.Offset, op.LeaderEpoch)
	default:
		return true
	}
	return false
}

// checkNotBack demands that no later commit, or removal, was known before.
func (j *judge) checkNotBack(g *groupStory, r *OffsetFetchOp, key groupKey, op *CommitOp, knownBy map[*CommitOp]Event) {
	for _, later := range g.commits {
		known, ok := knownBy[later]
		if ok && (groupKey{later.Topic, later.Partition}) == key && later.Start > op.landing() && known < r.Start && !g.lost(later.Start, r.End) {
			j.flag(OffsetBack, []Event{op.Start, op.End, later.Start, later.End, r.Start, r.End},
				"group %s, %s-%d: %q was committed after %q, and then client %d was told %q again",
				g.name, r.Topic, r.Partition, later.Metadata, op.Metadata, r.Client, op.Metadata)
			return
		}
	}
	for _, gone := range g.removals {
		if (gone.Topic == "" || gone.Topic == r.Topic && gone.Partition == r.Partition) && gone.Answered && gone.Err == kafka.None &&
			gone.Start > op.landing() && gone.End < r.Start && !g.lost(gone.Start, r.End) {
			j.flag(OffsetBack, []Event{op.Start, op.End, gone.Start, gone.End, r.Start, r.End},
				"group %s, %s-%d: %q was removed, and then client %d was told it again", g.name, r.Topic, r.Partition, op.Metadata, r.Client)
			return
		}
	}
}

// checkNone demands a reason of an answer that no offset is committed.
func (j *judge) checkNone(g *groupStory, r *OffsetFetchOp, key groupKey, knownBy map[*CommitOp]Event) {
	for _, op := range g.commits {
		known, ok := knownBy[op]
		if !ok || (groupKey{op.Topic, op.Partition}) != key || known >= r.Start || g.lost(op.Start, r.End) || j.letGo(g, op, r.End) {
			continue
		}
		j.flag(OffsetLost, []Event{op.Start, op.End, r.Start, r.End}, "group %s, %s-%d: offset %d %q was committed, and then client %d was told that none is",
			g.name, r.Topic, r.Partition, op.Offset, op.Metadata, r.Client)
		return
	}
}

// letGo tells whether a commit may have been removed before an event: at somebody's wish, with its topic, or after its
// retention.
func (j *judge) letGo(g *groupStory, op *CommitOp, before Event) bool {
	for _, gone := range g.removals {
		if (gone.Topic == "" || gone.Topic == op.Topic && gone.Partition == op.Partition) && gone.Start < before &&
			(!gone.Answered || gone.End > op.Start) && gone.mayHaveRemoved() {
			return true
		}
	}
	return slices.ContainsFunc(j.deletions[op.Topic], func(d *AdminOp) bool {
		return d.Start < before && (!d.Answered || d.End > op.Start)
	}) || slices.ContainsFunc(g.expiries, func(e *OffsetExpiry) bool {
		return e.Topic == op.Topic && e.Partition == op.Partition && e.Event > op.Start && e.Event < before
	})
}

// checkOffsetExpiries demands of each expiry that the offset was old enough, by the clock of the node, and that no
// member of the group was reading the topic.
func (j *judge) checkOffsetExpiries(g *groupStory) {
	for _, e := range g.expiries {
		if e.Event > g.spoiled {
			return
		}
		// With members, retention counts from when the last of them went, whatever was committed afterwards.
		if simple := len(g.joins)+len(g.beats) == 0; simple && e.Topic != "" {
			j.checkAge(g, e)
		}
		if m := g.reading(e.Topic, e.Event); m != "" && !g.lost(0, e.Event) {
			j.flag(OffsetExpired, []Event{e.Event}, "group %s, %s-%d: the offset was let go while member %s was reading the topic", g.name, e.Topic, e.Partition, m)
		}
	}
}

// checkAge demands that what was let go was old enough. It is what was acknowledged last, or one of those that
// nobody knows of whether and when they were made.
func (j *judge) checkAge(g *groupStory, e *OffsetExpiry) {
	var last *CommitOp
	for _, op := range g.commits {
		if op.acked() && op.Topic == e.Topic && op.Partition == e.Partition && op.End < e.Event && (last == nil || op.Start > last.Start) {
			last = op
		}
	}
	if last == nil || g.lost(last.Start, e.Event) {
		return
	}
	age := e.Wall - j.earliestWall(last, e.Event)
	for _, op := range g.commits {
		if op.Topic == e.Topic && op.Partition == e.Partition && op.Start < e.Event && op.landing() > last.Start && !op.failed() {
			age = max(age, e.Wall-j.earliestWall(op, e.Event))
		}
	}
	if age < kafka.Wall(j.h.OffsetsRetention) {
		j.flag(OffsetExpired, []Event{last.Start, last.End, e.Event}, "group %s, %s-%d: %q was let go %d ms after it was committed; offsets.retention is %d ms",
			g.name, e.Topic, e.Partition, last.Metadata, age, j.h.OffsetsRetention)
	}
}

// earliestWall is the earliest that the node's clock may have shown when a commit was made, which was before an event.
// The clock jumps between two events, and names the one before.
func (j *judge) earliestWall(op *CommitOp, before Event) kafka.Wall {
	least := int64(0)
	for i, s := range j.h.Skews {
		switch {
		case i == 0 || s.Event < op.Start:
			least = s.Millis
		case s.Event < min(op.landing(), before):
			least = min(least, s.Millis)
		}
	}
	return j.h.WallEpoch + kafka.Wall(op.StartAt/1_000_000+least)
}

// reading names a member that was given a partition of a topic before an event, and heard from after it as still
// having it. What a power loss took between is no matter, and neither is an answer of a coordinator that was made anew:
// while it loads, a heartbeat of the classic protocol is told that all is well (as by Kafka), whoever sent it (seed 3430).
func (g *groupStory) reading(topic string, at Event) string {
	for _, told := range g.syncs {
		if !told.Answered || told.Err != kafka.None || told.End > at || !(told.reads(topic) || topic == "" && len(told.Got) > 0) {
			continue
		}
		if slices.ContainsFunc(g.beats, func(b *BeatOp) bool {
			return b.Kind == ClassicBeat && b.Member == told.Member && b.Epoch == told.Generation && b.Answered && b.Err == kafka.None && b.Start > at &&
				!g.lost(at, b.Start) && !g.reloaded(at, b.Start)
		}) {
			return told.Member
		}
	}
	return ""
}
