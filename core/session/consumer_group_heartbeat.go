package session

import (
	"slices"
	"strings"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ConsumerGroupHeartbeat is all that a member of a group of the consumer protocol says to its coordinator (KIP-848):
// that it joins, what it subscribes to and has, that it leaves. From v1 on the client makes the member's id
// itself (KIP-1082), and may subscribe by a regular expression. Where the protocol is off, by
// group.coordinator.rebalance.protocols or since group.version is not finalised, it is UNSUPPORTED_VERSION.
var consumerGroupHeartbeatAPI = api{key: wire.KeyConsumerGroupHeartbeat, min: 0, max: 1, start: (*Session).startConsumerGroupHeartbeat}

// consumerGroupsOff tells that there are no groups of the consumer protocol.
func (s *Session) consumerGroupsOff(v View) bool {
	return !s.cfg.ConsumerGroups.Enabled || v.Image.Feature(record.GroupVersion) < 1
}

func (s *Session) startConsumerGroupHeartbeat(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.ConsumerGroupHeartbeatRequest)
	makesItsID := req.Version >= 1
	var err kafka.ErrorCode
	var errText string
	if s.consumerGroupsOff(v) {
		err = kafka.ErrUnsupportedVersion
	} else {
		err, errText = s.checkConsumerGroupHeartbeat(body, makesItsID)
	}
	if err != kafka.None {
		c.begin()
		a := &msg.ConsumerGroupHeartbeatDone{Err: err, ErrText: errText}
		s.complete(req.Conn, req.Seq, consumerGroupHeartbeatResponse(req.Version, a))
		return true
	}
	id, o := s.beginGroups(c, req)
	s.askGroups(o, &msg.ConsumerGroupHeartbeat{
		Op: id, Group: body.Group, Member: body.MemberID, MemberEpoch: body.MemberEpoch, Instance: body.InstanceID, Rack: body.RackID,
		ClientID: req.ClientID, ClientHost: "/" + c.ip, RebalanceTimeout: body.RebalanceTimeoutMillis,
		Topics: distinctNames(body.SubscribedTopicNames), Regex: body.SubscribedTopicRegex, Assignor: body.ServerAssignor,
		Owned: ownedPartitions(body.Topics),
	})
	return true
}

// checkConsumerGroupHeartbeat says what is wrong with a request whatever the group, in Kafka's order and words.
func (s *Session) checkConsumerGroupHeartbeat(r *kmsg.ConsumerGroupHeartbeatRequest, makesItsID bool) (err kafka.ErrorCode, errText string) {
	const leaves, leavesForAWhile = -1, -2
	blank := func(text *string) bool { return text != nil && strings.TrimSpace(*text) == "" }
	joins := r.MemberEpoch == 0
	switch {
	case (makesItsID || r.MemberEpoch > 0 || r.MemberEpoch == leaves) && blank(&r.MemberID):
		return kafka.ErrInvalidRequest, "MemberId can't be empty."
	case blank(&r.Group):
		return kafka.ErrInvalidRequest, "GroupId can't be empty."
	case blank(r.InstanceID):
		return kafka.ErrInvalidRequest, "InstanceId can't be empty."
	case blank(r.RackID):
		return kafka.ErrInvalidRequest, "RackId can't be empty."
	case joins && r.RebalanceTimeoutMillis == -1:
		return kafka.ErrInvalidRequest, "RebalanceTimeoutMs must be provided in first request."
	case joins && (r.Topics == nil || len(r.Topics) > 0):
		return kafka.ErrInvalidRequest, "TopicPartitions must be empty when (re-)joining."
	case joins && r.SubscribedTopicNames == nil && r.SubscribedTopicRegex == nil:
		return kafka.ErrInvalidRequest, "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
	case r.MemberEpoch == leavesForAWhile && r.InstanceID == nil:
		return kafka.ErrInvalidRequest, "InstanceId can't be null."
	case r.MemberEpoch < leavesForAWhile:
		return kafka.ErrInvalidRequest, "MemberEpoch is invalid."
	case r.ServerAssignor != nil && !slices.Contains(s.cfg.ConsumerGroups.Assignors, *r.ServerAssignor):
		return kafka.ErrUnsupportedAssignor, "ServerAssignor " + *r.ServerAssignor + " is not supported. Supported assignors: " +
			strings.Join(s.cfg.ConsumerGroups.Assignors, ", ") + "."
	}
	return kafka.None, ""
}

// distinctNames are names sorted, each once; nil stays nil.
func distinctNames(names []string) []string {
	if names == nil {
		return nil
	}
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// ownedPartitions is what a member says it has; nil stays nil.
func ownedPartitions(topics []kmsg.ConsumerGroupHeartbeatRequestTopic) []record.TargetPartitions {
	if topics == nil {
		return nil
	}
	owned := make([]record.TargetPartitions, len(topics))
	for i := range topics {
		owned[i].TopicID = topics[i].TopicID
		owned[i].Partitions = make([]kafka.PartitionID, len(topics[i].Partitions))
		for j, p := range topics[i].Partitions {
			owned[i].Partitions[j] = kafka.PartitionID(p)
		}
	}
	return owned
}

// plainPartitions are partitions as messages have them.
func plainPartitions(list []kafka.PartitionID) []int32 {
	plain := make([]int32, len(list))
	for i, p := range list {
		plain[i] = int32(p)
	}
	return plain
}

func consumerGroupHeartbeatResponse(v kafka.APIVersion, a *msg.ConsumerGroupHeartbeatDone) *kmsg.ConsumerGroupHeartbeatResponse {
	r := kmsg.NewPtrConsumerGroupHeartbeatResponse()
	r.Version, r.ErrorCode, r.ErrorMessage = int16(v), int16(a.Err), textOrNull(a.ErrText)
	if a.Err != kafka.None {
		return r
	}
	r.MemberID, r.MemberEpoch, r.HeartbeatIntervalMillis = &a.Member, a.MemberEpoch, int32(a.Heartbeat)
	if a.Assignment != nil {
		r.Assignment = &kmsg.ConsumerGroupHeartbeatResponseAssignment{Topics: make([]kmsg.ConsumerGroupHeartbeatResponseAssignmentTopic, len(a.Assignment))}
		for i := range a.Assignment {
			t := &r.Assignment.Topics[i]
			t.TopicID, t.Partitions = a.Assignment[i].TopicID, plainPartitions(a.Assignment[i].Partitions)
		}
	}
	return r
}
