package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListGroups tells of the groups that this broker coordinates, of every kind: clients ask all brokers. From v4 it
// tells their states and can be asked for some (KIP-518), from v5 their types (KIP-848); words may be in any
// case, and one that means nothing matches nothing. While a coordinator loads the answer is
// COORDINATOR_LOAD_IN_PROGRESS.
var listGroupsAPI = api{key: wire.KeyListGroups, min: 0, max: 5, start: (*Session).startListGroups}

func (s *Session) startListGroups(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.ListGroupsRequest)
	var led []kafka.PartitionID
	if topic := v.Image.TopicNamed(kafka.GroupMetadataTopic); topic != nil {
		for i := range topic.Partitions {
			if topic.Partitions[i].Leader == s.cfg.NodeID {
				led = append(led, kafka.PartitionID(i))
			}
		}
	}
	if len(led) == 0 {
		c.begin()
		s.complete(req.Conn, req.Seq, listGroupsResponse(req.Version, nil))
		return true
	}
	id, o := s.beginGroups(c, req)
	asks := make([]msg.GroupRequest, len(led))
	for i, p := range led {
		asks[i] = &msg.ListGroups{Op: id, Slot: int32(i), Partition: p, States: body.StatesFilter, Types: body.TypesFilter}
	}
	s.askGroups(o, asks...)
	return true
}

// listGroupsResponse puts together what the coordinators told. One that is none any more has nothing to tell.
func listGroupsResponse(v kafka.APIVersion, replies []msg.GroupReply) *kmsg.ListGroupsResponse {
	r := kmsg.NewPtrListGroupsResponse()
	r.Version = int16(v)
	for _, part := range replies {
		a := part.(*msg.ListedGroups)
		if a.Err != kafka.None && a.Err != kafka.ErrNotCoordinator {
			r.ErrorCode, r.Groups = int16(a.Err), nil
			return r
		}
		for _, l := range a.Groups {
			t := kmsg.NewListGroupsResponseGroup()
			t.Group, t.ProtocolType, t.GroupState, t.GroupType = l.Group, l.ProtocolType, l.State, l.Type
			r.Groups = append(r.Groups, t)
		}
	}
	return r
}
