package lifetest

import (
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// FindCoordinator asks for the coordinators of groups.
func FindCoordinator(groups ...string) *kmsg.FindCoordinatorRequest {
	m := kmsg.NewPtrFindCoordinatorRequest()
	m.CoordinatorKeys = groups
	return m
}

// OffsetCommit commits an offset of partition 1 as nobody's member.
func OffsetCommit(group string, topic kafka.TopicID, at int64) *kmsg.OffsetCommitRequest {
	m := kmsg.NewPtrOffsetCommitRequest()
	m.Group = group
	p := kmsg.NewOffsetCommitRequestTopicPartition()
	p.Partition, p.Offset, p.Metadata = 1, at, kmsg.StringPtr("noted")
	t := kmsg.NewOffsetCommitRequestTopic()
	t.TopicID, t.Partitions = topic, append(t.Partitions, p)
	m.Topics = append(m.Topics, t)
	return m
}

// offsetFetch asks for partitions 0 and 1, once by name and once for all that there is.
func offsetFetch(group, topic string) *kmsg.OffsetFetchRequest {
	m := kmsg.NewPtrOffsetFetchRequest()
	t := kmsg.NewOffsetFetchRequestGroupTopic()
	t.Topic, t.Partitions = topic, []int32{0, 1}
	named, all := kmsg.NewOffsetFetchRequestGroup(), kmsg.NewOffsetFetchRequestGroup()
	named.Group, named.Topics = group, append(named.Topics, t)
	all.Group, all.Topics = group, nil
	m.Groups = append(m.Groups, named, all)
	return m
}

func offsetDelete(group, topic string) *kmsg.OffsetDeleteRequest {
	m := kmsg.NewPtrOffsetDeleteRequest()
	m.Group = group
	p := kmsg.NewOffsetDeleteRequestTopicPartition()
	p.Partition = 1
	t := kmsg.NewOffsetDeleteRequestTopic()
	t.Topic, t.Partitions = topic, append(t.Partitions, p)
	m.Topics = append(m.Topics, t)
	return m
}

// heartbeat is of the member that joined last, and says that it is of generation 1.
func heartbeat(l *Life, group string) *kmsg.HeartbeatRequest {
	m := kmsg.NewPtrHeartbeatRequest()
	m.Group, m.Generation, m.MemberID = group, 1, l.member()
	return m
}

func describeGroups(groups ...string) *kmsg.DescribeGroupsRequest {
	m := kmsg.NewPtrDescribeGroupsRequest()
	m.Groups = groups
	return m
}

func leaveGroup(l *Life, group string) *kmsg.LeaveGroupRequest {
	m := kmsg.NewPtrLeaveGroupRequest()
	m.Group, m.MemberID = group, l.member()
	return m
}

func deleteGroups(groups ...string) *kmsg.DeleteGroupsRequest {
	m := kmsg.NewPtrDeleteGroupsRequest()
	m.Groups = groups
	return m
}

func joinGroup(group string) *kmsg.JoinGroupRequest {
	m := kmsg.NewPtrJoinGroupRequest()
	m.Group, m.SessionTimeoutMillis, m.RebalanceTimeoutMillis, m.ProtocolType = group, 10_000, 20_000, "consumer"
	p := kmsg.NewJoinGroupRequestProtocol()
	p.Name, p.Metadata = "range", []byte("said")
	m.Protocols = append(m.Protocols, p)
	return m
}

func syncGroup(group, member string) *kmsg.SyncGroupRequest {
	m := kmsg.NewPtrSyncGroupRequest()
	m.Group, m.MemberID, m.Generation = group, member, 1
	a := kmsg.NewSyncGroupRequestGroupAssignment()
	a.MemberID, a.MemberAssignment = member, []byte("all")
	m.GroupAssignment = append(m.GroupAssignment, a)
	return m
}

// member is the id that the last JoinGroup was given, or a stranger's if nobody was.
func (l *Life) member() string {
	for i := len(l.Replies) - 1; i >= 0; i-- {
		if r, ok := l.Replies[i].Body.(*kmsg.JoinGroupResponse); ok && r.MemberID != "" {
			return r.MemberID
		}
	}
	return "stranger"
}

// memberHeartbeat is of a member of the consumer protocol, which joins with a regular expression at epoch 0.
func memberHeartbeat(group, member string, epoch int32, regex string) *kmsg.ConsumerGroupHeartbeatRequest {
	m := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	m.Group, m.MemberID, m.MemberEpoch = group, member, epoch
	if epoch == 0 {
		m.RebalanceTimeoutMillis, m.SubscribedTopicRegex, m.Topics = 10_000, &regex, []kmsg.ConsumerGroupHeartbeatRequestTopic{}
	}
	return m
}

func consumerGroupDescribe(groups ...string) *kmsg.ConsumerGroupDescribeRequest {
	m := kmsg.NewPtrConsumerGroupDescribeRequest()
	m.Groups = groups
	return m
}
