package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Heartbeat keeps a member of a classic group alive, and tells it with REBALANCE_IN_PROGRESS to join anew. From v3
// there are static members (KIP-345). While the coordinator loads, all is well.
var heartbeatAPI = api{key: wire.KeyHeartbeat, min: 0, max: 4, start: (*Session).startHeartbeat}

func (s *Session) startHeartbeat(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.HeartbeatRequest)
	if body.Group == "" {
		c.begin()
		s.complete(req.Conn, req.Seq, heartbeatResponse(req.Version, kafka.ErrInvalidGroupID))
		return true
	}
	id, o := s.beginGroups(c, req)
	s.askGroups(o, &msg.GroupHeartbeat{
		Op: id, Group: body.Group, Generation: kafka.GenerationID(body.Generation), Member: body.MemberID, Instance: body.InstanceID,
	})
	return true
}

func heartbeatResponse(v kafka.APIVersion, err kafka.ErrorCode) *kmsg.HeartbeatResponse {
	r := kmsg.NewPtrHeartbeatResponse()
	r.Version, r.ErrorCode = int16(v), int16(err)
	return r
}
