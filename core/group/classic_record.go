package group

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// emptyClassicRecord is a group that has just been made.
func emptyClassicRecord(id string, now kafka.Wall) *record.GroupMetadata {
	return &record.GroupMetadata{Group: id, CurrentStateTimestamp: now}
}

// record is the group as it is written down, with what of gives for each member: the member as it will be, and
// its assignment.
func (g *Classic) record(id string, of func(*ClassicMember) (*ClassicMember, []byte)) *record.GroupMetadata {
	rec := &record.GroupMetadata{
		Group: id, ProtocolType: g.protocolType, Generation: int32(g.generation), Protocol: g.protocol,
		CurrentStateTimestamp: g.stateAt,
	}
	if g.leader != "" {
		rec.Leader = textOf(g.leader)
	}
	for m := range g.all {
		m, assignment := of(m)
		rec.Members = append(rec.Members, record.GroupMember{
			MemberID: m.id, GroupInstanceID: m.instance, ClientID: m.clientID, ClientHost: m.clientHost,
			RebalanceTimeout: int32(m.rebalanceTimeout), SessionTimeout: int32(m.sessionTimeout),
			Subscription: m.metadata(*g.protocol), Assignment: assignment,
		})
	}
	return rec
}

// apply takes over what a record says, when it is appended and when the log is loaded. Members that are not in
// it are gone, others are as it says; who waits, and what a member said of protocols that were not chosen, is
// not in records and stays.
func (g *Classic) apply(rec *record.GroupMetadata) {
	g.generation = kafka.GenerationID(rec.Generation)
	g.protocolType, g.protocol = rec.ProtocolType, rec.Protocol
	g.stateAt = rec.CurrentStateTimestamp
	g.applyMembers(rec)
	g.leader = ""
	if rec.Leader != nil {
		g.leader = *rec.Leader
	}
	g.previous = g.state
	if g.state = ClassicStable; len(g.members) == 0 {
		g.state = ClassicEmpty
	}
	g.readSubscriptions()
}

func (g *Classic) applyMembers(rec *record.GroupMetadata) {
	protocol := ""
	if rec.Protocol != nil {
		protocol = *rec.Protocol
	}
	named := make(map[string]bool, len(rec.Members))
	for i := range rec.Members {
		w := &rec.Members[i]
		named[w.MemberID] = true
		m := g.members[w.MemberID]
		if m == nil && w.GroupInstanceID != nil {
			if m = g.members[g.static[*w.GroupInstanceID]]; m != nil {
				g.rename(m, w.MemberID)
			}
		}
		said := []msg.GroupProtocol{{Name: protocol, Metadata: w.Subscription}}
		if m == nil {
			m = &ClassicMember{id: w.MemberID, instance: w.GroupInstanceID, protocols: said}
			g.add(m, rec.ProtocolType)
		} else if !slices.Equal(m.metadata(protocol), w.Subscription) {
			g.setProtocols(m, said)
		}
		m.clientID, m.clientHost = w.ClientID, w.ClientHost
		m.sessionTimeout, m.rebalanceTimeout = kafka.Millis(w.SessionTimeout), kafka.Millis(w.RebalanceTimeout)
		if w.RebalanceTimeout < 0 {
			m.rebalanceTimeout = m.sessionTimeout
		}
		m.assignment = w.Assignment
	}
	for _, m := range g.list() {
		if !named[m.id] {
			g.remove(m.id)
		}
	}
	for i := range rec.Members {
		g.order[i] = rec.Members[i].MemberID
	}
}

// readSubscriptions learns which topics the members of a consumer group read, from what they say of the chosen
// protocol. It is read in its version 0, which all later ones begin with.
func (g *Classic) readSubscriptions() {
	g.subscribed, g.subscribedKnown = nil, false
	switch {
	case g.protocolType != consumerProtocolType:
		return
	case len(g.members) == 0:
		g.subscribedKnown = true
		return
	case g.protocol == nil:
		return
	}
	var topics []string
	for m := range g.all {
		said := m.metadata(*g.protocol)
		if len(said) < 2 {
			return
		}
		var sub kmsg.ConsumerMemberMetadata
		if err := sub.ReadFrom(append([]byte{0, 0}, said[2:]...)); err != nil {
			return
		}
		topics = append(topics, sub.Topics...)
	}
	slices.Sort(topics)
	g.subscribed, g.subscribedKnown = slices.Compact(topics), true
}
