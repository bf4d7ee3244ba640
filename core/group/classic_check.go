package group

import (
	"fmt"
	"slices"
)

// mustHold panics unless what is said of a classic group agrees with itself.
func (g *Classic) mustHold(id string) {
	fail := func(what string) { panic(fmt.Sprintf("BUG: classic group %q (%s): %s", id, g.state, what)) }
	if len(g.order) != len(g.members) {
		fail("members and their order differ")
	}
	joining, unsynced, static := int32(0), int32(0), 0
	for _, member := range g.order {
		m := g.members[member]
		if m == nil || m.id != member {
			fail("a member is not where it should be")
		}
		if m.joins.live {
			joining++
		}
		if m.unsynced {
			unsynced++
		}
		if m.instance != nil {
			static++
			if g.static[*m.instance] != member {
				fail("an instance is another's")
			}
		}
		if m.joins.live && g.state != ClassicPreparing {
			fail("somebody waits for a generation that has begun")
		}
		if m.syncs.live && g.state != ClassicCompleting {
			fail("somebody waits for an assignment where none is coming")
		}
		if g.state >= ClassicCompleting && (g.protocol == nil || int(g.supporters(*g.protocol)) != len(g.members)) {
			fail("a member doesn't know the protocol")
		}
		if g.isPending(member) {
			fail("a member is still waited for")
		}
	}
	switch {
	case len(g.pending) != len(slices.Compact(slices.Sorted(slices.Values(g.pending)))):
		fail("an id was given out twice")
	case joining != g.joining || unsynced != g.unsynced || static != len(g.static):
		fail("counts are wrong")
	case g.unsynced > 0 && g.state < ClassicCompleting:
		fail("a rebalance waits for assignments")
	case g.state == ClassicEmpty && len(g.members) > 0, g.state >= ClassicCompleting && len(g.members) == 0:
		fail("the state doesn't fit the number of members")
	case len(g.members) > 0 && g.members[g.leader] == nil && g.state != ClassicStable:
		fail("there is no leader") // a log may say so of a stable group
	}
}
