package group

import (
	"cmp"
	"slices"

	"momus/core/group/assignor"
	"momus/core/kafka"
	"momus/core/record"
)

// MemberState is how far a member is on its way to its target assignment (KIP-848).
type MemberState int8

// The states of a member, by the numbers that records hold. A member is stable at an epoch once it has what
// is free of its target; one that has to revoke first stays at its epoch until it has; one that waits for
// others to revoke is at the new epoch and gets the rest later. A state of a later version is unknown.
const (
	MemberStable     MemberState = 0
	MemberUnrevoked  MemberState = 1
	MemberUnreleased MemberState = 2
	MemberUnknown    MemberState = 127
)

var memberStates = map[MemberState]string{
	MemberStable: "STABLE", MemberUnrevoked: "UNREVOKED_PARTITIONS", MemberUnreleased: "UNRELEASED_PARTITIONS",
	MemberUnknown: "UNKNOWN",
}

// String is Kafka's name of the state.
func (s MemberState) String() string { return memberStates[s] }

// The epochs by which a member says something else than where it is: that it joins, that it leaves, and
// that it is static and comes back (KIP-848).
const (
	joinEpoch        int32 = 0
	leaveEpoch       int32 = -1
	leaveStaticEpoch int32 = -2
)

// noEpoch is that of a target assignment that was taken back.
const noEpoch int32 = -1

// firstEpoch is that of a group of which no record tells one, and of its target assignment.
const firstEpoch int32 = 1

// Consumer is a group of the consumer protocol. What it holds comes from records alone, but for the fields
// at the end.
//
//canon:gen
type Consumer struct {
	id string
	// epoch rises with every change of subscriptions or of their topics; target is for targetEpoch, and was
	// made at targetAt, 0 if nobody knows.
	epoch       int32
	hash        int64
	targetEpoch int32
	targetAt    kafka.Wall
	members     map[string]*ConsumerMember
	target      map[string]assignor.Assignment
	regexes     map[string]*record.ConsumerGroupRegularExpression
	// oldMetadata: the log holds a record of the topics' metadata, as Kafka wrote it before 4.1.
	oldMetadata bool

	// What follows is counted from the above. static maps an instance to its member, owners a partition to the
	// member that has it or has yet to revoke it.
	static         map[string]string
	names          map[string]subscribers
	regexMembers   map[string]int32
	assignors      map[string]int32
	protocols      map[string]int32
	classicMembers int32
	owners         map[kafka.TopicPartition]string

	// refreshedAt is up to which offset of the metadata log the topics were looked at, and refreshedEpoch the
	// epoch that came of it: if that was not written, it is looked at again. resolving: the regular
	// expressions are being resolved.
	refreshedAt    kafka.Offset
	refreshedEpoch int32
	resolving      bool
}

// subscribers counts who is subscribed to a topic: members that name it, and regular expressions.
//
//canon:gen
type subscribers struct {
	byName, byRegex int32
}

// ConsumerMember is a member, as the two records that there are of it: what it asks for, and what it has.
// Neither is changed in place.
//
//canon:gen
type ConsumerMember struct {
	sub *record.ConsumerGroupMemberMetadata
	cur *record.ConsumerGroupCurrentMemberAssignment
}

func newConsumer(id string) *Consumer {
	return &Consumer{
		id: id, epoch: firstEpoch, targetEpoch: firstEpoch,
		members: map[string]*ConsumerMember{}, target: map[string]assignor.Assignment{},
		regexes: map[string]*record.ConsumerGroupRegularExpression{},
		static:  map[string]string{}, names: map[string]subscribers{}, regexMembers: map[string]int32{},
		assignors: map[string]int32{}, protocols: map[string]int32{}, owners: map[kafka.TopicPartition]string{},
		refreshedAt: kafka.NoOffset,
	}
}

// newMember is one of which no record tells yet.
func newMember(group, id string) *ConsumerMember {
	none := ""
	return &ConsumerMember{
		sub: &record.ConsumerGroupMemberMetadata{Group: group, Member: id, RebalanceTimeout: -1, SubscribedTopicRegex: &none},
		cur: &record.ConsumerGroupCurrentMemberAssignment{Group: group, Member: id, PreviousMemberEpoch: -1},
	}
}

func (m *ConsumerMember) id() string    { return m.sub.Member }
func (m *ConsumerMember) epoch() int32  { return m.cur.MemberEpoch }
func (m *ConsumerMember) classic() bool { return m.sub.ClassicMemberMetadata != nil }
func (m *ConsumerMember) regex() string { return deref(m.sub.SubscribedTopicRegex) }

func (m *ConsumerMember) state() MemberState {
	s := MemberState(m.cur.State)
	if s < MemberStable || s > MemberUnreleased {
		return MemberUnknown
	}
	return s
}

