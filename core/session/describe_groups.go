package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeGroups tells of classic groups, each asked of its coordinator, answered in the order asked. A group that is
// not there, or is none of the classic protocol, is Dead without an error, from v6 GROUP_ID_NOT_FOUND with a
// text (KIP-1043). From v3 it tells what the client may do, from v4 the instances of static members (KIP-345).
var describeGroupsAPI = api{key: wire.KeyDescribeGroups, min: 0, max: 6, start: (*Session).startDescribeGroups}

// allGroupOperations are those that there are for a group.
const allGroupOperations = 1<<3 | 1<<6 | 1<<8 | 1<<10 | 1<<11

func (s *Session) startDescribeGroups(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.DescribeGroupsRequest)
	if len(body.Groups) == 0 {
		c.begin()
		s.complete(req.Conn, req.Seq, describeGroupsResponse(req.Version, body, nil))
		return true
	}
	id, o := s.beginGroups(c, req)
	asks := make([]msg.GroupRequest, len(body.Groups))
	for i, name := range body.Groups {
		asks[i] = &msg.DescribeGroup{Op: id, Slot: int32(i), Group: name}
	}
	s.askGroups(o, asks...)
	return true
}

func describeGroupsResponse(v kafka.APIVersion, body *kmsg.DescribeGroupsRequest, replies []msg.GroupReply) *kmsg.DescribeGroupsResponse {
	r := kmsg.NewPtrDescribeGroupsResponse()
	r.Version = int16(v)
	tellsMissing := v >= 6
	operations := body.IncludeAuthorizedOperations && v >= 3
	for i := range replies {
		a := replies[i].(*msg.DescribedGroup)
		d := kmsg.NewDescribeGroupsResponseGroup()
		d.Group, d.State, d.ProtocolType, d.Protocol = a.Group, a.State, a.ProtocolType, a.Protocol
		if a.Err != kafka.ErrGroupIDNotFound || tellsMissing {
			d.ErrorCode, d.ErrorMessage = int16(a.Err), textOrNull(a.ErrText)
		}
		if operations && d.ErrorCode == 0 {
			d.AuthorizedOperations = allGroupOperations
		}
		for j := range a.Members {
			m := kmsg.NewDescribeGroupsResponseGroupMember()
			m.MemberID, m.InstanceID = a.Members[j].Member, a.Members[j].Instance
			m.ClientID, m.ClientHost = a.Members[j].ClientID, a.Members[j].ClientHost
			m.ProtocolMetadata, m.MemberAssignment = a.Members[j].Metadata, a.Members[j].Assignment
			d.Members = append(d.Members, m)
		}
		r.Groups = append(r.Groups, d)
	}
	return r
}
