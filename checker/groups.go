package checker

import (
	"maps"
	"slices"

	"momus/core/kafka"
)

// GroupReport counts what was judged of consumer groups.
type GroupReport struct {
	// OffsetsCommitted were acknowledged, by partition; CommitsRefused those that were refused for a group that had
	// gone on. OffsetsTold are answers that held an offset.
	OffsetsCommitted, CommitsRefused, OffsetsTold int
	// Joined are generations and member epochs that members were told, Assigned assignments; Generations are those of
	// groups of the classic protocol that were given their partitions, each once.
	Joined, Assigned, Generations int
	Evicted                       int // members that were told that they are none any more
	OffsetsRemoved                int
	OffsetsExpired                int
	Settled                       int
	Unserved                      int
	// CommitsCaught met a coordinator that was none any more: nobody knows whether they were made.
	CommitsCaught int
	// OffsetModelOps are the operations on committed offsets that were held against their model, of which
	// OffsetModelSettled commits had an outcome that was told later only; OffsetModelUndecided are offsets whose history no
	// model can judge.
	OffsetModelOps, OffsetModelSettled, OffsetModelUndecided int
}

func (r *GroupReport) add(o *GroupReport) {
	r.OffsetsCommitted += o.OffsetsCommitted
	r.CommitsRefused += o.CommitsRefused
	r.OffsetsTold += o.OffsetsTold
	r.CommitsCaught += o.CommitsCaught
	r.Joined += o.Joined
	r.Generations += o.Generations
	r.Assigned += o.Assigned
	r.Evicted += o.Evicted
	r.OffsetsRemoved += o.OffsetsRemoved
	r.OffsetsExpired += o.OffsetsExpired
	r.Settled += o.Settled
	r.Unserved += o.Unserved
	r.OffsetModelOps += o.OffsetModelOps
	r.OffsetModelSettled += o.OffsetModelSettled
	r.OffsetModelUndecided += o.OffsetModelUndecided
}

// groupStory is the history of one group.
type groupStory struct {
	name     string
	log      kafka.TopicPartition // of its coordinator
	joins    []*JoinOp
	syncs    []*SyncOp
	beats    []*BeatOp
	commits  []*CommitOp
	fetches  []*OffsetFetchOp
	removals []*OffsetRemovalOp
	expiries []*OffsetExpiry
	// losses are events that may have taken a suffix of what the coordinator had written; from spoiled on its log is
	// damaged, and nothing is judged any more.
	losses  []Event
	spoiled Event
	// terms are when a coordinator was made anew from its log: what was only in memory is gone.
	terms []Event
	// consumers says that somebody spoke the protocol of KIP-848, classics that somebody spoke the older one.
	consumers, classics bool
	// memberIDs are the member ids that were seen, memberStays how each of them was there; see ids and stays.
	memberIDs   []string
	memberStays []stay
}

// checkGroups judges what was seen of consumer groups.
func (j *judge) checkGroups() {
	stories := j.groupStories()
	r := &j.report.GroupReport
	r.Settled, r.Unserved, r.OffsetsExpired = j.h.SettledGroups, len(j.h.Unserved), len(j.h.OffsetExpiries)
	for _, g := range stories {
		g.count(r)
		j.checkCommitted(g)
		j.checkCommits(g)
		j.checkGenerations(g)
		j.checkLimits(g)
		j.checkOwners(g)
		j.checkMixedOwners(g)
		j.checkOffsetExpiries(g)
		j.checkRemovals(g)
		j.checkOffsetsOfTopics(g)
	}
	j.checkOffsetModels(stories)
	for i := range j.h.Unserved {
		u := &j.h.Unserved[i]
		g := groupStory{name: u.Group, spoiled: forever}
		j.findTerms(&g)
		// Whether there was reason to refuse the log is another check's business.
		refused := slices.ContainsFunc(j.h.Damaged, func(d Damaged) bool {
			return d.Topic == j.h.OffsetsTopic.Name && d.Partition == g.log.Partition
		})
		if !refused && g.spoiled > u.Event {
			j.flag(Unavailable, []Event{u.Event}, "group %s has no coordinator at the end: client %d is answered %v", u.Group, u.Client, u.Err)
		}
	}
}

// groupStories sorts the history by group, in the order of names.
func (j *judge) groupStories() []*groupStory {
	h := j.h
	by := map[string]*groupStory{}
	of := func(name string) *groupStory {
		if by[name] == nil {
			by[name] = &groupStory{name: name, spoiled: forever}
		}
		return by[name]
	}
	for i := range h.Joins {
		g := of(h.Joins[i].Group)
		g.joins, g.classics = append(g.joins, &h.Joins[i]), true
	}
	for i := range h.Syncs {
		g := of(h.Syncs[i].Group)
		g.syncs = append(g.syncs, &h.Syncs[i])
	}
	for i := range h.Beats {
		g := of(h.Beats[i].Group)
		g.beats, g.consumers = append(g.beats, &h.Beats[i]), g.consumers || h.Beats[i].Kind == ConsumerBeat
	}
	for i := range h.Commits {
		g := of(h.Commits[i].Group)
		g.commits = append(g.commits, &h.Commits[i])
	}
	for i := range h.OffsetFetches {
		g := of(h.OffsetFetches[i].Group)
		g.fetches = append(g.fetches, &h.OffsetFetches[i])
	}
	for i := range h.OffsetRemoval {
		g := of(h.OffsetRemoval[i].Group)
		g.removals = append(g.removals, &h.OffsetRemoval[i])
	}
	for i := range h.OffsetExpiries {
		g := of(h.OffsetExpiries[i].Group)
		g.expiries = append(g.expiries, &h.OffsetExpiries[i])
	}
	var all []*groupStory
	for _, name := range slices.Sorted(maps.Keys(by)) {
		j.findTerms(by[name])
		all = append(all, by[name])
	}
	return all
}