// reconciled tells whether the member has all of the target of that epoch.
func (m *ConsumerMember) reconciled(targetEpoch int32) bool {
	return m.state() == MemberStable && m.epoch() == targetEpoch
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// memberIDs lists the members, sorted.
func (c *Consumer) memberIDs() []string { return sortedKeys(c.members) }

// staticMember finds the member of an instance, or returns nil.
func (c *Consumer) staticMember(instance *string) *ConsumerMember {
	if instance == nil {
		return nil
	}
	return c.members[c.static[*instance]]
}

// The states of a group, in Kafka's words.
const (
	stateEmpty       = "Empty"
	stateAssigning   = "Assigning"
	stateReconciling = "Reconciling"
	stateStable      = "Stable"
)

// stateText is the group's state. It follows from the epochs and is not kept.
func (c *Consumer) stateText() string {
	switch {
	case len(c.members) == 0:
		return stateEmpty
	case c.epoch > c.targetEpoch:
		return stateAssigning
	}
	for _, id := range c.memberIDs() {
		if !c.members[id].reconciled(c.targetEpoch) {
			return stateReconciling
		}
	}
	return stateStable
}

// isEmpty tells a group without members.
func (c *Consumer) isEmpty() bool { return len(c.members) == 0 }

// subscribedTo tells whether somebody is subscribed to the topic.
func (c *Consumer) subscribedTo(topic string) bool {
	_, is := c.names[topic]
	return is
}

// holds finds the epoch since which a partition is in a list of what a member has.
func holds(list []record.AssignedPartitions, topic kafka.TopicID, p kafka.PartitionID) (epoch int32, found bool) {
	at, found := slices.BinarySearchFunc(list, topic, func(t record.AssignedPartitions, id kafka.TopicID) int {
		return t.TopicID.Compare(id)
	})
	if !found {
		return 0, false
	}
	i, found := slices.BinarySearch(list[at].Partitions, p)
	if !found {
		return 0, false
	}
	return list[at].AssignmentEpochs[i], true
}

// assignmentEpoch is since which epoch a member has a partition, be it that it has to revoke it (KIP-1251).
func (m *ConsumerMember) assignmentEpoch(topic kafka.TopicID, p kafka.PartitionID) (epoch int32, found bool) {
	if epoch, found = holds(m.cur.AssignedPartitions, topic, p); found {
		return epoch, true
	}
	return holds(m.cur.PartitionsPendingRevocation, topic, p)
}

// checkCommit tells whether a member may commit offsets: with its own epoch all of them; with an older one those
// of partitions that it has had since, which checkCommitted says of each. TxnOffsetCommit need not name a member.
//
// Why an older epoch is good enough (KIP-1251): a member's epoch rises with every rebalance, also of
// partitions that are not its own, and a commit under way meanwhile would be refused though nobody else
// could have had the partition.
func (c *Consumer) checkCommit(member string, instance *string, epoch int32, transactional, knowsStaleEpoch bool) kafka.ErrorCode {
	if epoch < 0 && c.isEmpty() {
		return kafka.None
	}
	if transactional && epoch == noEpoch && member == "" && instance == nil {
		return kafka.None
	}
	m := c.members[member]
	switch {
	case m == nil:
		return kafka.ErrUnknownMemberID
	case !transactional && !m.classic() && !knowsStaleEpoch:
		return kafka.ErrUnsupportedVersion
	case epoch > m.epoch():
		return m.stale()
	}
	return kafka.None
}

// checkCommitted tells whether a commit that checkCommit let through may have this partition.
func (c *Consumer) checkCommitted(member string, epoch int32, topic kafka.TopicID, p kafka.PartitionID) kafka.ErrorCode {
	m := c.members[member]
	if m == nil || epoch == m.epoch() {
		return kafka.None
	}
	if since, found := m.assignmentEpoch(topic, p); !found || epoch < since {
		return m.stale()
	}
	return kafka.None
}

// checkFetch tells whether a member may ask for offsets. Whoever names none may.
func (c *Consumer) checkFetch(member string, epoch int32) kafka.ErrorCode {
	if member == "" && epoch < 0 {
		return kafka.None
	}
	m := c.members[member]
	switch {
	case m == nil:
		return kafka.ErrUnknownMemberID
	case epoch != m.epoch():
		return m.stale()
	}
	return kafka.None
}

// stale is how a member is told that its epoch is not the one: those of the classic protocol know generations.
func (m *ConsumerMember) stale() kafka.ErrorCode {
	if m.classic() {
		return kafka.ErrIllegalGeneration
	}
	return kafka.ErrStaleMemberEpoch
}

// preferredAssignor is the assignor that most members ask for, given that one asks for another now; of those
// with as many, the first by name. Nobody may ask for any.
func (c *Consumer) preferredAssignor(old, now *string, otherwise string) string {
	best, most := otherwise, int32(0)
	counts := make([]assignorCount, 0, len(c.assignors)+1)
	for _, name := range sortedKeys(c.assignors) {
		counts = append(counts, assignorCount{name, c.assignors[name]})
	}
	if now != nil && c.assignors[*now] == 0 {
		counts = append(counts, assignorCount{*now, 0})
		slices.SortFunc(counts, func(a, b assignorCount) int { return cmp.Compare(a.name, b.name) })
	}
	for _, a := range counts {
		if old != nil && *old == a.name {
			a.count--
		}
		if now != nil && *now == a.name {
			a.count++
		}
		if a.count > most {
			best, most = a.name, a.count
		}
	}
	return best
}

type assignorCount struct {
	name  string
	count int32
}
