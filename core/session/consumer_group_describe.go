package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ConsumerGroupDescribe tells of groups of the consumer protocol, each asked of its coordinator, answered in the order
// asked (KIP-848): who is in it, what they have, and what they are to have. Topics that are gone by now are left
// out. v1 tells members of the classic protocol from others. A group that is not there, or is none of the
// consumer protocol, is GROUP_ID_NOT_FOUND, one without a name INVALID_GROUP_ID.
var consumerGroupDescribeAPI = api{key: wire.KeyConsumerGroupDescribe, min: 0, max: 1, start: (*Session).startConsumerGroupDescribe}

func (s *Session) startConsumerGroupDescribe(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.ConsumerGroupDescribeRequest)
	var asks []msg.GroupRequest
	var off []msg.GroupReply
	for _, name := range body.Groups {
		if name == "" {
			continue // nobody is asked
		}
		ask := &msg.ConsumerGroupDescribe{Slot: int32(len(asks)), Group: name}
		asks = append(asks, ask)
		off = append(off, ask.Refuse(kafka.ErrUnsupportedVersion))
	}
	if len(asks) == 0 || s.consumerGroupsOff(v) {
		c.begin()
		s.complete(req.Conn, req.Seq, consumerGroupDescribeResponse(req.Version, body, off, v.Image))
		return true
	}
	id, o := s.beginGroups(c, req)
	for _, ask := range asks {
		ask.(*msg.ConsumerGroupDescribe).Op = id
	}
	s.askGroups(o, asks...)
	return true
}

func consumerGroupDescribeResponse(v kafka.APIVersion, body *kmsg.ConsumerGroupDescribeRequest, replies []msg.GroupReply, im *image.Image) *kmsg.ConsumerGroupDescribeResponse {
	r := kmsg.NewPtrConsumerGroupDescribeResponse()
	r.Version = int16(v)
	for _, name := range body.Groups {
		a := &msg.ConsumerGroupDescribed{Err: kafka.ErrInvalidGroupID}
		if name != "" {
			a, replies = replies[0].(*msg.ConsumerGroupDescribed), replies[1:]
		}
		d := kmsg.NewConsumerGroupDescribeResponseGroup()
		d.Group, d.ErrorCode, d.ErrorMessage = a.Group, int16(a.Err), textOrNull(a.ErrText)
		d.State, d.Epoch, d.AssignmentEpoch, d.AssignorName = a.State, a.Epoch, a.AssignmentEpoch, a.Assignor
		if body.IncludeAuthorizedOperations && a.Err == kafka.None {
			d.AuthorizedOperations = allGroupOperations
		}
		for i := range a.Members {
			d.Members = append(d.Members, describedConsumer(&a.Members[i], im))
		}
		r.Groups = append(r.Groups, d)
	}
	return r
}

// describedConsumer is a member; it is told apart from one of the classic protocol, which is 0.
func describedConsumer(m *msg.ConsumerGroupMember, im *image.Image) kmsg.ConsumerGroupDescribeResponseGroupMember {
	d := kmsg.NewConsumerGroupDescribeResponseGroupMember()
	d.MemberID, d.InstanceID, d.RackID, d.MemberEpoch = m.Member, m.Instance, m.Rack, m.Epoch
	d.ClientID, d.ClientHost, d.SubscribedTopics, d.SubscribedTopicRegex = m.ClientID, m.ClientHost, m.Topics, m.Regex
	d.Assignment, d.TargetAssignment = describedPartitions(m.Assigned, im), describedPartitions(m.Target, im)
	if d.MemberType = 1; m.Classic {
		d.MemberType = 0
	}
	return d
}

func describedPartitions(list []record.TargetPartitions, im *image.Image) kmsg.Assignment {
	a := kmsg.NewAssignment()
	for i := range list {
		topic := im.Topic(list[i].TopicID)
		if topic == nil {
			continue
		}
		t := kmsg.NewAssignmentTopicPartition()
		t.TopicID, t.Topic, t.Partitions = topic.ID, topic.Name, plainPartitions(list[i].Partitions)
		a.TopicPartitions = append(a.TopicPartitions, t)
	}
	return a
}
