package group

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
)

// count counts a member among those that know its protocols, or takes it out of them.
func (g *Classic) count(m *ClassicMember, by int32) {
	for i := range m.protocols {
		name := m.protocols[i].Name
		if slices.ContainsFunc(m.protocols[:i], func(p msg.GroupProtocol) bool { return p.Name == name }) {
			continue // named twice
		}
		at := slices.IndexFunc(g.supported, func(p protocolCount) bool { return p.name == name })
		if at < 0 {
			g.supported = append(g.supported, protocolCount{name: name})
			at = len(g.supported) - 1
		}
		if g.supported[at].count += by; g.supported[at].count == 0 {
			g.supported = slices.Delete(g.supported, at, at+1)
		}
	}
}

// setProtocols replaces what a member says of itself.
func (g *Classic) setProtocols(m *ClassicMember, protocols []msg.GroupProtocol) {
	g.count(m, -1)
	m.protocols = protocols
	g.count(m, 1)
}

// admits tells whether somebody with these protocols can be a member: there must be one that all others know.
func (g *Classic) admits(protocolType string, protocols []msg.GroupProtocol) bool {
	if g.state == ClassicEmpty {
		return protocolType != "" && len(protocols) > 0
	}
	if g.protocolType != protocolType {
		return false
	}
	for i := range protocols {
		if int(g.supporters(protocols[i].Name)) == len(g.members) {
			return true
		}
	}
	return false
}

func (g *Classic) supporters(name string) int32 {
	for i := range g.supported {
		if g.supported[i].name == name {
			return g.supported[i].count
		}
	}
	return 0
}

// selectProtocol lets each member vote for the first of its protocols that all know. Of those with most votes
// it is the one that comes first in Java's hash table, as in Kafka; of two that lie together there the one that was
// voted for first, where Kafka has it depend on the members' ids.
func selectProtocol(members []*ClassicMember) string {
	counts := Classic{}
	for _, m := range members {
		counts.count(m, 1)
	}
	var votes []protocolCount
	for _, m := range members {
		name := ""
		for i := range m.protocols {
			if int(counts.supporters(m.protocols[i].Name)) == len(members) {
				name = m.protocols[i].Name
				break
			}
		}
		at := slices.IndexFunc(votes, func(p protocolCount) bool { return p.name == name })
		if at < 0 {
			votes = append(votes, protocolCount{name: name})
			at = len(votes) - 1
		}
		votes[at].count++
	}
	best := votes[0]
	for _, v := range votes[1:] {
		if v.count > best.count || v.count == best.count && kafka.HashBucket(v.name, len(votes)) < kafka.HashBucket(best.name, len(votes)) {
			best = v
		}
	}
	return best.name
}
