package group

import (
	"bytes"
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// ClassicState is where a classic group is in its rebalance.
type ClassicState uint8

// The states of a classic group, in Kafka's words. A dead group is one that is not there.
const (
	ClassicEmpty ClassicState = iota
	// ClassicPreparing waits for members to join.
	ClassicPreparing
	// ClassicCompleting waits for the leader to assign.
	ClassicCompleting
	ClassicStable
)

var classicStates = [...]string{"Empty", "PreparingRebalance", "CompletingRebalance", "Stable"}

// deadState is what a group that is not there is described as.
const deadState = "Dead"

func (s ClassicState) String() string { return classicStates[s] }

// consumerProtocolType is the protocol type of consumers, whose metadata can be read: their subscriptions.
const consumerProtocolType = "consumer"

// Classic is a group of the classic protocol. Its generation, protocol, leader, members and their assignments
// are in the log once the leader has assigned; what happens between two of those records, who waits for what
// and all times are not, and are gone when the partition's leadership is.
//
//canon:gen
type Classic struct {
	state    ClassicState
	previous ClassicState
	// stateAt is since when the group is in its state, record.NoTimestamp if nobody knows.
	stateAt    kafka.Wall
	generation kafka.GenerationID
	// protocolType is empty for a group that never had members.
	protocolType string
	protocol     *string
	// leader is empty if there is none.
	leader string
	// subscribed are the topics of a consumer group's members, sorted; known says that all could be read.
	subscribed      []string
	subscribedKnown bool

	members map[string]*ClassicMember
	// order are the members' ids in the order in which they came.
	order []string
	// static maps an instance to its member.
	static map[string]string
	// pending are the ids that were given to clients which have not come back with them (KIP-394), in that order: at
	// most so many as Limits.PendingMembers says.
	pending []string
	// joining counts the members that wait for the generation, unsynced those that have not asked for their
	// assignment since it began.
	joining, unsynced int32
	// supported counts the members that can follow each protocol.
	supported []protocolCount

	// grown: a member came while the first rebalance was waiting for more; waited and remaining are how long
	// it has waited since the last look, and how much longer it may.
	grown             bool
	waited, remaining kafka.Millis
}

// protocolCount is how many members support a protocol.
type protocolCount struct {
	name  string
	count int32
}

// ClassicMember is one member of a classic group.
//
//canon:gen
type ClassicMember struct {
	id                   string
	instance             *string
	clientID, clientHost string
	rebalanceTimeout     kafka.Millis
	sessionTimeout       kafka.Millis
	protocols            []msg.GroupProtocol
	assignment           []byte
	// isNew: it joined in this rebalance, and may be given up even while it waits.
	isNew bool
	// unsynced: it has not asked for its assignment since the generation began.
	unsynced bool
	// joins and syncs are the requests that wait.
	joins, syncs waiting
}

// waiting is a request that waits, if live.
type waiting struct {
	op   msg.Op
	live bool
}

func newClassic(now kafka.Wall) *Classic {
	return &Classic{
		stateAt: now, members: map[string]*ClassicMember{}, static: map[string]string{},
	}
}

// enter changes the state. That a state is entered from where it cannot be is our fault.
func (g *Classic) enter(state ClassicState, now kafka.Wall) {
	ok := false
	switch state {
	case ClassicEmpty, ClassicCompleting:
		ok = g.state == ClassicPreparing
	case ClassicPreparing:
		ok = g.state != ClassicPreparing
	case ClassicStable:
		ok = g.state == ClassicCompleting
	}
	if !ok {
		panic(fmt.Sprintf("BUG: a classic group goes from %s to %s", g.state, state))
	}
	g.previous, g.state, g.stateAt = g.state, state, now
}

// add makes a member; the first one leads, and settles the protocol type.
func (g *Classic) add(m *ClassicMember, protocolType string) {
	if g.members[m.id] != nil {
		panic("BUG: a member joins that is there")
	}
	if m.instance != nil {
		if _, there := g.static[*m.instance]; there {
			panic("BUG: a static member joins whose instance is there")
		}
		g.static[*m.instance] = m.id
	}
	if len(g.members) == 0 {
		g.protocolType = protocolType
	}
	if g.leader == "" {
		g.leader = m.id
	}
	g.members[m.id] = m
	g.order = append(g.order, m.id)
	g.count(m, 1)
	if m.joins.live {
		g.joining++
	}
	if m.unsynced {
		g.unsynced++
	}
	g.forgetPending(m.id)
}

// isPending tells whether a client has the id that has not come back with it.
func (g *Classic) isPending(id string) bool { return slices.Contains(g.pending, id) }

func (g *Classic) forgetPending(id string) {
	if at := slices.Index(g.pending, id); at >= 0 {
		g.pending = slices.Delete(g.pending, at, at+1)
	}
}

// remove takes a member out, or somebody who was given an id. Whoever waits must have been answered. The next
// leader is who came first.
func (g *Classic) remove(id string) {
	g.forgetPending(id)
	m := g.members[id]
	if m == nil {
		return
	}
	if m.joins.live || m.syncs.live {
		panic("BUG: a member is removed that waits for an answer")
	}
	delete(g.members, id)
	g.order = slices.Delete(g.order, slices.Index(g.order, id), slices.Index(g.order, id)+1)
	g.count(m, -1)
	if m.unsynced {
		g.unsynced--
	}
	if m.instance != nil {
		delete(g.static, *m.instance)
	}
	if g.leader == id {
		g.leader = ""
		if len(g.order) > 0 {
			g.leader = g.order[0]
		}
	}
}

// rename gives a static member, which came without its id, the new one (KIP-345).
func (g *Classic) rename(m *ClassicMember, id string) {
	delete(g.members, m.id)
	g.members[id] = m
	g.order[slices.Index(g.order, m.id)] = id
	g.static[*m.instance] = id
	if g.leader == m.id {
		g.leader = id
	}
	m.id = id
}

// all walks the members in the order in which they came.
func (g *Classic) all(yield func(*ClassicMember) bool) {
	for _, id := range g.order {
		if !yield(g.members[id]) {
			return
		}
	}
}

// list are the members in their order.
func (g *Classic) list() []*ClassicMember {
	members := make([]*ClassicMember, 0, len(g.order))
	for m := range g.all {
		members = append(members, m)
	}
	return members
}

// metadata is what the member says of itself for a protocol that it supports.
func (m *ClassicMember) metadata(protocol string) []byte {
	for i := range m.protocols {
		if m.protocols[i].Name == protocol {
			return m.protocols[i].Metadata
		}
	}
	return nil
}

// matches tells whether protocols are those that the member has, in the same order.
func (m *ClassicMember) matches(protocols []msg.GroupProtocol) bool {
	return slices.EqualFunc(m.protocols, protocols, func(a, b msg.GroupProtocol) bool {
		return a.Name == b.Name && bytes.Equal(a.Metadata, b.Metadata)
	})
}

// excused tells whether a member need not be heard from: it waits for us. A new one may have gone, and nobody
// would know.
func (m *ClassicMember) excused() bool { return !m.isNew && (m.joins.live || m.syncs.live) }

// allJoined tells whether the generation waits for nobody.
func (g *Classic) allJoined() bool { return int(g.joining) == len(g.members) && len(g.pending) == 0 }

// rebalanceTimeout is the longest that any member grants.
func (g *Classic) rebalanceTimeout() kafka.Millis {
	longest := kafka.Millis(0)
	for m := range g.all {
		longest = max(longest, m.rebalanceTimeout)
	}
	return longest
}

// check tells whether a member may speak: under an instance, only the one that holds it (KIP-345).
func (g *Classic) check(member string, instance *string) kafka.ErrorCode {
	if instance != nil {
		switch holder, there := g.static[*instance]; {
		case !there:
			return kafka.ErrUnknownMemberID
		case holder != member:
			return kafka.ErrFencedInstanceID
		}
	}
	if g.members[member] == nil {
		return kafka.ErrUnknownMemberID
	}
	return kafka.None
}

// checkCommit tells whether offsets may be committed in the group's name. Without a generation that is so only
// while the group is empty; transactional is a TxnOffsetCommit, which old clients send without one, and which a
// rebalance does not stop.
func (g *Classic) checkCommit(member string, instance *string, generation kafka.GenerationID, transactional bool) kafka.ErrorCode {
	if generation < 0 && g.state == ClassicEmpty {
		return kafka.None
	}
	if generation >= 0 || member != "" || instance != nil {
		if err := g.check(member, instance); err != kafka.None {
			return err
		}
		if generation != g.generation {
			return kafka.ErrIllegalGeneration
		}
	} else if !transactional && g.state != ClassicEmpty {
		return kafka.ErrUnknownMemberID
	}
	if !transactional && g.state == ClassicCompleting {
		return kafka.ErrRebalanceInProgress
	}
	return kafka.None
}

// isEmpty tells whether the group has no members.
func (g *Classic) isEmpty() bool { return g.state == ClassicEmpty }

// usesConsumerProtocol tells whether the members are consumers.
func (g *Classic) usesConsumerProtocol() bool { return g.protocolType == consumerProtocolType }

// subscribedTo tells whether offsets of a topic are in use. Of consumers whose subscriptions cannot be read
// anything is believed.
func (g *Classic) subscribedTo(topic string) bool {
	if !g.subscribedKnown {
		return g.usesConsumerProtocol()
	}
	_, found := slices.BinarySearch(g.subscribed, topic)
	return found
}

// expiresFrom is the time from which the retention of an offset counts that was committed at committed. While
// members may be using it, none does, but for topics that no consumer reads.
func (g *Classic) expiresFrom(committed kafka.Wall) (from kafka.Wall, ok bool) {
	switch {
	case g.protocolType == "":
		return committed, true
	case g.state == ClassicEmpty && g.stateAt != record.NoTimestamp:
		return g.stateAt, true
	case g.state == ClassicEmpty:
		return committed, true
	}
	return committed, g.usesConsumerProtocol() && g.subscribedKnown && g.state == ClassicStable
}
