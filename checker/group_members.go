package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkGenerations demands of each generation of the classic protocol that all its members were told the same leader
// and the same protocol, that the leader was told of all of them, that each got what the leader gave it, and no
// partition two of them. Members with a name of their own are replaced within a generation; those groups are held to
// the last two only, by name.
func (j *judge) checkGenerations(g *groupStory) {
	if g.consumers {
		return // the coordinator assigns
	}
	static := slices.ContainsFunc(g.joins, func(op *JoinOp) bool { return op.Instance != "" })
	for i, a := range g.joins {
		if static || !a.Answered || a.Err != kafka.None || a.End > g.spoiled {
			continue
		}
		for _, b := range g.joins[i+1:] {
			if b.Answered && b.Err == kafka.None && b.Generation == a.Generation && !g.reloaded(min(a.Start, b.Start), max(a.End, b.End)) &&
				!g.removedWhole(max(a.End, b.End)) {
				j.checkJoined(g, a, b)
			}
		}
	}
	for i, s := range g.syncs {
		if !s.Answered || s.Err != kafka.None || g.lost(0, s.End) || g.removedWhole(s.End) {
			continue
		}
		j.checkGiven(g, s)
		for _, o := range g.syncs[i+1:] {
			if o.Answered && o.Err == kafka.None && o.Generation == s.Generation && o.Member != s.Member && (s.Instance == "" || o.Instance != s.Instance) &&
				!g.lost(0, o.End) && !g.removedWhole(o.End) {
				j.checkApart(g, s, o)
			}
		}
	}
}

// checkJoined holds two answers of one generation against one another.
func (j *judge) checkJoined(g *groupStory, a, b *JoinOp) {
	events := []Event{a.Start, a.End, b.Start, b.End}
	if a.Leader != b.Leader || a.Protocol != b.Protocol {
		j.flag(GroupGeneration, events, "group %s, generation %d: %s was told that %s leads by %q, %s that %s does by %q",
			g.name, a.Generation, a.Given, a.Leader, a.Protocol, b.Given, b.Leader, b.Protocol)
		return
	}
	for _, of := range [][2]*JoinOp{{a, b}, {b, a}} {
		if leader, member := of[0], of[1]; leader.Given == leader.Leader && len(leader.Members) > 0 && !slices.Contains(leader.Members, member.Given) {
			j.flag(GroupGeneration, events, "group %s, generation %d: %s has joined it, and its leader %s was not told",
				g.name, a.Generation, member.Given, leader.Given)
		}
	}
}

// checkGiven demands that a member got what a leader of its generation gave it.
func (j *judge) checkGiven(g *groupStory, s *SyncOp) {
	found := false
	for _, leader := range g.syncs {
		if leader.Generation != s.Generation || leader.Assigns == nil || leader.Start > s.End {
			continue
		}
		found = true
		at := slices.IndexFunc(leader.Assigns, func(to GivenTo) bool { return to.Member == s.Member })
		if at < 0 && (len(s.Got) == 0 || s.Instance != "") || at >= 0 && slices.Equal(leader.Assigns[at].Partitions, s.Got) {
			return
		}
	}
	switch {
	case found:
		j.flag(GroupOwner, []Event{s.Start, s.End}, "group %s, generation %d: %s was given %v, which no leader gave it", g.name, s.Generation, s.Member, s.Got)
	case len(s.Got) > 0:
		j.flag(GroupOwner, []Event{s.Start, s.End}, "group %s, generation %d: %s was given %v, and no leader has given out anything", g.name, s.Generation, s.Member, s.Got)
	}
}

// checkApart demands that two members of a generation have nothing in common.
func (j *judge) checkApart(g *groupStory, a, b *SyncOp) {
	for _, p := range a.Got {
		if slices.Contains(b.Got, p) {
			j.flag(GroupOwner, []Event{a.Start, a.End, b.Start, b.End}, "group %s, generation %d: %s-%d was given to %s and to %s",
				g.name, a.Generation, p.Topic, p.Partition, a.Member, b.Member)
			return
		}
	}
}

// hold is a partition that a member of KIP-848 was given: from the answer that gave it until it said that it has it
// no more, or was told that it is none any more.
type hold struct {
	member string
	client int32
	place  GroupPartition
	given  asked
	until  Event
	// heard is the last request of the member, made while it held the partition, that was answered without error.
	heard asked
}

