package group

// Kind says by which protocol the members of a group speak.
type Kind uint8

// The kinds.
const (
	// Simple: nobody was ever a member. It has committed offsets, and in answers it is a classic group without
	// a protocol.
	Simple Kind = iota
	// ClassicKind: JoinGroup and SyncGroup.
	ClassicKind
	// ConsumerKind: ConsumerGroupHeartbeat (KIP-848).
	ConsumerKind
)

// Group is one group. Of Classic and Consumer the one that its Kind says is there.
//
//canon:gen
type Group struct {
	ID       string
	Kind     Kind
	Classic  *Classic
	Consumer *Consumer
	offsets  offsets
	// pending are the commits of transactions that are under way, in the order of the log.
	pending []pendingOffset
	// at is the group's place in the shard's list.
	at int
}

// group finds a group, or nil.
func (s *Shard) group(id string) *Group { return s.groups[id] }

// groupOrNew finds a group, or makes a simple one. Only apply may.
func (s *Shard) groupOrNew(id string) *Group {
	g := s.groups[id]
	if g == nil {
		g = &Group{ID: id, at: len(s.list)}
		s.groups[id] = g
		s.list = append(s.list, g)
	}
	return g
}

// removeGroup forgets a group. Only apply may.
func (s *Shard) removeGroup(g *Group) {
	last := len(s.list) - 1
	s.list[g.at] = s.list[last]
	s.list[g.at].at = g.at
	s.list[last] = nil
	s.list = s.list[:last]
	delete(s.groups, g.ID)
}
