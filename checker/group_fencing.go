package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkCommits demands that whoever the group has gone on without does not commit: of an older generation, under a
// member id that was told to be none any more, with an epoch that nobody gave out, or without being a member while
// there are some; nor what is more than a commit may say.
func (j *judge) checkCommits(g *groupStory) {
	for _, op := range g.commits {
		if !op.acked() || op.End > g.spoiled {
			continue
		}
		switch {
		case len(op.Metadata) > OffsetMetadataMax:
			j.flag(Protocol, []Event{op.Start, op.End}, "group %s: client %d committed metadata of %d bytes in %s-%d",
				g.name, op.Client, len(op.Metadata), op.Topic, op.Partition)
		case op.Forged:
			j.flag(GroupFencing, []Event{op.Start, op.End}, "group %s: client %d committed %q in epoch %d, which nobody was ever told",
				g.name, op.Client, op.Metadata, op.Epoch)
		case op.Member == "":
			j.checkOutsider(g, op)
		default:
			j.checkOldGeneration(g, op)
			j.checkEvicted(g, op)
		}
	}
}

// checkOutsider wants a group without members where somebody commits who is none: one that was a member before, and
// still is afterwards, was one all the time. Unless its eviction was lost, with the commit behind it:
//
//  1. a member is evicted, and the group has none any more,
//  2. somebody else commits, and is told that it is done,
//  3. power fails, and takes both records, of which none is flushed: the member is there again.
//
// Nor does it say anything that a coordinator which loads tells him that all is well (seed 54381).
func (j *judge) checkOutsider(g *groupStory, op *CommitOp) {
	for id, s := range g.stays() {
		if after, all := g.covers(&s, op.Start, op.End); all && !g.lost(0, after) {
			j.flag(GroupFencing, []Event{op.Start, op.End}, "group %s: client %d, who is no member, committed %q while %s was one",
				g.name, op.Client, op.Metadata, g.ids()[id])
			return
		}
	}
}

// stay is how a member id was heard to be in the group: events of answers that said so, in the order of requests,
// and of requests by which it began anew.
type stay struct {
	heard  []asked
	begins []Event
	// blind are those of heard that a coordinator which loads may have answered, as Kafka's does: all is well.
	blind map[asked]bool
}

// asked is from when a request was sent to when it was answered.
type asked struct{ start, end Event }

// covers tells whether the member was there before one event and after another, without having begun anew between,
// and by when it was told that.
func (g *groupStory) covers(s *stay, from, to Event) (after Event, all bool) {
	before, after := Event(0), forever
	for _, h := range s.heard {
		if h.end < from {
			before = max(before, h.start)
		}
		if h.start > to && !(s.blind[h] && g.reloaded(to, h.end)) {
			after = min(after, h.end)
		}
	}
	began := slices.ContainsFunc(s.begins, func(e Event) bool { return e > before && e < after })
	return after, before > 0 && after < forever && !began
}

// ids are the member ids of the group, in the order in which they were seen first.
func (g *groupStory) ids() []string {
	if g.memberIDs == nil {
		g.findStays()
	}
	return g.memberIDs
}

// stays are how each of them was there.
func (g *groupStory) stays() []stay {
	if g.memberIDs == nil {
		g.findStays()
	}
	return g.memberStays
}

func (g *groupStory) findStays() {
	g.memberIDs = []string{}
	at := map[string]int{}
	of := func(id string) *stay {
		n, ok := at[id]
		if !ok {
			n = len(g.memberIDs)
			at[id] = n
			g.memberIDs, g.memberStays = append(g.memberIDs, id), append(g.memberStays, stay{})
		}
		return &g.memberStays[n]
	}
	for _, op := range g.syncs {
		if op.Answered && op.Err == kafka.None {
			s := of(op.Member)
			s.heard = append(s.heard, asked{op.Start, op.End})
		}
	}
	for _, op := range g.beats {
		if op.Kind == ClassicLeave || op.Kind == ConsumerBeat && op.Epoch <= 0 {
			s := of(op.Member)
			s.begins = append(s.begins, op.Start)
		}
		if !op.Answered || op.Kind == ClassicLeave || op.Epoch < 0 {
			continue
		}
		if op.Err == kafka.None || op.Err == kafka.ErrRebalanceInProgress {
			s := of(op.Member)
			s.heard = append(s.heard, asked{op.Start, op.End})
			if op.Kind == ClassicBeat {
				if s.blind == nil {
					s.blind = map[asked]bool{}
				}
				s.blind[asked{op.Start, op.End}] = true
			}
		}
	}
}

