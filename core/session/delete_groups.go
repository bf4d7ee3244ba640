package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteGroups removes groups of any kind, with their offsets, if nobody is in them (KIP-229): else they are
// NON_EMPTY_GROUP, and GROUP_ID_NOT_FOUND if there is no such group. A group named twice is answered once.
var deleteGroupsAPI = api{key: wire.KeyDeleteGroups, min: 0, max: 2, start: (*Session).startDeleteGroups}

func (s *Session) startDeleteGroups(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	names := distinct(req.Body.(*kmsg.DeleteGroupsRequest).Groups)
	if len(names) == 0 {
		c.begin()
		s.complete(req.Conn, req.Seq, deleteGroupsResponse(req.Version, nil, nil))
		return true
	}
	id, o := s.beginGroups(c, req)
	asks := make([]msg.GroupRequest, len(names))
	for i, name := range names {
		asks[i] = &msg.DeleteGroup{Op: id, Slot: int32(i), Group: name}
	}
	s.askGroups(o, asks...)
	return true
}

// distinct are the names without those that are there before.
func distinct(names []string) []string {
	var list []string
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list
}

func deleteGroupsResponse(v kafka.APIVersion, names []string, replies []msg.GroupReply) *kmsg.DeleteGroupsResponse {
	r := kmsg.NewPtrDeleteGroupsResponse()
	r.Version = int16(v)
	for i, name := range names {
		d := kmsg.NewDeleteGroupsResponseGroup()
		d.Group, d.ErrorCode = name, int16(replies[i].(*msg.DeletedGroup).Err)
		r.Groups = append(r.Groups, d)
	}
	return r
}
