package checker

import (
	"cmp"
	"encoding/binary"
	"slices"

	"momus/core/kafka"

	"github.com/anishathalye/porcupine"
)

// The committed offset of one partition of a group as a model: what was committed last is told, until it is removed or
// let go. A commit of which nobody was told what came of it takes its place once, before somebody is told of it, or
// never; nobody can tell whether one was made that nobody was ever told of, so those are left out. A power loss takes
// what was not flushed: then it is what it was at some time before.

// offsetState is a committed offset at some instant.
type offsetState struct {
	// commit counts the commits of the key from 1, 0 is that there is none.
	commit uint32
	// past are what it was before, four bytes each, the latest last: as far as a loss may bring it back.
	past string
	// unsure says that a loss may have brought one of past back.
	unsure bool
}

// offsetInput is an operation on a committed offset.
type offsetInput struct {
	kind   offsetKind
	commit uint32
	end    Event // of what was told
	key    *offsetHistory
}

type offsetKind uint8

const (
	offsetCommitted offsetKind = iota
	offsetRemoved
	offsetTold // commit, or if that is 0 that there is none
	offsetLoss // of power
	offsetMaybeRemoved
)

// offsetHistory is what all operations on one committed offset have in common.
type offsetHistory struct {
	groupKey
	*behaviour
	commits []*CommitOp
	// vanishings are what may have let it go without anybody's wish to remove this offset.
	vanishings []vanishing
	lastLoss   Event // 0 if there is none
	told       int   // how often anybody was told of it
}

// vanishing may have let an offset go from one event on, if its commit began before another.
type vanishing struct{ from, until Event }

func (in *offsetInput) step(s offsetState) (offsetState, bool) {
	switch in.kind {
	case offsetCommitted, offsetRemoved, offsetMaybeRemoved:
		s.put(in.commit, in.key.lastLoss > 0)
		return s, true
	case offsetLoss:
		s.unsure = s.past != "" || s.commit != 0
		return s, true
	}
	switch {
	case !s.unsure && s.commit == in.commit:
		return s, true
	case in.commit == 0 && in.key.mayHaveGone(&s, in.end):
		return s, true // it may as well be there still: a loss takes a deletion back, and another id finds nothing
	case !s.unsure:
		return s, false
	}
	return s.back(in.commit)
}

// put sets the offset.
func (s *offsetState) put(commit uint32, lossy bool) {
	if lossy {
		s.past = string(binary.BigEndian.AppendUint32([]byte(s.past), s.commit))
	}
	s.commit, s.unsure = commit, false
}

// back finds what a loss has made the offset again. That there is none was so at the beginning, at least.
func (s offsetState) back(to uint32) (offsetState, bool) {
	was := s
	for was.unsure = false; was.commit != to; {
		n := len(was.past) - 4
		if n < 0 {
			return s, false
		}
		was.commit = binary.BigEndian.Uint32([]byte(was.past[n:]))
		was.past = was.past[:n]
	}
	return was, true
}

// mayHaveGone tells whether the offset may have been let go before an event.
func (k *offsetHistory) mayHaveGone(s *offsetState, before Event) bool {
	return slices.ContainsFunc(k.vanishings, func(v vanishing) bool {
		return v.from < before && (s.unsure || s.commit != 0 && v.until > k.commits[s.commit-1].Start)
	})
}

func (in *offsetInput) String() string {
	switch in.kind {
	case offsetCommitted:
		return "commit " + in.key.offset(in.commit)
	case offsetRemoved:
		return "remove"
	case offsetMaybeRemoved:
		return "remove, outcome unknown"
	case offsetLoss:
		return "power loss"
	}
	return "told " + in.key.offset(in.commit)
}

// offset names a commit.
func (k *offsetHistory) offset(commit uint32) string {
	if commit == 0 {
		return "none"
	}
	op := k.commits[commit-1]
	return number(op.Offset) + " (" + op.Metadata + ")"
}

func (s offsetState) show(k *offsetHistory) string {
	text := k.offset(s.commit)
	if s.unsure {
		text += ", or one of " + number(int32(len(s.past)/4)) + " before it"
	}
	return text
}

func offsetsModel(k *offsetHistory) porcupine.Model {
	return stepper(offsetState{}, func(s offsetState, in *offsetInput) (offsetState, bool) { return in.step(s) },
		(*offsetInput).String, func(s offsetState) string { return s.show(k) })
}

// checkOffsetModels holds the committed offsets of groups against the model, as far as anybody was told of them.
func (j *judge) checkOffsetModels(stories []*groupStory) {
	before := j.report
	for _, g := range stories {
		for _, k := range j.offsetHistories(g) {
			j.checkBehaviour(k.behaviour)
		}
	}
	r := &j.report
	r.OffsetModelOps, r.OffsetModelSettled = r.ModelOps-before.ModelOps, r.ModelSettled-before.ModelSettled
	r.OffsetModelUndecided = r.ModelUndecided - before.ModelUndecided
}

