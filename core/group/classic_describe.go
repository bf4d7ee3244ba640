package group

import (
	"strings"

	"momus/core/kafka"
	"momus/core/msg"
)

// The texts are those of Kafka, in which clients look for nothing, but people do.
const (
	groupNotFoundText = "Group %s not found."
	groupNotClassText = "Group %s is not a classic group."
)

// describeGroup tells of a classic group. One that is not there is described as dead, with GROUP_ID_NOT_FOUND,
// which session leaves out of old versions (KIP-1043).
func (s *Shard) describeGroup(now kafka.Now, v View, r *msg.DescribeGroup) {
	a := &msg.DescribedGroup{Op: r.Op, Slot: r.Slot, Group: r.Group}
	group := s.group(r.Group)
	if group == nil || group.Kind == ConsumerKind {
		text := groupNotFoundText
		if group != nil {
			text = groupNotClassText
		}
		a.Err, a.State, a.ErrText = kafka.ErrGroupIDNotFound, deadState, strings.Replace(text, "%s", r.Group, 1)
		s.answer(now, v, a)
		return
	}
	if group.Kind == Simple {
		a.State = ClassicEmpty.String()
		s.answer(now, v, a)
		return
	}
	g := group.Classic
	a.State, a.ProtocolType = g.state.String(), g.protocolType
	stable := g.state == ClassicStable && g.protocol != nil
	if stable {
		a.Protocol = *g.protocol
	}
	for m := range g.all {
		d := msg.DescribedMember{
			Member: m.id, Instance: m.instance, ClientID: m.clientID, ClientHost: m.clientHost, Assignment: m.assignment,
		}
		if stable {
			d.Metadata = m.metadata(*g.protocol)
		}
		a.Members = append(a.Members, d)
	}
	s.answer(now, v, a)
}

// listGroups tells of the shard's groups that pass the filters, whose words may be in any case.
func (s *Shard) listGroups(now kafka.Now, v View, r *msg.ListGroups) {
	a := &msg.ListedGroups{Op: r.Op, Slot: r.Slot}
	states := make([]string, len(r.States))
	for i := range r.States {
		states[i] = strings.TrimSpace(r.States[i]) // those of types may have no blanks
	}
	for _, g := range s.list {
		if l := g.listed(); passes(r.Types, l.Type) && passes(states, l.State) {
			a.Groups = append(a.Groups, l)
		}
	}
	s.answer(now, v, a)
}

// passes tells whether a word is in a filter, in any case.
func passes(filter []string, word string) bool {
	for _, f := range filter {
		if strings.EqualFold(f, word) {
			return true
		}
	}
	return len(filter) == 0
}

// listed is the group as ListGroups tells it.
func (g *Group) listed() msg.ListedGroup {
	if g.Kind == ConsumerKind {
		return msg.ListedGroup{Group: g.ID, ProtocolType: consumerProtocolType, State: g.Consumer.stateText(), Type: "consumer"}
	}
	if g.Kind == Simple {
		return msg.ListedGroup{Group: g.ID, State: ClassicEmpty.String(), Type: "classic"}
	}
	return msg.ListedGroup{Group: g.ID, ProtocolType: g.Classic.protocolType, State: g.Classic.state.String(), Type: "classic"}
}

// deleteGroup removes a group that nobody is in, with all its offsets.
func (s *Shard) deleteGroup(now kafka.Now, v View, r *msg.DeleteGroup) {
	a := &msg.DeletedGroup{Op: r.Op, Slot: r.Slot}
	group := s.group(r.Group)
	switch {
	case group == nil:
		a.Err = kafka.ErrGroupIDNotFound
	case !group.isEmpty():
		a.Err = kafka.ErrNonEmptyGroup
	}
	if a.Err != kafka.None {
		s.answer(now, v, a)
		return
	}
	d := &decision{}
	group.deleteOffsets(d)
	if len(d.records) >= recordsPerBatch {
		// The group itself goes last: what fails halfway can be asked for again.
		if err := s.carrySplit(now, v, d); err != kafka.None {
			s.answerNow(v, r.Refuse(err))
			return
		}
	}
	group.dropGroup(d)
	d.answer(a)
	s.carry(now, v, d)
}
