package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// classic is the state of a group of the classic protocol. A group that only has offsets becomes one without a
// record: until somebody is in it there is nothing to write down.
func (g *Group) classic(now kafka.Now) *Classic {
	if g.Kind == Simple {
		g.Kind, g.Classic = ClassicKind, newClassic(now.Wall)
	}
	return g.Classic
}

// becameClassic goes on with a consumer group that was made a classic one, by records that are applied: members
// regain the protocols that were not chosen, and their sessions begin. If rebalance is set they are asked to join
// anew.
func (s *Shard) becameClassic(now kafka.Now, v View, id string, protocols func(member string) []msg.GroupProtocol) classicTurn {
	t := classicTurn{s, now, v, id, s.group(id).Classic}
	for m := range t.g.all {
		t.g.setProtocols(m, protocols(m.id))
		t.keepAlive(m.id, m.sessionTimeout)
	}
	return t
}