// checkOldGeneration refuses commits of a generation after which another one was given out: then the coordinator has
// written that, and nothing but a loss takes it back. A generation that was told by JoinGroup only is in memory until
// its leader gives out the partitions.
func (j *judge) checkOldGeneration(g *groupStory, op *CommitOp) {
	if op.Consumer || g.consumers || g.removedWhole(op.End) {
		return // members of KIP-848 have an epoch each
	}
	for _, s := range g.syncs {
		if s.Answered && s.Err == kafka.None && s.Generation > op.Epoch && s.End < op.Start && !g.lost(s.Start, op.End) {
			j.flag(GroupFencing, []Event{s.Start, s.End, op.Start, op.End}, "group %s: client %d committed %q in generation %d, after generation %d was given its partitions",
				g.name, op.Client, op.Metadata, op.Epoch, s.Generation)
			return
		}
	}
	for _, n := range g.joins {
		if n.Answered && n.Err == kafka.None && n.Generation > op.Epoch && n.End < op.Start && !g.reloaded(n.Start, op.End) {
			j.flag(GroupFencing, []Event{n.Start, n.End, op.Start, op.End}, "group %s: client %d committed %q in generation %d, after generation %d had begun",
				g.name, op.Client, op.Metadata, op.Epoch, n.Generation)
			return
		}
	}
}

// checkEvicted refuses commits under a member id that had been told to be none any more, unless it joined again
// (KIP-848), or the coordinator was made anew and had not written that down.
func (j *judge) checkEvicted(g *groupStory, op *CommitOp) {
	for _, told := range g.evictions(op.Member) {
		if told.end < op.Start && !g.reloaded(told.start, op.End) && !g.rejoined(op.Member, told.start, op.End) {
			j.flag(GroupFencing, []Event{told.start, told.end, op.Start, op.End}, "group %s: client %d committed %q as member %s, which had been told that it is none",
				g.name, op.Client, op.Metadata, op.Member)
			return
		}
	}
}

// evictions are when a member id was told that it is not known.
func (g *groupStory) evictions(member string) []asked {
	var all []asked
	for _, op := range g.beats {
		if op.Member == member && op.Answered && op.Err == kafka.ErrUnknownMemberID && op.Kind != ClassicLeave && op.Epoch > 0 {
			all = append(all, asked{op.Start, op.End})
		}
		if op.Member == member && op.Answered && op.Err == kafka.None && (op.Kind == ClassicLeave || op.Epoch < 0) {
			all = append(all, asked{op.Start, op.End}) // it has left
		}
	}
	for _, op := range g.syncs {
		if op.Member == member && op.Answered && op.Err == kafka.ErrUnknownMemberID {
			all = append(all, asked{op.Start, op.End})
		}
	}
	return all
}

// rejoined tells whether a member id may have joined between two events.
func (g *groupStory) rejoined(member string, after, before Event) bool {
	return slices.ContainsFunc(g.beats, func(op *BeatOp) bool {
		return op.Kind == ConsumerBeat && op.Member == member && op.Epoch == 0 && op.Start < before && (op.End == 0 || op.End > after)
	}) || slices.ContainsFunc(g.joins, func(op *JoinOp) bool {
		return op.Member == member && op.Start < before && (op.End == 0 || op.End > after)
	})
}
