package group

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/msg"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// knows makes a member that can follow protocols.
func knows(protocols ...string) *ClassicMember {
	m := &ClassicMember{id: strings.Join(protocols, "")}
	for _, p := range protocols {
		m.protocols = append(m.protocols, msg.GroupProtocol{Name: p})
	}
	return m
}

func TestMostVotesForWhatAllKnowChooseTheProtocol(t *testing.T) {
	for _, c := range []struct {
		want    string
		members []*ClassicMember
	}{
		{"a", []*ClassicMember{knows("a", "b")}},
		{"b", []*ClassicMember{knows("a", "b"), knows("b", "c")}},
		{"a", []*ClassicMember{knows("a", "b"), knows("b", "a")}},
		{"a", []*ClassicMember{knows("b", "a"), knows("a", "b")}}, // as in a real Kafka: a lies before b in its hash table
		{"b", []*ClassicMember{knows("a", "b"), knows("b", "a"), knows("b", "a")}},
		{"a", []*ClassicMember{knows("a", "a", "b"), knows("b", "a"), knows("a", "b")}},
	} {
		if got := selectProtocol(c.members); got != c.want {
			t.Errorf("%v chose %s", c.members, got)
		}
	}
}

func TestWhoKnowsNoCommonProtocolIsNotAdmitted(t *testing.T) {
	g := newClassic(0)
	p := func(names ...string) []msg.GroupProtocol { return knows(names...).protocols }
	if g.admits("", p("a")) || g.admits("consumer", nil) || !g.admits("consumer", p("a")) {
		t.Error("an empty group admits whoever has a type and a protocol")
	}
	g.add(knows("a", "b"), "consumer")
	g.add(knows("b"), "consumer")
	g.enter(ClassicPreparing, 0)
	if g.admits("connect", p("b")) || g.admits("consumer", p("a")) || !g.admits("consumer", p("c", "b")) {
		t.Error("only what both know is admitted")
	}
	g.remove("b")
	if !g.admits("consumer", p("a")) {
		t.Error("what is left knows it")
	}
}

// Ids that nobody comes back with are remembered up to the limit; who comes back too late begins anew.
func TestIDsThatNobodyComesBackWithAreBounded(t *testing.T) {
	w := newWorld(t, testConfig())
	w.g.limits.PendingMembers = 3
	w.lead()
	w.read()
	join := func(member string) string {
		w.g.Request(w.now, &msg.JoinGroup{
			Op: w.nextOp(), Group: "g", Member: member, ClientID: "c", ProtocolType: "consumer", SessionTimeout: 1000, RebalanceTimeout: 2000,
			NeedsMemberID: true, Protocols: knows("range").protocols,
		}, w.view())
		if out := w.g.Out.Replies; len(out) > 0 {
			w.g.Out.Replies = nil
			return out[0].(*msg.JoinedGroup).Err.String() + " " + out[0].(*msg.JoinedGroup).Member
		}
		w.high = w.end
		w.follow(true)
		return ""
	}
	join("")
	g := w.g.shards[0].group("g").Classic
	first := g.pending[0]
	for range 5 {
		join("")
		w.g.Check()
	}
	if len(g.pending) != 3 || len(w.g.shards[0].timers.at) > 3+2 {
		t.Fatalf("%d ids are remembered, and %d timers", len(g.pending), len(w.g.shards[0].timers.at))
	}
	if got := join(first); got != "UNKNOWN_MEMBER_ID "+first {
		t.Errorf("the first is told %s", got)
	}
	last := g.pending[2]
	join(last)
	if g.members[last] == nil || len(g.pending) != 2 {
		t.Error("the last one is no member")
	}
}

