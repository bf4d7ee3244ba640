package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkMixedOwners holds members of the two protocols in one group against one another (KIP-848): there the
// coordinator assigns, and a member of the classic protocol has what it is given until it joins anew, leaves, or
// hears that it is none any more. Such a member knows topics by name, so that those that came twice say nothing.
func (j *judge) checkMixedOwners(g *groupStory) {
	if !g.consumers || !g.classics {
		return
	}
	classics, consumers := g.classicHolds(), g.holds()
	for i := range classics {
		first := &classics[i]
		if j.cameTwice(first.place.Topic) {
			continue
		}
		for k := range classics {
			j.checkClassicHold(g, first, &classics[k])
		}
		for k := range consumers {
			j.checkClassicHold(g, first, &consumers[k])
			j.checkTakenByClassic(g, &consumers[k], first)
		}
	}
}

// cameTwice tells whether there may have been two topics of a name.
func (j *judge) cameTwice(name string) bool {
	made := 0
	for i := range j.h.Admin {
		if op := &j.h.Admin[i]; op.Kind == CreateTopic && op.Topic == name && (!op.Answered || op.Err == kafka.None) {
			made++
		}
	}
	return made > 1
}

// overlaps tells whether another member was given a partition, by its topic's name, while this one had it.
func (h *hold) overlaps(o *hold) bool {
	return h.member != o.member && h.place.Topic == o.place.Topic && h.place.Partition == o.place.Partition &&
		o.given.start > h.given.end && o.given.end < h.until
}

// checkClassicHold demands that a partition of a classic member is given to nobody else while that one is a member.
// It is if it stays by a heartbeat or commits there, and no coordinator was being loaded, which answers heartbeats
// without a look, as Kafka's does.
func (j *judge) checkClassicHold(g *groupStory, first, second *hold) {
	if !first.overlaps(second) || g.lost(first.given.start, forever) {
		return
	}
	stays := func(op asked) bool {
		return op.start > second.given.end && op.end < first.until && !g.reloaded(first.given.start, op.end)
	}
	for _, op := range g.beats {
		if op.Kind == ClassicBeat && op.Member == first.member && op.Answered && op.Err == kafka.None && stays(asked{op.Start, op.End}) {
			j.flag(GroupOwner, []Event{first.given.start, first.given.end, second.given.start, second.given.end, op.Start, op.End},
				"group %s: %s-%d was given to %s while %s had it, and was a member still",
				g.name, first.place.Topic, first.place.Partition, second.member, first.member)
			return
		}
	}
	for _, op := range g.commits {
		if op.acked() && op.Member == first.member && !op.Consumer && op.Topic == first.place.Topic && op.Partition == first.place.Partition &&
			op.Start > second.given.end && op.End < first.until {
			j.flag(GroupFencing, []Event{first.given.start, first.given.end, second.given.start, second.given.end, op.Start, op.End},
				"group %s: %s committed %q in %s-%d, which %s had been given since", g.name, first.member, op.Metadata, op.Topic, op.Partition, second.member)
			return
		}
	}
}

// checkTakenByClassic demands that a classic member is given nothing that a member of KIP-848 still has.
func (j *judge) checkTakenByClassic(g *groupStory, first, second *hold) {
	if first.overlaps(second) && first.heard.start > second.given.end && !g.lost(first.given.start, forever) {
		j.flag(GroupOwner, []Event{first.given.start, first.given.end, second.given.start, second.given.end, first.heard.start, first.heard.end},
			"group %s: %s-%d was given to %s while %s had it, and was a member still",
			g.name, first.place.Topic, first.place.Partition, second.member, first.member)
	}
}

// classicHolds are the partitions that members of the classic protocol were given.
func (g *groupStory) classicHolds() []hold {
	ends := map[string][]Event{} // by member, in no order
	for _, op := range g.joins {
		ends[op.Member] = append(ends[op.Member], op.Start)
	}
	for _, op := range g.syncs {
		ends[op.Member] = append(ends[op.Member], op.Start)
	}
	for _, op := range g.beats {
		switch {
		case op.Kind == ClassicLeave:
			ends[op.Member] = append(ends[op.Member], op.Start)
		case op.Kind == ClassicBeat && op.Answered && op.Err != kafka.None && op.Err != kafka.ErrRebalanceInProgress:
			ends[op.Member] = append(ends[op.Member], op.End)
		}
	}
	var all []hold
	for _, op := range g.syncs {
		if !op.Answered || op.Err != kafka.None {
			continue
		}
		until := Event(forever)
		for _, e := range ends[op.Member] {
			if e > op.End {
				until = min(until, e)
			}
		}
		for _, p := range op.Got {
			all = append(all, hold{member: op.Member, client: op.Client, place: p, given: asked{op.Start, op.End}, until: until})
		}
	}
	return slices.Clip(all)
}