// offsetHistories are the histories of a group's offsets, up to where its log was damaged. Those are left out of which
// nobody was told anything.
func (j *judge) offsetHistories(g *groupStory) []*offsetHistory {
	by := map[groupKey]*offsetHistory{}
	var all []*offsetHistory
	of := func(key groupKey) *offsetHistory {
		k := by[key]
		if k == nil {
			k = &offsetHistory{groupKey: key}
			k.behaviour = &behaviour{check: OffsetModel, key: g.name + "-" + key.topic + "-" + number(key.partition), model: offsetsModel(k)}
			by[key] = k
			all = append(all, k)
		}
		return k
	}
	for _, op := range g.commits {
		k := of(groupKey{op.Topic, op.Partition})
		k.commits = append(k.commits, op)
	}
	for _, r := range g.fetches {
		of(groupKey{r.Topic, r.Partition})
	}
	slices.SortFunc(all, func(a, b *offsetHistory) int {
		return cmp.Or(cmp.Compare(a.topic, b.topic), cmp.Compare(a.partition, b.partition))
	})
	for _, k := range all {
		j.tellVanishings(g, k)
		firstTold := k.addTold(g)
		k.addCommits(g, firstTold)
		k.addRemovals(g)
	}
	return slices.DeleteFunc(all, func(k *offsetHistory) bool { return k.told == 0 })
}

// tellVanishings finds what may have let an offset go, and the losses.
func (j *judge) tellVanishings(g *groupStory, k *offsetHistory) {
	for _, d := range j.deletions[k.topic] {
		v := vanishing{d.Start, forever}
		if d.Answered {
			v.until = d.End
		}
		k.vanishings = append(k.vanishings, v)
	}
	for _, e := range g.expiries {
		if e.Topic == k.topic && e.Partition == k.partition {
			k.vanishings = append(k.vanishings, vanishing{e.Event, e.Event})
		}
	}
	for _, at := range g.losses {
		if at < g.spoiled {
			k.lastLoss = max(k.lastLoss, at)
			k.add(nobody, at, at, &offsetInput{kind: offsetLoss, key: k})
		}
	}
}

// addTold takes what was told of the offset, and when each commit was told first. That a group isn't there tells that
// it has no offsets.
func (k *offsetHistory) addTold(g *groupStory) (firstTold map[uint32]Event) {
	firstTold = map[uint32]Event{}
	by := map[string]uint32{}
	for i, op := range k.commits {
		by[op.Metadata] = uint32(i + 1)
	}
	tell := func(client int32, start, end Event, commit uint32) {
		if end >= g.spoiled {
			return
		}
		k.told++
		k.add(client, start, end, &offsetInput{kind: offsetTold, commit: commit, end: end, key: k})
	}
	for _, r := range g.fetches {
		if r.Err != kafka.None || r.Topic != k.topic || r.Partition != k.partition {
			continue
		}
		commit := uint32(0)
		if r.Offset >= 0 {
			if commit = by[r.Metadata]; commit == 0 || k.commits[commit-1].failed() {
				continue // nobody committed it, which another check says
			}
			if at, ok := firstTold[commit]; !ok || r.End < at {
				firstTold[commit] = r.End
			}
		}
		tell(r.Client, r.Start, r.End, commit)
	}
	for _, op := range g.commits {
		if op.Answered && op.Err == kafka.ErrGroupIDNotFound {
			tell(op.Client, op.Start, op.End, 0)
		}
	}
	for _, op := range g.removals {
		if op.Answered && op.Err == kafka.ErrGroupIDNotFound {
			tell(op.Client, op.Start, op.End, 0)
		}
	}
	return firstTold
}

// addCommits takes the commits that were acknowledged, and those of which somebody was told.
func (k *offsetHistory) addCommits(g *groupStory, firstTold map[uint32]Event) {
	for i, op := range k.commits {
		in := &offsetInput{kind: offsetCommitted, commit: uint32(i + 1), key: k}
		told, seen := firstTold[in.commit]
		switch {
		case op.Start >= g.spoiled:
		case op.acked():
			k.add(op.Client, op.Start, op.End, in)
		case seen:
			k.settled++
			k.add(op.Client, op.Start, min(told, op.landing()), in)
		}
	}
}

// addRemovals takes what was removed at somebody's wish. One of an unknown outcome may come about as long as anybody
// is told anything.
func (k *offsetHistory) addRemovals(g *groupStory) {
	last := int64(0)
	for i := range k.ops {
		last = max(last, k.ops[i].Return)
	}
	for _, op := range g.removals {
		if op.Topic != "" && (op.Topic != k.topic || op.Partition != k.partition) || op.Start >= g.spoiled || int64(op.Start) > last || !op.mayHaveRemoved() {
			continue
		}
		if op.Answered && op.Err == kafka.None {
			k.add(op.Client, op.Start, op.End, &offsetInput{kind: offsetRemoved, key: k})
			continue
		}
		k.addOpen(op.Client, op.Start, &offsetInput{kind: offsetMaybeRemoved, key: k})
	}
}
