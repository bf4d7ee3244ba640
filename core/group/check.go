package group

import (
	"fmt"

	"momus/core/coord"
)

// CheckTouched panics unless what is cheap to look at holds.
func (g *Groups) CheckTouched() {
	for _, s := range g.shards {
		s.log.Check()
		if s.log.Waiting() != len(s.replies) {
			panic(fmt.Sprintf("BUG: %d answers wait for %d commits", len(s.replies), s.log.Waiting()))
		}
	}
}

// Check panics unless all that the package promises of its state holds.
func (g *Groups) Check() {
	g.CheckTouched()
	for i, s := range g.shards {
		if i > 0 && g.shards[i-1].log.Partition().Partition >= s.log.Partition().Partition {
			panic("BUG: the shards are out of order")
		}
		if s.log.Phase() == coord.Idle {
			panic("BUG: a shard is kept that this node doesn't lead")
		}
		s.check()
	}
}

func (s *Shard) check() {
	if len(s.list) != len(s.groups) {
		panic("BUG: the list of groups and their index differ")
	}
	for i, g := range s.list {
		if g.at != i || s.groups[g.ID] != g {
			panic("BUG: group " + g.ID + " is not where it is looked for")
		}
		if (g.Classic != nil) != (g.Kind == ClassicKind) || (g.Consumer != nil) != (g.Kind == ConsumerKind) {
			panic("BUG: group " + g.ID + " is not of its kind")
		}
		if g.Classic != nil {
			g.Classic.mustHold(g.ID)
		}
		if g.Consumer != nil {
			g.Consumer.mustHold(s.log.Phase() == coord.Active)
		}
		g.checkOffsets()
		for j := range g.pending {
			if _, found := s.producer(g.pending[j].producer); !found {
				panic("BUG: a pending commit of no transaction")
			}
		}
	}
}

func (g *Group) checkOffsets() {
	for i := range g.offsets.topics {
		t := &g.offsets.topics[i]
		if len(t.list) == 0 || i > 0 && g.offsets.topics[i-1].name >= t.name {
			panic("BUG: the topics of group " + g.ID + " are out of order")
		}
		for j := range t.list {
			if j > 0 && t.list[j-1].partition >= t.list[j].partition {
				panic("BUG: the offsets of group " + g.ID + " are out of order")
			}
		}
	}
}
