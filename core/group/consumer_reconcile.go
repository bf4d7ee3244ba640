package group

import (
	"slices"

	"momus/core/group/assignor"
	"momus/core/kafka"
	"momus/core/record"
)

// reconciliation is what a member's next assignment follows from (KIP-848).
type reconciliation struct {
	member *ConsumerMember
	// target is what it is to have, at targetEpoch.
	target      assignor.Assignment
	targetEpoch int32
	// owned is what the member says it has; given is false if it said nothing.
	owned []record.TargetPartitions
	given bool
	// subscribed are the topics that it subscribes to and that exist, sorted. subscriptionChanged says that
	// they are others than before.
	subscribed          []kafka.TopicID
	subscriptionChanged bool
	// taken tells the partitions that another member has, or has yet to revoke.
	taken func(kafka.TopicPartition) bool
}

// next is the member's assignment as it is to be now: the same record, if nothing changes. It fails if the
// state is one of a later version, and the member doesn't come with empty hands.
//
// The rules, each learnt by somebody the hard way:
//
//  1. Revoke before all else: while the member has something that it is to lose, it stays at its epoch and
//     gets nothing, since a partition that it is given could not be told from one that it was to revoke.
//  2. It has revoked when it says what it has, and nothing of that is among it; a member that says nothing
//     may still have it.
//  3. From one revocation to the next no epoch is passed (KAFKA-19974). Unsubscribing leads there too, without a
//     new target: with an epoch for each, two members could have had a partition at the same one.
//  4. What the member itself has yet to revoke is not taken by somebody (KAFKA-19449): should the new target
//     give it back, it would wait for itself for ever.
//  5. A topic that it no longer subscribes to, or that is gone, is no target, whatever the assignor said
//     before it knew (KAFKA-19431).
func (r *reconciliation) next() (*record.ConsumerGroupCurrentMemberAssignment, kafka.ErrorCode) {
	m := r.member
	switch m.state() {
	case MemberStable:
		switch {
		case m.epoch() != r.targetEpoch:
			return r.compute(m.epoch()), kafka.None
		case r.subscriptionChanged:
			return r.shrink(), kafka.None
		}
		return m.cur, kafka.None
	case MemberUnrevoked:
		if !r.owns(m.cur.PartitionsPendingRevocation) {
			return r.compute(m.epoch()), kafka.None
		}
		if r.subscriptionChanged {
			return r.shrink(), kafka.None
		}
		return m.cur, kafka.None
	case MemberUnreleased:
		return r.compute(m.epoch()), kafka.None
	}
	if !r.given || len(r.owned) > 0 {
		return nil, kafka.ErrFencedMemberEpoch
	}
	return r.compute(r.targetEpoch), kafka.None
}

// owns tells whether the member may still have some of these partitions.
func (r *reconciliation) owns(list []record.AssignedPartitions) bool {
	if !r.given {
		return true
	}
	for _, t := range r.owned {
		for _, p := range t.Partitions {
			if _, found := holds(list, t.TopicID, p); found {
				return true
			}
		}
	}
	return false
}

func (r *reconciliation) isSubscribed(topic kafka.TopicID) bool {
	_, found := slices.BinarySearchFunc(r.subscribed, topic, kafka.TopicID.Compare)
	return found
}

// shrink takes from the member what it no longer subscribes to, without waiting for a new target.
func (r *reconciliation) shrink() *record.ConsumerGroupCurrentMemberAssignment {
	m := r.member
	kept, dropped := m.cur.AssignedPartitions, []record.AssignedPartitions(nil)
	if slices.ContainsFunc(kept, func(t record.AssignedPartitions) bool { return !r.isSubscribed(t.TopicID) }) {
		kept = nil
		for _, t := range m.cur.AssignedPartitions {
			if r.isSubscribed(t.TopicID) {
				kept = append(kept, t)
			} else {
				dropped = append(dropped, t)
			}
		}
	}
	if len(dropped) == 0 {
		return m.cur
	}
	if revoke := mergeHeld(m.cur.PartitionsPendingRevocation, dropped); r.owns(revoke) {
		return r.at(m.epoch(), MemberUnrevoked, kept, revoke)
	}
	return r.at(m.epoch(), m.state(), kept, m.cur.PartitionsPendingRevocation)
}

// compute goes as far towards the target as others and the member itself allow. It stays at epoch while it
// has to revoke.
func (r *reconciliation) compute(epoch int32) *record.ConsumerGroupCurrentMemberAssignment {
	var kept, revoke, gained []record.AssignedPartitions
	waiting := false
	for _, topic := range r.topics() {
		var target []kafka.PartitionID
		if r.isSubscribed(topic) {
			target = r.target.Of(topic)
		}
		keep, lose := splitHeld(r.member.cur.AssignedPartitions, topic, target)
		kept, revoke = appendHeld(kept, keep), appendHeld(revoke, lose)
		gain := record.AssignedPartitions{TopicID: topic}
		for _, p := range target {
			if _, has := slices.BinarySearch(keep.Partitions, p); has {
				continue
			}
			if r.taken(kafka.TopicPartition{Topic: topic, Partition: p}) {
				waiting = true
				continue
			}
			gain.Partitions = append(gain.Partitions, p)
			gain.AssignmentEpochs = append(gain.AssignmentEpochs, r.targetEpoch)
		}
		gained = appendHeld(gained, gain)
	}
	if len(revoke) > 0 && r.owns(revoke) {
		return r.at(epoch, MemberUnrevoked, kept, revoke)
	}
	state := MemberStable
	if waiting {
		state = MemberUnreleased
	}
	return r.at(r.targetEpoch, state, mergeHeld(kept, gained), nil)
}

