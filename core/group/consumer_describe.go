package group

import (
	"fmt"

	"momus/core/group/assignor"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// consumerGroupDescribe tells what a group of the consumer protocol is.
func (s *Shard) consumerGroupDescribe(now kafka.Now, v View, r *msg.ConsumerGroupDescribe) {
	a := &msg.ConsumerGroupDescribed{Op: r.Op, Slot: r.Slot, Group: r.Group}
	switch g := s.group(r.Group); {
	case g == nil:
		a.Err, a.ErrText = kafka.ErrGroupIDNotFound, fmt.Sprintf("Group %s not found.", r.Group)
	case g.Kind != ConsumerKind:
		a.Err, a.ErrText = kafka.ErrGroupIDNotFound, fmt.Sprintf("Group %s is not a consumer group.", r.Group)
	default:
		c := g.Consumer
		a.State, a.Epoch, a.AssignmentEpoch = c.stateText(), c.epoch, c.targetEpoch
		a.Assignor = c.preferredAssignor(nil, nil, v.g.cfg.ConsumerGroups.Assignors[0])
		for _, id := range c.memberIDs() {
			a.Members = append(a.Members, describedMember(c.members[id], c.target[id]))
		}
	}
	s.answer(now, v, a)
}

// describedMember tells of a member. It has what it is yet to revoke, too.
func describedMember(m *ConsumerMember, target assignor.Assignment) msg.ConsumerGroupMember {
	return msg.ConsumerGroupMember{
		Member: m.id(), Instance: m.sub.InstanceID, Rack: m.sub.RackID, Epoch: m.epoch(),
		ClientID: m.sub.ClientID, ClientHost: m.sub.ClientHost, Topics: m.sub.SubscribedTopicNames, Regex: m.sub.SubscribedTopicRegex,
		Assigned: withoutEpochs(mergeHeld(m.cur.AssignedPartitions, m.cur.PartitionsPendingRevocation)),
		Target:   append([]record.TargetPartitions(nil), target...), Classic: m.classic(),
	}
}
