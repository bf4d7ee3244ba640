package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// JoinGroup makes the client a member of a classic group, and is answered when the generation begins. Before v1
// a member has as long to come back in a rebalance as its session lasts. From v4 a client without a member id
// is given one and has to come again (KIP-394), from v5 it may be a static member (KIP-345), from v8 it
// says why it comes (KIP-800), from v9 a leader can be told to assign nothing (KIP-814). An empty group
// name is INVALID_GROUP_ID, a session timeout outside of the broker's limits INVALID_SESSION_TIMEOUT.
var joinGroupAPI = api{key: wire.KeyJoinGroup, min: 0, max: 9, start: (*Session).startJoinGroup}

func (s *Session) startJoinGroup(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.JoinGroupRequest)
	r := &msg.JoinGroup{
		Group: body.Group, Member: body.MemberID, Instance: body.InstanceID, ClientID: req.ClientID, ClientHost: "/" + c.ip,
		ProtocolType: body.ProtocolType, SessionTimeout: kafka.Millis(body.SessionTimeoutMillis),
		RebalanceTimeout: kafka.Millis(body.RebalanceTimeoutMillis), NeedsMemberID: req.Version >= 4, KnowsSkip: req.Version >= 9,
	}
	if sessionIsAll := req.Version == 0; sessionIsAll {
		r.RebalanceTimeout = r.SessionTimeout
	}
	if body.Reason != nil {
		r.Reason = *body.Reason
	}
	for i := range body.Protocols {
		r.Protocols = append(r.Protocols, msg.GroupProtocol{Name: body.Protocols[i].Name, Metadata: body.Protocols[i].Metadata})
	}
	limits := &s.cfg.Groups.Classic
	err := kafka.None
	switch {
	case r.Group == "":
		err = kafka.ErrInvalidGroupID
	case r.SessionTimeout < limits.MinSession || r.SessionTimeout > limits.MaxSession:
		err = kafka.ErrInvalidSessionTimeout
	}
	if err != kafka.None {
		c.begin()
		a := &msg.JoinedGroup{Err: err, Generation: kafka.NoGeneration, Member: r.Member}
		s.complete(req.Conn, req.Seq, joinGroupResponse(req.Version, a))
		return true
	}
	id, o := s.beginGroups(c, req)
	r.Op = id
	s.askGroups(o, r)
	return true
}

func joinGroupResponse(v kafka.APIVersion, a *msg.JoinedGroup) *kmsg.JoinGroupResponse {
	r := kmsg.NewPtrJoinGroupResponse()
	r.Version, r.ErrorCode, r.Generation = int16(v), int16(a.Err), int32(a.Generation)
	r.ProtocolType, r.Protocol = a.ProtocolType, a.Protocol
	switch nullable := v >= 7; {
	case nullable && a.Protocol != nil && *a.Protocol == "":
		r.Protocol = nil
	case !nullable && a.Protocol == nil:
		r.Protocol = kmsg.StringPtr("")
	}
	r.LeaderID, r.SkipAssignment, r.MemberID = a.Leader, a.Skip, a.Member
	for i := range a.Members {
		m := kmsg.NewJoinGroupResponseMember()
		m.MemberID, m.InstanceID, m.ProtocolMetadata = a.Members[i].Member, a.Members[i].Instance, a.Members[i].Metadata
		r.Members = append(r.Members, m)
	}
	return r
}
