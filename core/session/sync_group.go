package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// SyncGroup brings the leader's assignment, and waits for it in the name of the others. From v3 there are static
// members (KIP-345); from v5 the client must say which protocol it follows, else the answer is
// INCONSISTENT_GROUP_PROTOCOL (KIP-559).
var syncGroupAPI = api{key: wire.KeySyncGroup, min: 0, max: 5, start: (*Session).startSyncGroup}

func (s *Session) startSyncGroup(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.SyncGroupRequest)
	r := &msg.SyncGroup{
		Group: body.Group, Generation: kafka.GenerationID(body.Generation), Member: body.MemberID, Instance: body.InstanceID,
		ProtocolType: body.ProtocolType, Protocol: body.Protocol,
	}
	for i := range body.GroupAssignment {
		a := &body.GroupAssignment[i]
		r.Assignments = append(r.Assignments, msg.GroupAssignment{Member: a.MemberID, Assignment: a.MemberAssignment})
	}
	namesProtocol := req.Version >= 5
	err := kafka.None
	switch {
	case namesProtocol && (r.ProtocolType == nil || r.Protocol == nil):
		err = kafka.ErrInconsistentGroupProtocol
	case r.Group == "":
		err = kafka.ErrInvalidGroupID
	}
	if err != kafka.None {
		c.begin()
		s.complete(req.Conn, req.Seq, syncGroupResponse(req.Version, &msg.SyncedGroup{Err: err}))
		return true
	}
	id, o := s.beginGroups(c, req)
	r.Op = id
	s.askGroups(o, r)
	return true
}

func syncGroupResponse(v kafka.APIVersion, a *msg.SyncedGroup) *kmsg.SyncGroupResponse {
	r := kmsg.NewPtrSyncGroupResponse()
	r.Version, r.ErrorCode = int16(v), int16(a.Err)
	r.ProtocolType, r.Protocol, r.MemberAssignment = a.ProtocolType, a.Protocol, a.Assignment
	return r
}
