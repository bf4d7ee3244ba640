package main

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ofClassicGroups are the requests of members of classic groups, and about groups. Each has a group of its own,
// whose only member is brought as far as the request needs.
func ofClassicGroups() []*spec {
	return []*spec{
		{key: 11, prepare: withClassicMember(false), good: joinGroup, hand: handJoinGroup()},
		{key: 14, prepare: withClassicMember(true), good: syncGroup, hand: handSyncGroup()},
		{key: 12, prepare: withClassicMember(true), good: heartbeat, hand: handHeartbeat()},
		{key: 13, prepare: withClassicMember(true), good: leaveGroup, hand: handLeaveGroup()},
		{key: 15, prepare: withClassicMember(true), good: describeGroups, hand: handDescribeGroups()},
		{key: 16, good: func(*side, int16, int) kmsg.Request { return kmsg.NewPtrListGroupsRequest() }, hand: handListGroups(), reads: true},
		{
			key: 42, hand: handDeleteGroups(),
			prepare: func(r *run, n int) error {
				return r.both(func(s *side) error { return s.fulfil(offsetCommit(own(n), topicRecords, 0)(s, 9, n), 9) })
			},
			good: func(_ *side, _ int16, n int) kmsg.Request {
				r := kmsg.NewPtrDeleteGroupsRequest()
				r.Groups = []string{own(n)}
				return r
			},
		},
	}
}

// withClassicMember has a client be given a member id in the request's group, or with joined be its member.
func withClassicMember(joined bool) func(r *run, n int) error {
	version := int16(4)
	if joined {
		version = 3
	}
	return func(r *run, n int) error {
		return r.both(func(s *side) error {
			j := joinGroup(s, version, n).(*kmsg.JoinGroupRequest)
			j.Version, j.MemberID = version, ""
			j.RebalanceTimeoutMillis = 30_000 // within which it must sync
			got, err := s.ask(j)
			if err != nil {
				return err
			}
			a := got.(*kmsg.JoinGroupResponse)
			if s.members[own(n)] = a.MemberID; a.MemberID == "" {
				return fmt.Errorf("%s: no member id: %s", s.name, errorName(a.ErrorCode))
			}
			return nil
		})
	}
}

// joinGroup joins with a short rebalance timeout: of those that join one group, only the last is there.
func joinGroup(s *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrJoinGroupRequest()
	r.Group, r.MemberID, r.SessionTimeoutMillis, r.RebalanceTimeoutMillis = own(n), s.members[own(n)], 30_000, 100
	r.ProtocolType, r.Reason = "consumer", kmsg.StringPtr("since")
	for _, name := range []string{"range", "sticky"} {
		p := kmsg.NewJoinGroupRequestProtocol()
		p.Name, p.Metadata = name, []byte("said")
		r.Protocols = append(r.Protocols, p)
	}
	return r
}

func syncGroup(s *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrSyncGroupRequest()
	r.Group, r.MemberID, r.Generation = own(n), s.members[own(n)], 1
	r.ProtocolType, r.Protocol = kmsg.StringPtr("consumer"), kmsg.StringPtr("range")
	a := kmsg.NewSyncGroupRequestGroupAssignment()
	a.MemberID, a.MemberAssignment = r.MemberID, []byte("yours")
	r.GroupAssignment = append(r.GroupAssignment, a)
	return r
}

func heartbeat(s *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrHeartbeatRequest()
	r.Group, r.MemberID, r.Generation = own(n), s.members[own(n)], 1
	return r
}

func leaveGroup(s *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrLeaveGroupRequest()
	r.Group, r.MemberID = own(n), s.members[own(n)]
	m := kmsg.NewLeaveGroupRequestMember()
	m.MemberID, m.Reason = r.MemberID, kmsg.StringPtr("had enough")
	r.Members = append(r.Members, m)
	return r
}

func describeGroups(_ *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrDescribeGroupsRequest()
	r.Groups, r.IncludeAuthorizedOperations = []string{own(n)}, true
	return r
}