// findTerms notes what became of the log of a group's coordinator. As long as nobody knows which one that is, it
// may be any.
func (j *judge) findTerms(g *groupStory) {
	h := j.h
	known := !h.OffsetsTopic.ID.IsZero()
	if known {
		g.log = kafka.TopicPartition{Topic: h.OffsetsTopic.ID, Partition: kafka.GroupPartition(g.name, h.OffsetsTopic.Partitions)}
	}
	is := func(log kafka.TopicPartition) bool { return !known || log == g.log }
	for i := range h.Crashes {
		c := &h.Crashes[i]
		g.terms = append(g.terms, c.Event)
		doubted := slices.ContainsFunc(c.Flushed, func(f FlushedEnd) bool { return f.Doubted && is(f.Log) })
		if c.Power && (h.OffsetsFlush != 1 || doubted) {
			g.losses = append(g.losses, c.Event)
		}
	}
	for i := range h.Terms {
		if is(h.Terms[i].Log) {
			g.terms = append(g.terms, h.Terms[i].Event)
		}
	}
	for i := range h.Damages {
		if is(h.Damages[i].Log) {
			g.spoiled = min(g.spoiled, h.Damages[i].Event)
		}
	}
	for i := range h.DirLosses {
		if slices.ContainsFunc(h.DirLosses[i].Lost, is) {
			g.spoiled = min(g.spoiled, h.DirLosses[i].Event)
		}
	}
	slices.Sort(g.terms)
}

// lost tells whether something may have taken what was written after an event, before another one.
func (g *groupStory) lost(after, before Event) bool {
	return g.spoiled < before || slices.ContainsFunc(g.losses, func(e Event) bool { return e > after && e < before })
}

// reloaded tells whether the coordinator was made anew between two events, so that what was in memory only is gone.
func (g *groupStory) reloaded(after, before Event) bool {
	return g.spoiled < before || slices.ContainsFunc(g.terms, func(e Event) bool { return e > after && e < before })
}

// removedWhole tells whether the group itself may have been removed before an event, so that its generations began anew.
func (g *groupStory) removedWhole(before Event) bool {
	return slices.ContainsFunc(g.removals, func(op *OffsetRemovalOp) bool {
		return op.Topic == "" && op.Start < before && op.mayHaveRemoved()
	}) || slices.ContainsFunc(g.expiries, func(e *OffsetExpiry) bool { return e.Topic == "" && e.Event < before })
}

func (g *groupStory) count(r *GroupReport) {
	for _, op := range g.commits {
		switch {
		case op.acked():
			r.OffsetsCommitted++
		case op.fenced():
			r.CommitsRefused++
		case op.Answered && op.Err == kafka.ErrNotCoordinator:
			r.CommitsCaught++
		}
	}
	for _, op := range g.fetches {
		if op.Err == kafka.None && op.Offset >= 0 {
			r.OffsetsTold++
		}
	}
	for _, op := range g.joins {
		if op.Answered && op.Err == kafka.None {
			r.Joined++
		}
	}
	generations := map[int32]bool{}
	for _, op := range g.syncs {
		if op.Answered && op.Err == kafka.None {
			r.Assigned++
			generations[op.Generation] = true
		}
	}
	r.Generations += len(generations)
	told := map[string]int32{}
	for _, op := range g.beats {
		switch {
		case !op.Answered:
		case op.Err == kafka.ErrUnknownMemberID, op.Err == kafka.ErrFencedMemberEpoch, op.Err == kafka.ErrIllegalGeneration:
			r.Evicted++
		case op.Err == kafka.None && op.Kind == ConsumerBeat && op.Told > 0:
			if told[op.Member] != op.Told {
				r.Joined++
				told[op.Member] = op.Told
			}
			if op.Assigns {
				r.Assigned++
			}
		}
	}
	for _, op := range g.removals {
		if op.Answered && op.Err == kafka.None {
			r.OffsetsRemoved++
		}
	}
}

// fenced tells whether a commit was refused since the group had gone on, or belongs to others.
func (op *CommitOp) fenced() bool {
	if !op.Answered {
		return false
	}
	switch op.Err {
	case kafka.ErrUnknownMemberID, kafka.ErrIllegalGeneration, kafka.ErrFencedInstanceID, kafka.ErrFencedMemberEpoch, kafka.ErrStaleMemberEpoch:
		return true
	}
	return false
}

// failed tells whether a commit definitely was not made.
func (op *CommitOp) failed() bool {
	if op.fenced() {
		return true
	}
	if !op.Answered {
		return false
	}
	switch op.Err {
	case kafka.ErrRebalanceInProgress, kafka.ErrCoordinatorLoadInProgress, kafka.ErrOffsetMetadataTooLarge, kafka.ErrInvalidGroupID,
		kafka.ErrGroupIDNotFound, kafka.ErrUnknownTopicOrPartition, kafka.ErrUnknownTopicID:
		return true
	}
	return false
}

// landing is when a commit can no longer reach its coordinator: one that nobody answered may be under way for ever.
func (op *CommitOp) landing() Event {
	if !op.Answered {
		return forever
	}
	return op.End
}

// groupKey is one partition of a group's offsets.
type groupKey struct {
	topic     string
	partition kafka.PartitionID
}
