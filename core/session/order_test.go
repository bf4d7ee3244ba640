package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// 1. A client pipelines two requests, and has no quota. 2. It is given one that both answers are above.
// The connection is muted once and let go once, however many answers said so: were the second one to
// mute it too, nobody would let it go again.
func TestAnswersInFlightWhenAQuotaComesMuteOnce(t *testing.T) {
	b := newBench()
	b.open(1)
	b.ask(1, 9, produceBody(1, 0), 100000, 0)
	b.ask(1, 9, produceBody(1, 0), 100000, 0)
	out := b.charged()
	b.quota("producer_byte_rate", 100)
	for _, p := range out.Produces {
		b.produced(p, kafka.None)
	}
	mutes, unmutes := 0, 0
	for _, r := range b.charged().Replies {
		if r.Mute {
			mutes++
		}
	}
	for range 100 {
		b.wait(100000)
		unmutes += len(b.charged().Unmutes)
	}
	if mutes != 1 || unmutes != 1 {
		t.Errorf("muted %d times, let go %d times", mutes, unmutes)
	}
}

// 1. A produce is under way, the next one is back at the edge to be validated again, a third one is held.
// 2. The first is answered. The third must wait for the second all the same.
func TestNothingOvertakesARequestThatIsBackAtTheEdge(t *testing.T) {
	b := newBench()
	b.open(1)
	b.sendValidated(1, 9, produceBody(1, 0), 2)
	p := b.charged().Produces
	b.s.Published(&msg.Published{Version: 3, Policies: []msg.TopicPolicy{{Name: "t", ID: topicT, Since: 3}}, IDs: []int32{0}})
	b.sendValidated(1, 9, produceBody(1, 0), 2)
	b.sendValidated(1, 9, produceBody(1, 0), 3)
	again := b.charged().Stale[0]
	b.produced(p[0], kafka.None)
	b.advance(tp(topicT, 0), 1, 70, false)
	if out := b.charged(); len(out.Replies) != 1 || len(out.Produces) != 0 {
		t.Errorf("%d replies, %d produces started", len(out.Replies), len(out.Produces))
	}
	again.Policies = 3
	b.resend(again)
	if out := b.charged(); len(out.Produces) == 0 {
		t.Error("nothing is started once it came back")
	}
}

func TestWhatArrivesAfterTheEndIsDropped(t *testing.T) {
	b := newBench()
	b.open(1)
	b.quota("producer_byte_rate", 100)
	b.ask(1, 9, produceBody(1, 0), 100000, 0)
	b.ask(1, 9, produceBody(1, 0), 100000, 0)
	b.charged()
	b.s.GiveUpHeld()
	b.ask(1, 9, produceBody(1, 0), 100000, 0)
	if out := b.charged(); len(out.Produces) != 0 {
		t.Errorf("%d produces are started", len(out.Produces))
	}
}

// Beyond Limits.Connections the process would have no file left for a segment: the newest connection is closed, and
// told of, and there is room again when another one ends.
func TestAConnectionWithoutAFileIsClosed(t *testing.T) {
	b := newBench()
	b.s.limits.Connections = 2
	b.open(1)
	b.open(2)
	b.open(3)
	out := b.charged()
	if len(out.Closes) != 1 || out.Closes[0].Conn != 3 || len(out.Refusals) != 1 {
		t.Errorf("closed %v, told %q", out.Closes, out.Refusals)
	}
	b.s.ConnClosed(b.now, 3, b.view())
	b.s.ConnClosed(b.now, 1, b.view())
	b.open(4)
	if out := b.charged(); len(out.Closes) != 0 {
		t.Errorf("closed %v although there is room", out.Closes)
	}
}

// What comes behind a JoinGroup is decided on once that is answered: a heartbeat that was looked at before would tell
// of the rebalance that is over.
func TestNothingOvertakesARebalance(t *testing.T) {
	b := newBench()
	b.open(1)
	join := kmsg.NewPtrJoinGroupRequest()
	b.s.cfg.Groups.Classic.MaxSession = 10000
	join.Group, join.MemberID, join.SessionTimeoutMillis = "g", "m", 10000
	beat := kmsg.NewPtrHeartbeatRequest()
	beat.Group, beat.MemberID = "g", "m"
	sync := kmsg.NewPtrSyncGroupRequest()
	sync.Group, sync.MemberID = "g", "m"
	b.send(1, 9, join)
	b.send(1, 3, sync)
	b.send(1, 4, beat)
	started := func(want int) []msg.GroupRequest {
		t.Helper()
		out := b.charged()
		if len(out.Groups) != want {
			t.Fatalf("%d requests are started, want %d", len(out.Groups), want)
		}
		return out.Groups
	}
	op := started(1)[0].(*msg.JoinGroup).Op
	b.s.GroupReply(b.now, &msg.JoinedGroup{Op: op}, b.view())
	op = started(1)[0].(*msg.SyncGroup).Op
	b.s.GroupReply(b.now, &msg.SyncedGroup{Op: op}, b.view())
	op = started(1)[0].(*msg.GroupHeartbeat).Op
	b.s.GroupReply(b.now, &msg.GroupHeartbeatDone{Op: op}, b.view())
	if out := b.charged(); len(out.Replies) != 1 {
		t.Errorf("%d answers to the heartbeat", len(out.Replies))
	}
}
