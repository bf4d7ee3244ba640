package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestGoldenClassicGroups asks for each API of classic groups in its versions, and gives the answers that a
// coordinator gives.
func TestGoldenClassicGroups(t *testing.T) {
	golden(t, "classic_groups", func(step func(string, *bench)) {
		b := newBench()
		b.s.cfg.Groups.Classic.MinSession, b.s.cfg.Groups.Classic.MaxSession = 100, 1000
		b.open(1)
		s := &story{b: b, step: step}
		s.joins()
		s.syncs()
		s.beatsAndLeaves()
		s.groups()
	})
}

// story is what is asked and answered, step by step.
type story struct {
	b    *bench
	step func(string, *bench)
}

func (s *story) ask(version int16, title string, r kmsg.Request) {
	s.b.send(1, version, r)
	s.step(title, s.b)
}

func (s *story) answer(title string, answers ...msg.GroupReply) {
	for _, a := range answers {
		s.b.s.GroupReply(s.b.now, a, s.b.view())
	}
	s.b.s.Check()
	s.step(title, s.b)
}

func (s *story) joins() {
	join := func(group string, session int32) *kmsg.JoinGroupRequest {
		r := kmsg.NewPtrJoinGroupRequest()
		r.Group, r.MemberID, r.SessionTimeoutMillis, r.RebalanceTimeoutMillis, r.ProtocolType = group, "m", session, 7, "consumer"
		r.InstanceID, r.Reason = kmsg.StringPtr("i"), kmsg.StringPtr("since")
		p := kmsg.NewJoinGroupRequestProtocol()
		p.Name, p.Metadata = "range", []byte("said")
		r.Protocols = append(r.Protocols, p)
		return r
	}
	s.ask(9, "JoinGroup without a group", join("", 100))
	s.ask(9, "a session that is too short", join("g", 99))
	s.ask(9, "and too long", join("g", 1001))
	s.ask(9, "v9: all there is", join("g", 100))
	consumer, protocol, none, instance := "consumer", "range", "", "i"
	all := msg.JoinedGroup{
		Op: s.b.lastOp, Generation: 3, ProtocolType: &consumer, Protocol: &protocol, Leader: "m", Skip: true, Member: "m",
		Members: []msg.GroupMemberMetadata{{Member: "m", Instance: &instance, Metadata: []byte("said")}},
	}
	answer := func(title string, a msg.JoinedGroup) {
		a.Op = s.b.lastOp
		s.answer(title, &a)
	}
	answer("the leader's answer", all)
	s.ask(0, "v0: the session is for the rebalance too", join("g", 100))
	answer("without what it doesn't know", all)
	s.ask(4, "v4 needs an id", join("g", 100))
	answer("refused; before v7 no protocol is an empty one", msg.JoinedGroup{Err: kafka.ErrMemberIDRequired, Generation: -1, Member: "new"})
	s.ask(7, "v7", join("g", 100))
	answer("an empty protocol is none", msg.JoinedGroup{Generation: 1, ProtocolType: &consumer, Protocol: &none, Leader: "m", Member: "m"})
}

func (s *story) syncs() {
	sync := func(group string, protocol *string) *kmsg.SyncGroupRequest {
		r := kmsg.NewPtrSyncGroupRequest()
		r.Group, r.MemberID, r.Generation, r.ProtocolType, r.Protocol = group, "m", 3, kmsg.StringPtr("consumer"), protocol
		a := kmsg.NewSyncGroupRequestGroupAssignment()
		a.MemberID, a.MemberAssignment = "m", []byte("yours")
		r.GroupAssignment = append(r.GroupAssignment, a)
		return r
	}
	protocol := "range"
	s.ask(5, "SyncGroup without a group", sync("", &protocol))
	s.ask(5, "from v5 the protocol must be named", sync("g", nil))
	s.ask(4, "v4 has none", sync("g", nil))
	s.answer("assigned", &msg.SyncedGroup{Op: s.b.lastOp, Protocol: &protocol, Assignment: []byte("yours")})
	s.ask(5, "v5", sync("g", &protocol))
	s.answer("not now", &msg.SyncedGroup{Op: s.b.lastOp, Err: kafka.ErrRebalanceInProgress})
}