func TestCommitsAreFenced(t *testing.T) {
	i, j := "i", "j"
	for _, c := range []struct {
		state         ClassicState
		member        string
		instance      *string
		generation    kafka.GenerationID
		transactional bool
		want          kafka.ErrorCode
	}{
		{ClassicEmpty, "", nil, -1, false, kafka.None},
		{ClassicEmpty, "m", nil, -1, false, kafka.None},
		{ClassicEmpty, "gone", nil, 3, false, kafka.ErrUnknownMemberID},
		{ClassicStable, "", nil, -1, false, kafka.ErrUnknownMemberID},
		{ClassicStable, "", nil, -1, true, kafka.None},
		{ClassicStable, "m", nil, 3, false, kafka.None},
		{ClassicStable, "m", nil, 2, false, kafka.ErrIllegalGeneration},
		{ClassicStable, "m", nil, -1, false, kafka.ErrIllegalGeneration},
		{ClassicStable, "m", nil, 4, true, kafka.ErrIllegalGeneration},
		{ClassicStable, "gone", nil, 3, false, kafka.ErrUnknownMemberID},
		{ClassicStable, "s", &i, 3, false, kafka.None},
		{ClassicStable, "m", &i, 3, false, kafka.ErrFencedInstanceID},
		{ClassicStable, "s", &j, 3, false, kafka.ErrUnknownMemberID},
		{ClassicPreparing, "m", nil, 3, false, kafka.None},
		{ClassicCompleting, "m", nil, 3, false, kafka.ErrRebalanceInProgress},
		{ClassicCompleting, "m", nil, 3, true, kafka.None},
	} {
		g := newClassic(0)
		if g.state = c.state; c.state != ClassicEmpty {
			g.add(&ClassicMember{id: "m"}, "consumer")
			g.add(&ClassicMember{id: "s", instance: &i}, "consumer")
		}
		g.generation = 3
		if got := g.checkCommit(c.member, c.instance, c.generation, c.transactional); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestSubscriptionsOfConsumersAreRead(t *testing.T) {
	said := func(version int16, topics ...string) []byte {
		m := kmsg.NewConsumerMemberMetadata()
		m.Version, m.Topics = version, topics
		return m.AppendTo(nil)
	}
	protocol := "range"
	for _, c := range []struct {
		protocolType string
		metadata     [][]byte
		known        bool
		subscribed   []string
		toU          bool
	}{
		{"consumer", [][]byte{said(0, "t"), said(3, "a", "t")}, true, []string{"a", "t"}, false},
		{"consumer", [][]byte{said(1, "u"), []byte("odd")}, false, nil, true},
		{"consumer", nil, true, nil, false},
		{"connect", [][]byte{said(0, "t")}, false, nil, false},
	} {
		g := newClassic(0)
		g.protocolType, g.protocol = c.protocolType, &protocol
		for i, m := range c.metadata {
			g.add(&ClassicMember{id: fmt.Sprint(i), protocols: []msg.GroupProtocol{{Name: protocol, Metadata: m}}}, c.protocolType)
		}
		g.readSubscriptions()
		if g.subscribedKnown != c.known || !cmp.Equal(g.subscribed, c.subscribed) || g.subscribedTo("u") != c.toU {
			t.Errorf("%+v: %v %v", c, g.subscribedKnown, g.subscribed)
		}
	}
}

// TestALoadGivesWhatWasStable does what comes to mind with a few groups, and holds what a load makes of the log
// beside the state whenever no rebalance is under way.
func TestALoadGivesWhatWasStable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := testConfig()
		cfg.Groups.Classic.MaxSize = rapid.SampledFrom([]int32{2, 3, math.MaxInt32}).Draw(rt, "size")
		cfg.Groups.Classic.InitialDelay = rapid.SampledFrom([]kafka.Millis{0, 100}).Draw(rt, "delay")
		w := newWorld(t, cfg)
		w.lead()
		w.read()
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			w.held = rapid.IntRange(0, 5).Draw(rt, "held") == 0
			randomRequest(rt, w)
			w.settle()
			compareWithLoad(t, w)
		}
	})
}

func randomRequest(rt *rapid.T, w *world) {
	g := w.g.shards[0].group("g")
	member, generation, members := "", kafka.GenerationID(0), []string{"nobody"}
	if g != nil && g.Classic != nil {
		members, generation = append(members, g.Classic.order...), g.Classic.generation
		for _, id := range g.Classic.pending {
			members = append(members, id)
			break
		}
	}
	member = rapid.SampledFrom(members).Draw(rt, "member")
	var instance *string
	if i := rapid.SampledFrom([]string{"", "", "i", "j"}).Draw(rt, "instance"); i != "" {
		instance = &i
	}
	generation -= kafka.GenerationID(rapid.IntRange(0, 8).Draw(rt, "older") / 8)
	switch rapid.IntRange(0, 9).Draw(rt, "what") {
	case 0, 1, 2:
		r := &msg.JoinGroup{
			Op: w.nextOp(), Group: "g", Instance: instance, ClientID: "c", ProtocolType: "consumer", SessionTimeout: 1000, RebalanceTimeout: 2000,
			NeedsMemberID: rapid.Bool().Draw(rt, "needs"), KnowsSkip: rapid.Bool().Draw(rt, "skip"),
		}
		if rapid.Bool().Draw(rt, "known") {
			r.Member = member
			if m := g.memberOrNil(member); m != nil {
				r.Instance = m.instance
			}
		}
		r.Protocols = []msg.GroupProtocol{{Name: "p", Metadata: []byte{byte(rapid.IntRange(0, 1).Draw(rt, "said"))}}, {Name: "q"}}
		w.ask(r)
	case 3, 4, 5:
		r := &msg.SyncGroup{Op: w.nextOp(), Group: "g", Generation: generation, Member: member}
		for _, m := range members {
			r.Assignments = append(r.Assignments, msg.GroupAssignment{Member: m, Assignment: []byte(m)})
		}
		w.ask(r)
	case 6:
		w.ask(&msg.GroupHeartbeat{Op: w.nextOp(), Group: "g", Generation: generation, Member: member})
	case 7:
		w.ask(&msg.LeaveGroup{Op: w.nextOp(), Group: "g", Members: []msg.LeavingMember{{Member: member}}})
	case 8:
		w.pass(kafka.Millis(rapid.IntRange(0, 1500).Draw(rt, "ms")))
	case 9:
		w.refuse = rapid.SampledFrom([]kafka.ErrorCode{kafka.None, kafka.ErrMessageTooLarge}).Draw(rt, "refuse")
	}
}

func (g *Group) memberOrNil(id string) *ClassicMember {
	if g == nil || g.Classic == nil {
		return nil
	}
	return g.Classic.members[id]
}

// compareWithLoad loads the log anew and compares what it gives, as DescribeGroups tells it.
func compareWithLoad(t *testing.T, w *world) {
	live := w.g.shards[0].group("g")
	if live == nil || live.Classic.state != ClassicStable && live.Classic.state != ClassicEmpty || w.high < w.end {
		return
	}
	again := newWorld(t, testConfig())
	again.batches, again.end, again.high = w.batches, w.end, w.high
	again.lead()
	again.read()
	told := func(w *world) string {
		w.trace.Reset()
		g := w.g.shards[0].group("g")
		w.ask(&msg.DescribeGroup{Group: "g"})
		return fmt.Sprint(w.trace.String(), g.Classic.generation, g.Classic.leader, g.Classic.stateAt, g.Classic.static)
	}
	again.ids = w.ids
	if a, b := told(w), told(again); a != b {
		t.Fatalf("live:\n%s\nloaded:\n%s", a, b)
	}
}