// at is the member's new assignment; the epoch that it leaves becomes the previous one.
func (r *reconciliation) at(epoch int32, state MemberState, assigned, revoke []record.AssignedPartitions) *record.ConsumerGroupCurrentMemberAssignment {
	next := &record.ConsumerGroupCurrentMemberAssignment{
		Group: r.member.cur.Group, Member: r.member.cur.Member, MemberEpoch: epoch, PreviousMemberEpoch: r.member.epoch(),
		State: int8(state), AssignedPartitions: assigned, PartitionsPendingRevocation: revoke,
	}
	if equalAssignment(next, r.member.cur) {
		return r.member.cur
	}
	return next
}

// topics are those of the target and of what the member has, sorted.
func (r *reconciliation) topics() []kafka.TopicID {
	var ids []kafka.TopicID
	for i := range r.target {
		ids = append(ids, r.target[i].TopicID)
	}
	for i := range r.member.cur.AssignedPartitions {
		ids = append(ids, r.member.cur.AssignedPartitions[i].TopicID)
	}
	slices.SortFunc(ids, kafka.TopicID.Compare)
	return slices.Compact(ids)
}

// splitHeld parts what a member has of a topic into what is in target and what is not.
func splitHeld(list []record.AssignedPartitions, topic kafka.TopicID, target []kafka.PartitionID) (keep, lose record.AssignedPartitions) {
	keep.TopicID, lose.TopicID = topic, topic
	at, found := slices.BinarySearchFunc(list, record.AssignedPartitions{TopicID: topic}, byHeldTopic)
	if !found {
		return keep, lose
	}
	for i, p := range list[at].Partitions {
		to := &lose
		if _, is := slices.BinarySearch(target, p); is {
			to = &keep
		}
		to.Partitions = append(to.Partitions, p)
		to.AssignmentEpochs = append(to.AssignmentEpochs, list[at].AssignmentEpochs[i])
	}
	return keep, lose
}

// appendHeld appends the partitions of a topic, if there are any.
func appendHeld(list []record.AssignedPartitions, t record.AssignedPartitions) []record.AssignedPartitions {
	if len(t.Partitions) == 0 {
		return list
	}
	return append(list, t)
}

// mergeHeld joins two lists that have no partition in common.
func mergeHeld(a, b []record.AssignedPartitions) []record.AssignedPartitions {
	if len(a) == 0 || len(b) == 0 {
		return append(slices.Clip(a), b...)
	}
	var joined []record.AssignedPartitions
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && byHeldTopic(a[0], b[0]) < 0:
			joined, a = append(joined, a[0]), a[1:]
		case len(a) == 0 || byHeldTopic(b[0], a[0]) < 0:
			joined, b = append(joined, b[0]), b[1:]
		default:
			both := record.AssignedPartitions{
				TopicID: a[0].TopicID, Partitions: slices.Concat(a[0].Partitions, b[0].Partitions),
				AssignmentEpochs: slices.Concat(a[0].AssignmentEpochs, b[0].AssignmentEpochs),
			}
			joined = append(joined, sortedHeld([]record.AssignedPartitions{both}, 0)...)
			a, b = a[1:], b[1:]
		}
	}
	return joined
}

func equalHeld(a, b []record.AssignedPartitions) bool {
	return slices.EqualFunc(a, b, func(x, y record.AssignedPartitions) bool {
		return x.TopicID == y.TopicID && slices.Equal(x.Partitions, y.Partitions) && slices.Equal(x.AssignmentEpochs, y.AssignmentEpochs)
	})
}

func equalAssignment(a, b *record.ConsumerGroupCurrentMemberAssignment) bool {
	return a.MemberEpoch == b.MemberEpoch && a.PreviousMemberEpoch == b.PreviousMemberEpoch && a.State == b.State &&
		equalHeld(a.AssignedPartitions, b.AssignedPartitions) && equalHeld(a.PartitionsPendingRevocation, b.PartitionsPendingRevocation)
}

// contained tells whether what a member says it has is all among what it was given. One that says nothing may
// have anything.
func contained(owned []record.TargetPartitions, given bool, assigned []record.AssignedPartitions) bool {
	if !given {
		return false
	}
	for _, t := range owned {
		for _, p := range t.Partitions {
			if _, found := holds(assigned, t.TopicID, p); !found {
				return false
			}
		}
	}
	return true
}