func (s *story) beatsAndLeaves() {
	beat := func(group string) *kmsg.HeartbeatRequest {
		r := kmsg.NewPtrHeartbeatRequest()
		r.Group, r.MemberID, r.Generation, r.InstanceID = group, "m", 3, kmsg.StringPtr("i")
		return r
	}
	s.ask(4, "Heartbeat without a group", beat(""))
	s.ask(4, "Heartbeat", beat("g"))
	s.answer("while the coordinator loads all is well", (&msg.GroupHeartbeat{Op: s.b.lastOp}).Refuse(kafka.ErrCoordinatorLoadInProgress))
	s.ask(0, "v0", beat("g"))
	s.answer("join again", &msg.GroupHeartbeatDone{Op: s.b.lastOp, Err: kafka.ErrRebalanceInProgress})
	leave := func(group string) *kmsg.LeaveGroupRequest {
		r := kmsg.NewPtrLeaveGroupRequest()
		r.Group, r.MemberID = group, "m"
		for _, id := range []string{"m", "n"} {
			m := kmsg.NewLeaveGroupRequestMember()
			m.MemberID, m.InstanceID, m.Reason = id, kmsg.StringPtr("i"), kmsg.StringPtr("had enough")
			r.Members = append(r.Members, m)
		}
		return r
	}
	s.ask(5, "LeaveGroup without a group", leave(""))
	s.ask(5, "LeaveGroup", leave("g"))
	left := msg.LeftGroup{Members: []msg.LeftMember{{Member: "m"}, {Member: "n", Err: kafka.ErrUnknownMemberID}}}
	left.Op = s.b.lastOp
	s.answer("each has an error of its own", &left)
	s.ask(2, "before v3 it is about one member", leave("g"))
	s.answer("whose error is the answer's", &msg.LeftGroup{Op: s.b.lastOp, Members: []msg.LeftMember{{Member: "m", Err: kafka.ErrUnknownMemberID}}})
}

func (s *story) groups() {
	describe := kmsg.NewPtrDescribeGroupsRequest()
	s.ask(6, "DescribeGroups of none", describe)
	describe.Groups, describe.IncludeAuthorizedOperations = []string{"g", "", "g"}, true
	again := *describe
	stable := &msg.DescribedGroup{
		Group: "g", State: "Stable", ProtocolType: "consumer", Protocol: "range",
		Members: []msg.DescribedMember{{Member: "m", ClientID: "c", ClientHost: "/h", Metadata: []byte("said"), Assignment: []byte("yours")}},
	}
	gone := &msg.DescribedGroup{Slot: 1, Err: kafka.ErrGroupIDNotFound, ErrText: "Group  not found.", State: "Dead"}
	loading := &msg.DescribedGroup{Group: "g", Slot: 2, Err: kafka.ErrCoordinatorLoadInProgress}
	for _, d := range []struct {
		version int16
		title   string
		r       *kmsg.DescribeGroupsRequest
	}{{6, "v6 tells what isn't there", describe}, {5, "v5 calls it dead", &again}} {
		s.ask(d.version, "DescribeGroups", d.r)
		stable.Op, gone.Op, loading.Op = s.b.lastOp, s.b.lastOp, s.b.lastOp
		a, b, c := *stable, *gone, *loading
		s.answer(d.title, &c, &a, &b)
	}
	list := kmsg.NewPtrListGroupsRequest()
	s.ask(5, "ListGroups, and nobody coordinates here", list)
	s.b.topic(kafka.GroupMetadataTopic, kafka.TopicID{9}, 1, 2, 1)
	list.StatesFilter, list.TypesFilter = []string{"Stable"}, []string{"classic"}
	again5, again0 := *list, *list
	s.ask(5, "of two partitions that are led here", &again5)
	part := func(slot int32, err kafka.ErrorCode, groups ...msg.ListedGroup) *msg.ListedGroups {
		return &msg.ListedGroups{Op: s.b.lastOp, Slot: slot, Err: err, Groups: groups}
	}
	g := msg.ListedGroup{Group: "g", ProtocolType: "consumer", State: "Stable", Type: "classic"}
	s.answer("one is coordinated no more", part(1, kafka.ErrNotCoordinator), part(0, kafka.None, g))
	s.ask(0, "v0 knows no states", &again0)
	s.answer("loading is told", part(0, kafka.None, g), part(1, kafka.ErrCoordinatorLoadInProgress))
	del := kmsg.NewPtrDeleteGroupsRequest()
	s.ask(2, "DeleteGroups of none", del)
	del = kmsg.NewPtrDeleteGroupsRequest()
	del.Groups = []string{"g", "h", "g"}
	s.ask(2, "DeleteGroups, one of them named twice", del)
	s.answer("each is answered once", &msg.DeletedGroup{Op: s.b.lastOp, Slot: 1, Err: kafka.ErrNonEmptyGroup}, &msg.DeletedGroup{Op: s.b.lastOp})
}
