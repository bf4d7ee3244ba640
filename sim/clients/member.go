package clients

import (
	"slices"
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// member is one process that consumes as a member of a group, by either protocol: it reads what it is given from
// where the group has come to, commits, and gives partitions up when it is told to. It leaves, dies without a word
// and comes back, with a name of its own (group.instance.id) or as somebody new; or it stands still for longer than
// its session and goes on as if nothing had happened. One that died may be heard of once more: a commit of its last
// life that was long under way.
type member struct {
	consumer
	coordinated
	proto    groupProtocol
	instance string
	// births count the processes; id and epoch (or generation) are what the present one is in the group.
	births int
	id     string
	epoch  int32
	life   memberLife
	// fated says that a scenario has something become of it: fate, for so many nanoseconds. turned says that it
	// chose the protocol of the next process.
	fated, turned, turnsConsumer bool
	fate                         Fate
	fateFor                      int64
	lifeAt                       int64 // when the life changes next
	// topicsRead are the topics subscribed to; regex says that a regular expression names all there are instead.
	topicsRead []int
	regex      bool
	// owned are the partitions that the member owns; lacking those of them whose committed offset is not known.
	owned, lacking []ownedPartition
	// asked says that a request of the protocol is under way, fetching that one for committed offsets is,
	// commits how many commits are.
	asked, fetching bool
	commits         int
	commitAt        int64
	commitGap       int64
	lostAll         bool // the group goes on without it: nothing is owned any more
	ghost           identity
	quietAt         checker.Event
	renewAt         int64 // when it asks about its topics again
	farewell        int   // how many attempts at a last commit are left
	started         bool
	leaves          bool
	fetchBegan      checker.Event
	// question is what the open OffsetFetch asks, fetchFor whose offsets.
	question offsetQuestion
	fetchFor []ownedPartition
}

// ownedPartition is a partition of one incarnation of a topic of the plan. The id is zero if the protocol has none.
type ownedPartition struct {
	topic     int
	id        kafka.TopicID
	partition kafka.PartitionID
}

// identity is what a process was in its group, with what it had read.
type identity struct {
	id, instance string
	epoch        int32
	positions    []position
	consumer     bool
}

type memberLife uint8

const (
	memberAlive memberLife = iota
	memberPaused
	memberDead
)

// groupProtocol is how a member stays in its group.
type groupProtocol interface {
	// step sends what is due; it may find that there is no coordinator.
	step(now int64)
	answered(c call, r kmsg.Response)
	lost(c call)
	// stable tells whether the member knows its assignment and owns all of it, and nothing is open.
	stable() bool
	// leave sends the member's goodbye, or does nothing if such a member says none.
	leave(l *link) bool
	// evicted takes the news that the group does not know the member any more.
	evicted()
}

func newMember(s *shared, id int32, g *group) *member {
	m := &member{}
	m.actor.init(s, id, m)
	m.coordinated = coordinated{a: &m.actor, group: g, node: -1}
	key := "plan/client" + strconv.Itoa(int(id))
	m.gap = []int64{50, 100, 10, 200}[s.env.Draw(key+"/gap", 4)] * millisecond
	m.commitGap = []int64{100, 40, 300}[s.env.Draw(key+"/commit", 3)] * millisecond
	m.keepsSessions = s.env.Draw(key+"/sessions", 2) == 1
	switch s.env.Draw(key+"/instance", 6) {
	case 1, 2:
		m.instance = "instance" + strconv.Itoa(int(id))
	case 3:
		m.instance = "instance" // others may have it too
		if g.kind == groupMixed {
			// One of each protocol under the same name replace one another for ever, by Kafka's rule (only between two of
			// the consumer protocol does the second have to wait), and neither is told that it is fenced (seed 2268).
			m.instance += strconv.Itoa(int(id))
		}
	}
	if m.speaks.staticOrNewer(m.instance != ""); g.kind != groupClassic {
		m.speaks.consumerMembers()
		m.speaks.metadata = max(m.speaks.metadata, metadataByID)
	}
	// A connection of its own for the coordinator, unless connections are scarce.
	if s.plan.ConnsPerClient != 1 && s.plan.ConnsMax == 0 && s.env.Draw(key+"/separate", 4) != 3 {
		for _, node := range s.plan.Nodes {
			m.links = append(m.links, link{actor: &m.actor, node: node})
		}
	}
	g.members = append(g.members, m)
	m.leaves = s.env.Draw(key+"/leaves", 2) == 1
	m.farewell = 3
	m.born()
	return m
}

// born begins a process. It knows nothing of what the one before was.
func (m *member) born() {
	for i := range m.links {
		m.links[i].drop()
	}
	m.births++
	m.life = memberAlive
	m.owned, m.lacking, m.positions, m.lostAll = nil, nil, nil, false
	m.id, m.epoch, m.regex = "", -1, false
	m.drawTopics()
	consumerProtocol := m.group.kind == groupConsumer || m.group.kind == groupMixed && m.draw(drawGroup, 2) == 1
	if m.turned && m.group.kind == groupMixed {
		consumerProtocol = m.turnsConsumer
	}
	if consumerProtocol {
		m.proto = newConsumerMember(m)
	} else {
		m.proto = &classicMember{m: m}
	}
	m.lifeAt = m.env.Now() + 200*millisecond + m.pause(1500*millisecond)
}

// drawTopics draws what the member reads: mostly all that the group is for.
func (m *member) drawTopics() {
	m.topicsRead = slices.Clone(m.group.topics)
	if m.draw(drawGroup, 6) == 5 {
		m.topicsRead = m.topicsRead[:1]
	}
}

// mayHave tells whether a topic may be among those that the member is given.
func (m *member) mayHave(topic int) bool {
	return m.instance != "" && m.group.inherited || m.readsTopic(topic)
}

func (m *member) readsTopic(topic int) bool {
	return m.regex || slices.Contains(m.topicsRead, topic)
}

// Start implements Client.
func (m *member) Start() {
	m.started = true
	m.actor.Start()
}

// Idle implements Client.
func (m *member) Idle() bool {
	if !m.quiet || m.busy || m.asked || m.fetching || m.commits > 0 || m.actor.asking() || m.asking {
		return false
	}
	return m.life == memberDead || m.gaveUp || m.group.settled && m.farewell == 0
}

// Waiting implements Client.
func (m *member) Waiting() string {
	text := m.group.name + " (" + groupKinds[m.group.kind] + ") as " + m.id + " in epoch " + strconv.Itoa(int(m.epoch))
	switch {
	case m.node < 0:
		text += " to have a coordinator, which is " + m.trouble.String()
	case !m.proto.stable():
		text += " to be stable"
	case !m.group.settled:
		text += " to be settled, with"
		for _, o := range m.owned {
			text += " " + m.topics[o.topic].name + "-" + strconv.Itoa(int(o.partition))
		}
		for _, t := range m.topicsRead {
			text += ", of " + m.topics[t].name + " " + strconv.Itoa(len(m.seen.topics[t].places))
		}
	}
	return m.waiting(text)
}

func (m *member) step(now int64) {
	if !m.lives(now) {
		return
	}
	if m.quiet && m.quietAt == 0 {
		m.quietAt = m.event()
	}
	if m.gaveUp || m.quiet && m.farewell == 0 {
		return
	}
	m.learnTopics(now)
	if m.lostAll && !m.busy {
		m.own(nil)
		m.lostAll = false
	}
	if m.quiet && m.group.settle(m.shared) {
		m.sayGoodbye(now)
		return
	}
	m.commit(now)
	m.proto.step(now)
	if !m.lostAll {
		m.fetchCommitted(now)
		m.poll(now)
	}
}

// learnTopics asks about the topics of the group. When the world comes to rest it does so again, and from then on
// every now and then: a topic may come and go until the last client is silent.
func (m *member) learnTopics(now int64) {
	renew := m.quiet && !m.group.settled && now >= m.renewAt
	if renew {
		m.renewAt = now + second
		m.at(m.renewAt)
	}
	for _, t := range m.group.topics {
		if k := &m.seen.topics[t]; renew || k.began < m.quietAt {
			k.stale = true
		}
		m.learn(t, now)
	}
}

// sayGoodbye commits a last time where the member has come to, and leaves.
func (m *member) sayGoodbye(now int64) {
	if m.busy || m.commits > 0 || m.asked || m.fetching {
		return
	}
	l := m.coordinator(now)
	if l == nil {
		return
	}
	if m.farewell > 1 && m.sendCommit(l, m.identity()) {
		m.farewell = 1 // whatever is answered
		return
	}
	if m.farewell = 0; m.leaves && m.proto.leave(l) {
		m.asked = true
	}
}

// poll reads on.
func (m *member) poll(now int64) {
	if m.busy || m.quiet || len(m.positions) == 0 {
		return
	}
	if now < m.nextAt {
		m.at(m.nextAt)
		return
	}
	l := m.choose()
	if l == nil || !l.room(pipelineMax) {
		m.nextAt = now + metadataPause
		m.at(m.nextAt)
		return
	}
	m.begin(l)
}

// own takes over an assignment, which must not be done while a fetch is under way.
func (m *member) own(all []ownedPartition) {
	m.owned = all
	m.positions = slices.DeleteFunc(m.positions, func(p position) bool { return !slices.Contains(all, p.ownedAs()) })
	m.lacking = m.lacking[:0]
	for _, o := range all {
		if !slices.ContainsFunc(m.positions, func(p position) bool { return p.ownedAs() == o }) {
			m.lacking = append(m.lacking, o)
		}
	}
}

func (p *position) ownedAs() ownedPartition { return ownedPartition{p.topic, p.ownedID, p.partition} }

// loses drops everything at once: the group has given it to others.
func (m *member) loses() {
	m.lostAll = true
	m.proto.evicted()
}

func (m *member) answered(l *link, c call, r kmsg.Response) {
	switch c.kind {
	case callFind:
		m.found(r.(*kmsg.FindCoordinatorResponse))
	case callCommit:
		m.committed(c.index, r.(*kmsg.OffsetCommitResponse))
	case callOffsetFetch:
		m.fetchedCommitted(r.(*kmsg.OffsetFetchResponse))
	case callJoin, callSync, callBeat, callConsumerBeat, callLeave:
		m.asked = false
		m.proto.answered(c, r)
	default:
		m.consumer.answered(l, c, r)
	}
}

func (m *member) lost(c call) {
	switch c.kind {
	case callFind:
		m.notFound()
	case callCommit:
		m.commitLost(c.index)
		m.lostIt()
	case callOffsetFetch:
		m.fetching = false
		m.lostIt()
	case callJoin, callSync, callBeat, callConsumerBeat, callLeave:
		m.asked = false
		m.proto.lost(c)
		m.lostIt()
	default:
		m.consumer.lost(c)
	}
}
