package clients

import (
	"slices"
	"strconv"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// brokerGroups are the groups of a broker: all that it keeps of them survives its crashes, but for who waits and
// when a session ends.
type brokerGroups struct {
	groups []*brokerGroup
	lastID int
	to     returnAddress // of the request that is being answered
	parked map[int64]bool
	queued map[int64][][]byte
	crash  int // how many there were
}

// returnAddress is where an answer goes.
type returnAddress struct {
	conn        int64
	correlation []byte
	version     int16
	flexible    bool
	crash       int
}

type brokerGroup struct {
	name       string
	generation int32
	state      groupState
	members    []*brokerMember
	leader     string
	protocol   string
	offsets    map[brokerOffset]kmsg.OffsetCommitRequestTopicPartition
	older      map[brokerOffset]kmsg.OffsetCommitRequestTopicPartition
	named      []string // ids that were given out to whom must name itself so
	rebalances int
	commits    int
	next       bool // KIP-848
}

type groupState int

const (
	groupStable groupState = iota
	groupPreparing
	groupCompleting
)

type brokerOffset struct {
	topic     string
	partition int32
}

type brokerMember struct {
	id, instance string
	session      int64
	heard        int
	protocols    []kmsg.JoinGroupRequestProtocol
	join, sync   *returnAddress
	given        []byte
	// Of KIP-848:
	epoch  int32
	topics []string
	all    bool
	target []brokerPlace
	// owned are what the member may have, held what it may still have besides.
	owned, held []brokerPlace
}

type brokerPlace struct {
	id        kafka.TopicID
	partition int32
}

func (b *broker) group(name string) *brokerGroup {
	for _, g := range b.groups.groups {
		if g.name == name {
			return g
		}
	}
	g := &brokerGroup{name: name, offsets: map[brokerOffset]kmsg.OffsetCommitRequestTopicPartition{}}
	g.older = map[brokerOffset]kmsg.OffsetCommitRequestTopicPartition{}
	b.groups.groups = append(b.groups.groups, g)
	return g
}

func (g *brokerGroup) member(id string) *brokerMember {
	for _, m := range g.members {
		if m.id == id {
			return m
		}
	}
	return nil
}

// park leaves the request that is being answered open; what follows it on its connection waits.
func (b *broker) park() *returnAddress {
	to := b.groups.to
	if b.groups.parked == nil {
		b.groups.parked, b.groups.queued = map[int64]bool{}, map[int64][][]byte{}
	}
	b.groups.parked[to.conn] = true
	return &to
}

// answerParked answers a request that was left open.
func (b *broker) answerParked(to *returnAddress, answer kmsg.Response) {
	if to == nil || to.crash != b.groups.crash {
		return
	}
	b.send(*to, answer)
	delete(b.groups.parked, to.conn)
	queued := b.groups.queued[to.conn]
	delete(b.groups.queued, to.conn)
	for _, frame := range queued { // not amid what is being done
		b.world.after(0, func() {
			if to.crash == b.groups.crash {
				b.request(to.conn, frame)
			}
		})
	}
}

// forgetWaiting is what a crash does: who waited is gone, and whoever there is gets a new session.
func (b *broker) forgetWaiting() {
	b.groups.crash++
	b.groups.parked, b.groups.queued = nil, nil
	for _, g := range b.groups.groups {
		for _, m := range g.members {
			m.join, m.sync = nil, nil
			b.hear(g, m)
		}
		if g.state != groupStable {
			b.prepare(g)
		}
	}
}

// hear begins a session anew.
func (b *broker) hear(g *brokerGroup, m *brokerMember) {
	m.heard++
	heard := m.heard
	b.world.after(m.session*millisecond, func() {
		if m.heard != heard || g.member(m.id) != m {
			return
		}
		if m.join != nil || m.sync != nil {
			b.hear(g, m)
			return
		}
		b.evict(g, m)
	})
}

func (b *broker) evict(g *brokerGroup, m *brokerMember) {
	g.members = slices.DeleteFunc(g.members, func(o *brokerMember) bool { return o == m })
	if g.next {
		b.retarget(g)
		return
	}
	b.prepare(g)
}

// prepare waits for all members to join anew, but not for ever.
func (b *broker) prepare(g *brokerGroup) {
	for _, m := range g.members {
		if m.sync != nil {
			a := kmsg.NewPtrSyncGroupResponse()
			a.ErrorCode = int16(kafka.ErrRebalanceInProgress)
			to := m.sync
			m.sync = nil
			b.answerParked(to, a)
		}
	}
	g.state = groupPreparing
	g.rebalances++
	rebalance := g.rebalances
	b.world.after(600*millisecond, func() {
		if g.rebalances == rebalance && g.state == groupPreparing {
			b.complete(g)
		}
	})
	b.world.after(20*millisecond, func() {
		if g.rebalances == rebalance && g.state == groupPreparing {
			b.allJoined(g)
		}
	})
}

func (b *broker) allJoined(g *brokerGroup) {
	if g.state == groupPreparing && !slices.ContainsFunc(g.members, func(m *brokerMember) bool { return m.join == nil }) {
		b.complete(g)
	}
}

// complete begins a generation of those who have joined.
func (b *broker) complete(g *brokerGroup) {
	g.members = slices.DeleteFunc(g.members, func(m *brokerMember) bool { return m.join == nil })
	g.generation++
	g.state = groupStable
	if len(g.members) == 0 {
		return
	}
	g.state = groupCompleting
	if g.member(g.leader) == nil {
		g.leader = g.members[0].id
	}
	g.protocol = g.members[0].protocols[0].Name
	for _, m := range slices.Clone(g.members) {
		a := kmsg.NewPtrJoinGroupResponse()
		a.Generation, a.LeaderID, a.MemberID = g.generation, g.leader, m.id
		a.Protocol, a.ProtocolType = &g.protocol, kmsg.StringPtr("consumer")
		if m.given = nil; m.id == g.leader {
			for i, o := range g.members {
				if b.fault == leavingOut && i == len(g.members)-1 && i > 0 {
					continue
				}
				one := kmsg.NewJoinGroupResponseMember()
				one.MemberID = o.id
				for _, p := range o.protocols {
					if p.Name == g.protocol {
						one.ProtocolMetadata = p.Metadata
					}
				}
				a.Members = append(a.Members, one)
			}
		}
		to := m.join
		m.join = nil
		b.hear(g, m)
		b.answerParked(to, a)
	}
}

func (b *broker) joinGroup(r *kmsg.JoinGroupRequest) kmsg.Response {
	g := b.group(r.Group)
	refuse := func(err kafka.ErrorCode, id string) kmsg.Response {
		a := kmsg.NewPtrJoinGroupResponse()
		a.ErrorCode, a.MemberID, a.Generation, a.Protocol = int16(err), id, -1, kmsg.StringPtr("")
		return a
	}
	instance := ""
	if r.InstanceID != nil {
		instance = *r.InstanceID
	}
	m := g.member(r.MemberID)
	switch {
	case m != nil && m.instance != instance:
		return refuse(kafka.ErrFencedInstanceID, r.MemberID)
	case m == nil && r.MemberID != "" && !slices.Contains(g.named, r.MemberID):
		return refuse(kafka.ErrUnknownMemberID, r.MemberID)
	case m == nil && r.MemberID == "":
		b.groups.lastID++
		id := "member" + strconv.Itoa(b.groups.lastID)
		if instance == "" && r.Version >= 4 {
			g.named = append(g.named, id)
			return refuse(kafka.ErrMemberIDRequired, id)
		}
		if at := slices.IndexFunc(g.members, func(o *brokerMember) bool { return instance != "" && o.instance == instance }); at >= 0 {
			old := g.members[at]
			g.members = slices.Delete(g.members, at, at+1)
			if old.join != nil {
				b.answerParked(old.join, refuse(kafka.ErrFencedInstanceID, old.id))
			}
		}
		m = &brokerMember{id: id, instance: instance}
		g.members = append(g.members, m)
	case m == nil: // an id is good for joining once: who was evicted since is not known by it
		g.named = slices.DeleteFunc(g.named, func(id string) bool { return id == r.MemberID })
		m = &brokerMember{id: r.MemberID}
		g.members = append(g.members, m)
	}
	m.session, m.protocols = int64(r.SessionTimeoutMillis), r.Protocols
	m.join = b.park()
	b.hear(g, m)
	if g.state != groupPreparing {
		b.prepare(g)
	} else {
		b.allJoined(g)
	}
	return nil
}

// known checks who asks.
func (g *brokerGroup) known(id string, instance *string, generation int32) (*brokerMember, kafka.ErrorCode) {
	m := g.member(id)
	switch {
	case m == nil && instance != nil && slices.ContainsFunc(g.members, func(o *brokerMember) bool { return o.instance == *instance }):
		return nil, kafka.ErrFencedInstanceID
	case m == nil:
		return nil, kafka.ErrUnknownMemberID
	case g.next && generation != m.epoch:
		return nil, kafka.ErrStaleMemberEpoch
	case !g.next && generation != g.generation:
		return nil, kafka.ErrIllegalGeneration
	}
	return m, kafka.None
}

func (b *broker) syncGroup(r *kmsg.SyncGroupRequest) kmsg.Response {
	g := b.group(r.Group)
	m, err := g.known(r.MemberID, r.InstanceID, r.Generation)
	if err == kafka.None && g.state == groupPreparing {
		err = kafka.ErrRebalanceInProgress
	}
	if err != kafka.None {
		a := kmsg.NewPtrSyncGroupResponse()
		a.ErrorCode = int16(err)
		return a
	}
	b.hear(g, m)
	if g.state == groupStable {
		return given(m)
	}
	m.sync = b.park()
	if m.id != g.leader {
		return nil
	}
	for _, to := range r.GroupAssignment {
		if o := g.member(to.MemberID); o != nil {
			o.given = to.MemberAssignment
		}
	}
	if b.fault == mixingUp {
		for i, o := range g.members {
			o.given = g.members[(i+1)%len(g.members)].given
		}
	}
	g.state = groupStable
	for _, o := range slices.Clone(g.members) {
		if o.sync != nil {
			to := o.sync
			o.sync = nil
			b.answerParked(to, given(o))
		}
	}
	return nil
}

func given(m *brokerMember) kmsg.Response {
	a := kmsg.NewPtrSyncGroupResponse()
	a.MemberAssignment = m.given
	return a
}

func (b *broker) heartbeat(r *kmsg.HeartbeatRequest) kmsg.Response {
	g := b.group(r.Group)
	m, err := g.known(r.MemberID, r.InstanceID, r.Generation)
	if err == kafka.None {
		b.hear(g, m)
		if g.state == groupPreparing {
			err = kafka.ErrRebalanceInProgress
		}
	}
	a := kmsg.NewPtrHeartbeatResponse()
	a.ErrorCode = int16(err)
	return a
}

func (b *broker) leaveGroup(r *kmsg.LeaveGroupRequest) kmsg.Response {
	g := b.group(r.Group)
	id := r.MemberID
	a := kmsg.NewPtrLeaveGroupResponse()
	if len(r.Members) == 1 {
		id = r.Members[0].MemberID
		one := kmsg.NewLeaveGroupResponseMember()
		one.MemberID = id
		a.Members = append(a.Members, one)
	}
	if m := g.member(id); m != nil {
		b.evict(g, m)
	} else if r.Version < 3 {
		a.ErrorCode = int16(kafka.ErrUnknownMemberID)
	} else {
		a.Members[0].ErrorCode = int16(kafka.ErrUnknownMemberID)
	}
	return a
}
