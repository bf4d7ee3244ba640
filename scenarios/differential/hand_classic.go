package main

import (
	"github.com/twmb/franz-go/pkg/kmsg"
)

func handJoinGroup() []handmade {
	type R = *kmsg.JoinGroupRequest
	return []handmade{
		{"without a member id", with(joinGroup, func(r R) { r.MemberID = "" }), 0},
		{"as a static member", with(joinGroup, func(r R) { r.MemberID, r.InstanceID = "", kmsg.StringPtr("i") }), 5},
		{"as a static member with an id of a pending one", with(joinGroup, func(r R) { r.InstanceID = kmsg.StringPtr("i") }), 5},
		{"with another's id", with(joinGroup, func(r R) { r.MemberID = "nobody" }), 0},
		{"with another's id and an instance", with(joinGroup, func(r R) { r.MemberID, r.InstanceID = "nobody", kmsg.StringPtr("i") }), 5},
		{"without protocols", with(joinGroup, func(r R) { r.Protocols = nil }), 0},
		{"of another type", with(joinGroup, func(r R) { r.ProtocolType = "connect" }), 0},
		{"for too short", with(joinGroup, func(r R) { r.SessionTimeoutMillis = 5999 }), 0},
		{"for too long", with(joinGroup, func(r R) { r.SessionTimeoutMillis = 1_800_001 }), 0},
		{"of no group", with(joinGroup, func(r R) { r.Group = "" }), 0},
	}
}

func handSyncGroup() []handmade {
	type R = *kmsg.SyncGroupRequest
	return []handmade{
		{"of another generation", with(syncGroup, func(r R) { r.Generation = 7 }), 0},
		{"of another protocol", with(syncGroup, func(r R) { r.Protocol = kmsg.StringPtr("sticky") }), 5},
		{"of another type", with(syncGroup, func(r R) { r.ProtocolType = kmsg.StringPtr("connect") }), 5},
		{"of no protocol", with(syncGroup, func(r R) { r.Protocol = nil }), 5},
		{"of an instance that is not", with(syncGroup, func(r R) { r.InstanceID = kmsg.StringPtr("i") }), 3},
		{"without assignments", with(syncGroup, func(r R) { r.GroupAssignment = nil }), 0},
		{"of no group", with(syncGroup, func(r R) { r.Group = "" }), 0},
		{"of a group without members", with(syncGroup, func(r R) { r.Group = groupKept }), 0},
	}
}

func handHeartbeat() []handmade {
	type R = *kmsg.HeartbeatRequest
	return []handmade{
		{"of another generation", with(heartbeat, func(r R) { r.Generation = 7 }), 0},
		{"of nobody", with(heartbeat, func(r R) { r.MemberID = "nobody" }), 0},
		{"of an instance that is not", with(heartbeat, func(r R) { r.InstanceID = kmsg.StringPtr("i") }), 3},
		{"of a group without members", with(heartbeat, func(r R) { r.Group = groupKept }), 0},
		{"of a group that is not", with(heartbeat, func(r R) { r.Group = "nobody" }), 0},
	}
}

func handLeaveGroup() []handmade {
	type R = *kmsg.LeaveGroupRequest
	return []handmade{
		{"by nobody", with(leaveGroup, func(r R) { r.Members = nil }), 3},
		{"by one twice", with(leaveGroup, func(r R) { r.Members = append(r.Members, r.Members[0]) }), 3},
		{"by an instance that is not", with(leaveGroup, func(r R) { r.Members[0].MemberID, r.Members[0].InstanceID = "", kmsg.StringPtr("i") }), 3},
		{"by another's id", with(leaveGroup, func(r R) { r.MemberID = "nobody" }), 0},
		{"of a group that is not", with(leaveGroup, func(r R) { r.Group = "nobody" }), 0},
		{"of a group without members", with(leaveGroup, func(r R) { r.Group = groupKept }), 0},
		{"of no group", with(leaveGroup, func(r R) { r.Group = "" }), 0},
	}
}

func handDescribeGroups() []handmade {
	type R = *kmsg.DescribeGroupsRequest
	return []handmade{
		{"of a group without members", with(describeGroups, func(r R) { r.Groups = []string{groupKept} }), 0},
		{"of a group that is not", with(describeGroups, func(r R) { r.Groups = []string{"nobody"} }), 0},
		{"of no name", with(describeGroups, func(r R) { r.Groups = []string{""} }), 0},
		{"of one twice", with(describeGroups, func(r R) { r.Groups = append(r.Groups, r.Groups[0]) }), 0},
		{"of none", with(describeGroups, func(r R) { r.Groups = nil }), 0},
	}
}

func handListGroups() []handmade {
	of := func(states, types []string) maker {
		return func(*side, int16, int) kmsg.Request {
			r := kmsg.NewPtrListGroupsRequest()
			r.StatesFilter, r.TypesFilter = states, types
			return r
		}
	}
	return []handmade{
		{"that are empty", of([]string{"empty"}, nil), 4},
		{"in no state", of([]string{"no-such-thing"}, nil), 4},
		{"with blanks", of([]string{" Empty "}, nil), 4},
		{"that are classic", of(nil, []string{"Classic"}), 5},
		{"of no type", of(nil, []string{"no-such-thing"}), 5},
		{"of a type with blanks", of(nil, []string{" classic "}), 5},
	}
}

func handDeleteGroups() []handmade {
	of := func(names ...string) maker {
		return func(*side, int16, int) kmsg.Request {
			r := kmsg.NewPtrDeleteGroupsRequest()
			r.Groups = names
			return r
		}
	}
	return []handmade{
		{"of none", of(), 0},
		{"of a group that is not", of("nobody"), 0},
		{"of no name", of(""), 0},
		{"of one twice", of("nobody", "nobody"), 0},
	}
}
