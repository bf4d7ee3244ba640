package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// LeaveGroup takes members out of a classic group. From v3 it names several, also by their instances alone
// (KIP-345), and each has an error of its own; before, the one member's error is that of the answer. From v5 they
// say why (KIP-800).
var leaveGroupAPI = api{key: wire.KeyLeaveGroup, min: 0, max: 5, start: (*Session).startLeaveGroup}

func (s *Session) startLeaveGroup(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.LeaveGroupRequest)
	if body.Group == "" {
		c.begin()
		s.complete(req.Conn, req.Seq, leaveGroupResponse(req.Version, &msg.LeftGroup{Err: kafka.ErrInvalidGroupID}))
		return true
	}
	r := &msg.LeaveGroup{Group: body.Group}
	if single := req.Version < 3; single {
		r.Members = []msg.LeavingMember{{Member: body.MemberID}}
	}
	for i := range body.Members {
		m := msg.LeavingMember{Member: body.Members[i].MemberID, Instance: body.Members[i].InstanceID}
		if body.Members[i].Reason != nil {
			m.Reason = *body.Members[i].Reason
		}
		r.Members = append(r.Members, m)
	}
	id, o := s.beginGroups(c, req)
	r.Op = id
	s.askGroups(o, r)
	return true
}

func leaveGroupResponse(v kafka.APIVersion, a *msg.LeftGroup) *kmsg.LeaveGroupResponse {
	r := kmsg.NewPtrLeaveGroupResponse()
	r.Version, r.ErrorCode = int16(v), int16(a.Err)
	if single := v < 3; single {
		if a.Err == kafka.None && len(a.Members) == 1 {
			r.ErrorCode = int16(a.Members[0].Err)
		}
		return r
	}
	for i := range a.Members {
		m := kmsg.NewLeaveGroupResponseMember()
		m.MemberID, m.InstanceID, m.ErrorCode = a.Members[i].Member, a.Members[i].Instance, int16(a.Members[i].Err)
		r.Members = append(r.Members, m)
	}
	return r
}
