package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// groupsOp is a request under way that group coordinators answer: one for a group, or several for as many groups
// or shards, whose answers are gathered by slot.
type groupsOp struct {
	request wire.Request
	waiting int32
	replies []msg.GroupReply
	// refused says of each partition in the request, in its order, why the coordinator isn't asked; None where it is.
	refused []kafka.ErrorCode
}

// beginGroups begins a request that coordinators answer.
func (s *Session) beginGroups(c *conn, req *wire.Request) (msg.Op, *op) {
	id, o := s.beginOp(c, req)
	o.groups = &groupsOp{request: *req}
	return id, o
}

// askGroups asks the coordinators. Each request carries the op, and its place among them as the slot.
func (s *Session) askGroups(o *op, asks ...msg.GroupRequest) {
	o.groups.waiting = int32(len(asks))
	o.groups.replies = make([]msg.GroupReply, len(asks))
	s.Out.Groups = append(s.Out.Groups, asks...)
}

// rebalances tells that the last request of a connection that was started waits for the other members of its group.
// What comes behind it says something else before and after: in Kafka no request of a connection is looked at before
// the one ahead is answered. This happened:
//
//  1. A client sends JoinGroup, and a heartbeat behind it.
//  2. The heartbeat is decided on at once: the group is in a rebalance.
//  3. The rebalance ends. JoinGroup is answered, then the heartbeat: there is a rebalance. The client joins again.
func (s *Session) rebalances(c *conn) bool {
	n := len(c.queue)
	if n == 0 || c.queue[n-1].done {
		return false
	}
	o := s.op(c.queue[n-1].op)
	if o == nil || o.groups == nil {
		return false
	}
	key := kafka.APIKey(o.groups.request.Body.Key())
	return key == wire.KeyJoinGroup || key == wire.KeySyncGroup
}

// GroupReply takes a coordinator's answer.
func (s *Session) GroupReply(now kafka.Now, reply msg.GroupReply, v View) {
	id := reply.ReplyOp()
	o := s.op(id)
	if o == nil {
		return
	}
	g := o.groups
	slot := &g.replies[reply.ReplySlot()]
	if *slot != nil {
		panic("BUG: a coordinator answers twice")
	}
	*slot = reply
	if g.waiting--; g.waiting == 0 {
		s.finish(id, o, s.groupsResponse(now, g, v))
	}
}

// groupsResponse makes the response of a request that all asked have answered.
func (s *Session) groupsResponse(_ kafka.Now, g *groupsOp, v View) wire.Response {
	version := g.request.Version
	switch body := g.request.Body.(type) {
	case *kmsg.OffsetCommitRequest:
		return offsetCommitResponse(version, body, g.refused, g.replies[0].(*msg.OffsetCommitted))
	case *kmsg.OffsetFetchRequest:
		return offsetFetchResponse(version, body, g.replies, v)
	case *kmsg.OffsetDeleteRequest:
		return offsetDeleteResponse(body, g.refused, g.replies[0].(*msg.OffsetDeleted))
	case *kmsg.JoinGroupRequest:
		return joinGroupResponse(version, g.replies[0].(*msg.JoinedGroup))
	case *kmsg.SyncGroupRequest:
		return syncGroupResponse(version, g.replies[0].(*msg.SyncedGroup))
	case *kmsg.HeartbeatRequest:
		return heartbeatResponse(version, g.replies[0].(*msg.GroupHeartbeatDone).Err)
	case *kmsg.LeaveGroupRequest:
		return leaveGroupResponse(version, g.replies[0].(*msg.LeftGroup))
	case *kmsg.DescribeGroupsRequest:
		return describeGroupsResponse(version, body, g.replies)
	case *kmsg.ListGroupsRequest:
		return listGroupsResponse(version, g.replies)
	case *kmsg.ConsumerGroupHeartbeatRequest:
		return consumerGroupHeartbeatResponse(version, g.replies[0].(*msg.ConsumerGroupHeartbeatDone))
	case *kmsg.ConsumerGroupDescribeRequest:
		return consumerGroupDescribeResponse(version, body, g.replies, v.Image)
	case *kmsg.DeleteGroupsRequest:
		return deleteGroupsResponse(version, distinct(body.Groups), g.replies)
	}
	panic("BUG: a request that no group coordinator is asked")
}