// checkOwners demands that a partition which a member holds is given to nobody else, unless the group has gone on
// without that member: then it neither stays by a heartbeat nor commits (KAFKA-19449).
func (j *judge) checkOwners(g *groupStory) {
	j.checkMemberEpochs(g)
	holds := g.holds()
	for i := range holds {
		first := &holds[i]
		for k := range holds {
			second := &holds[k]
			if !second.place.is(first.place) || second.member == first.member || second.given.start <= first.given.end ||
				second.given.end >= first.until || g.lost(first.given.start, forever) {
				continue
			}
			if first.heard.start > second.given.end {
				j.flag(GroupOwner, []Event{first.given.start, first.given.end, second.given.start, second.given.end, first.heard.start, first.heard.end},
					"group %s: %v-%d was given to %s while %s had it, and was a member still",
					g.name, first.place.ID, first.place.Partition, second.member, first.member)
				return
			}
			j.checkZombie(g, first, second)
		}
	}
}

// checkZombie refuses what a member commits in a partition that another one was given since.
func (j *judge) checkZombie(g *groupStory, first, second *hold) {
	for _, op := range g.commits {
		if op.acked() && op.Member == first.member && op.Consumer && op.Partition == first.place.Partition && op.ID == first.place.ID &&
			op.Start > second.given.end && op.Start < first.until {
			j.flag(GroupFencing, []Event{first.given.start, first.given.end, second.given.start, second.given.end, op.Start, op.End},
				"group %s: %s committed %q in %s-%d, which %s had been given since", g.name, first.member, op.Metadata, op.Topic, op.Partition, second.member)
			return
		}
	}
}

// holds follows what each member of KIP-848 has.
func (g *groupStory) holds() []hold {
	var all []hold
	open := map[string][]int{} // by member
	end := func(member string, at Event, keep func(GroupPartition) bool) {
		open[member] = slices.DeleteFunc(open[member], func(n int) bool {
			if keep(all[n].place) {
				return false
			}
			all[n].until = at
			return true
		})
	}
	nothing := func(GroupPartition) bool { return false }
	for _, op := range g.beats {
		if op.Kind != ConsumerBeat {
			continue
		}
		if op.Epoch <= 0 {
			end(op.Member, op.Start, nothing)
		} else if op.Tells {
			end(op.Member, op.Start, func(p GroupPartition) bool { return slices.ContainsFunc(op.Owned, p.is) })
		}
		if !op.Answered || op.Epoch < 0 {
			continue
		}
		if op.Err == kafka.ErrUnknownMemberID || op.Err == kafka.ErrFencedMemberEpoch || op.Err == kafka.ErrFencedInstanceID {
			end(op.Member, op.End, nothing)
			continue
		}
		if op.Err != kafka.None {
			continue
		}
		member := op.Member
		if op.Given != "" {
			member = op.Given
		}
		for _, n := range open[member] {
			all[n].heard = asked{op.Start, op.End}
		}
		for _, p := range op.Got {
			if !slices.ContainsFunc(open[member], func(n int) bool { return p.is(all[n].place) }) {
				open[member] = append(open[member], len(all))
				all = append(all, hold{member: member, client: op.Client, place: p, given: asked{op.Start, op.End}, until: forever})
			}
		}
	}
	return all
}

// is tells whether both name the same partition by the topic's id.
func (p GroupPartition) is(o GroupPartition) bool { return p.ID == o.ID && p.Partition == o.Partition }

// checkMemberEpochs demands that a member's epoch does not go back as long as it does not join anew.
func (j *judge) checkMemberEpochs(g *groupStory) {
	told := map[string]*BeatOp{}
	for _, op := range g.beats {
		if op.Kind != ConsumerBeat || op.End > g.spoiled {
			continue
		}
		if op.Epoch <= 0 {
			delete(told, op.Member)
			continue
		}
		if !op.Answered || op.Err != kafka.None {
			continue
		}
		if before := told[op.Member]; before != nil && op.Told < before.Told && !g.lost(before.Start, op.End) {
			j.flag(GroupGeneration, []Event{before.Start, before.End, op.Start, op.End}, "group %s: member %s was told epoch %d and then %d",
				g.name, op.Member, before.Told, op.Told)
		}
		told[op.Member] = op
	}
}
