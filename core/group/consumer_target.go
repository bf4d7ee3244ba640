package group

import (
	"slices"
	"strings"

	"momus/core/group/assignor"
	"momus/core/kafka"
	"momus/core/record"
)

// updateTarget brings the group's target up to an epoch, if that is due, and gives the member's part of it. Targets
// follow one another no faster than the assignment interval (KIP-1263), so that a group whose members all come
// at once isn't assigned anew for each; meanwhile members stay where the last one put them.
func (t *consumerTurn) updateTarget(epoch int32, old, member *ConsumerMember) (target assignor.Assignment, targetEpoch int32) {
	if t.c.targetEpoch >= epoch || !t.mayAssign() {
		return t.lastTarget(member), t.c.targetEpoch
	}
	cfg := &t.v.g.cfg.ConsumerGroups
	name := t.c.preferredAssignor(old.sub.ServerAssignor, member.sub.ServerAssignor, cfg.Assignors[0])
	assign := assignor.ByName(name)
	if assign == nil { // a Kafka's own, of a log that it wrote
		assign = assignor.ByName(cfg.Assignors[0])
	}
	spec := t.spec(member)
	for i, a := range assign(spec) {
		id := spec.Members[i].ID
		if was, has := t.c.target[id]; !has || !was.Equal(a) {
			t.d.put(&record.ConsumerGroupTargetAssignmentMember{Group: t.group, Member: id, TopicPartitions: a})
		}
		if id == member.id() {
			target = a
		}
	}
	t.d.put(&record.ConsumerGroupTargetAssignmentMetadata{Group: t.group, AssignmentEpoch: epoch, AssignmentTimestamp: t.now.Wall})
	return target, epoch
}

// mayAssign tells whether the assignment interval has passed. An interval of 0 helps a group whose target is of
// a time that the clock has been put back behind.
func (t *consumerTurn) mayAssign() bool {
	return t.c.targetAt == 0 || t.keys.Assignment == 0 || t.now.Wall >= t.c.targetAt+kafka.Wall(t.keys.Assignment)
}

// lastTarget is what the member, or the static one that it replaces, was to have.
func (t *consumerTurn) lastTarget(m *ConsumerMember) assignor.Assignment {
	if m.sub.InstanceID == nil {
		return t.c.target[m.id()]
	}
	return t.c.target[t.c.static[*m.sub.InstanceID]]
}

// spec is what the assignor goes by: the group with the member as it is to be.
func (t *consumerTurn) spec(member *ConsumerMember) *assignor.Spec {
	members := make([]*ConsumerMember, 0, len(t.c.members)+1)
	for _, id := range t.c.memberIDs() {
		if id != member.id() && id != t.replaced {
			members = append(members, t.c.members[id])
		}
	}
	at, _ := slices.BinarySearchFunc(members, member.id(), func(m *ConsumerMember, id string) int { return strings.Compare(m.id(), id) })
	members = slices.Insert(members, at, member)

	spec := &assignor.Spec{}
	for i, m := range members {
		of := assignor.Member{ID: m.id(), Instance: m.sub.InstanceID, Target: t.c.target[m.id()]}
		if m == member {
			of.Target = t.lastTarget(m)
		}
		if i > 0 && sameTopics(members[i-1], m) {
			of.Topics = spec.Members[i-1].Topics
		} else {
			of.Topics = t.topicsOf(m)
		}
		spec.Members = append(spec.Members, of)
	}
	var ids []kafka.TopicID
	for i := range spec.Members {
		if i == 0 || !slices.Equal(spec.Members[i].Topics, spec.Members[i-1].Topics) {
			ids = append(ids, spec.Members[i].Topics...)
		}
	}
	slices.SortFunc(ids, kafka.TopicID.Compare)
	for _, id := range slices.Compact(ids) {
		spec.Topics = append(spec.Topics, assignor.Topic{ID: id, Partitions: int32(len(t.v.Image.Topic(id).Partitions))})
	}
	return spec
}

// sameTopics tells that two members ask for the same.
func sameTopics(a, b *ConsumerMember) bool {
	return a.regex() == b.regex() && slices.Equal(a.sub.SubscribedTopicNames, b.sub.SubscribedTopicNames)
}
