package core_test

import (
	"slices"
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"
)

// slow is a node whose saves of checkpoints do not come to an end by themselves.
type slow struct {
	node *core.Node
	now  kafka.Now
	hold bool
	held []port.Save
	// opened are the logs that were opened, in order.
	opened []kafka.TopicPartition
	// told counts the replies that came of a save's end.
	told int
}

func (s *slow) step(now kafka.Now, ev core.Event, take func(*core.Ready)) {
	s.now = now
	s.node.Step(now, ev)
	r := s.node.Ready()
	for _, op := range r.LogOps {
		if op.Kind == port.OpOpen {
			s.opened = append(s.opened, op.Log)
		}
	}
	if s.hold {
		r.Saves = slices.DeleteFunc(r.Saves, func(v port.Save) bool {
			if v.Kind == port.SaveCheckpoints {
				s.held = append(s.held, v)
			}
			return v.Kind == port.SaveCheckpoints
		})
	}
	take(r)
	s.node.Recycle(r)
}

// end completes the save that is held longest.
func (s *slow) end() {
	v := s.held[0]
	s.held = s.held[1:]
	s.step(s.now, &core.Saved{Saved: port.Saved{Kind: v.Kind, Seq: v.Seq, Dir: v.Dir}}, func(r *core.Ready) { s.told += len(r.Replies) })
}

// withTopic is a node with a topic of three partitions that was just asked for.
func withTopic() (*slow, *lifetest.Life) {
	s := &slow{node: &core.Node{}}
	l := lifetest.New(lifetest.NewStorage(), s.step, nil)
	l.Pass(100)
	l.Open(1)
	l.Send(1, 7, lifetest.CreateTopics("made", 3))
	return s, l
}

// However slow the disk is, one save of a directory's checkpoints is out; what became stale since it
// was asked for goes with the next, and a new log of that name is opened after that.
func TestOneSaveOfCheckpointsIsOutAtATime(t *testing.T) {
	s, l := withTopic()
	l.Settle()
	old := s.opened[len(s.opened)-1].Topic
	s.hold = true
	l.Pass(5000)
	if len(s.held) != 1 || len(s.held[0].Checkpoints) != 3 {
		t.Fatalf("after ten intervals %d saves are out: %+v", len(s.held), s.held)
	}
	before := len(s.opened)
	l.Send(1, 6, lifetest.DeleteTopics(old))
	l.Settle()
	l.Send(1, 7, lifetest.CreateTopics("made", 2))
	l.Pass(2000)
	if len(s.held) != 1 || len(s.opened) != before {
		t.Fatalf("%d saves are out, and %d logs were opened beside stale lines", len(s.held), len(s.opened)-before)
	}
	s.end()
	if len(s.held) != 1 || len(s.held[0].Checkpoints) != 0 || len(s.opened) != before {
		t.Fatalf("the stale lines go with %+v; %d logs were opened", s.held, len(s.opened)-before)
	}
	s.end()
	if len(s.held) != 0 || len(s.opened) != before+2 {
		t.Fatalf("%d saves are out, and %d logs were opened", len(s.held), len(s.opened)-before)
	}
}

// Checkpoints that say what they said are not written again.
func TestCheckpointsOfAnIdleNodeStay(t *testing.T) {
	s, l := withTopic()
	l.Pass(1200)
	s.hold = true
	l.Pass(5000)
	if len(s.held) != 0 {
		t.Fatalf("nothing has changed, and is saved: %+v", s.held)
	}
	l.Send(1, 7, lifetest.CreateTopics("another", 1))
	l.Pass(600)
	if len(s.held) != 1 || len(s.held[0].Checkpoints) != 4 {
		t.Fatalf("a topic was made, and %d saves are out: %+v", len(s.held), s.held)
	}
}

// What a replica knows whose log is damaged is less than what stands in the checkpoints, and a clean
// stop does not write it there: above its recovery point the damage would pass for a torn write.
func TestAStopLeavesTheRecoveryPointOfALogThatIsOffline(t *testing.T) {
	s := lifetest.NewStorage()
	sound := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
	for _, act := range lifetest.Script(sound)[:12] {
		act()
	}
	sound.Stop()
	want := s.Checkpoints()
	if sound.Exit == nil || !sound.Exit.Clean || !slices.ContainsFunc(want, func(c port.Checkpoint) bool { return c.RecoveryPoint > 0 }) {
		t.Fatalf("ended with %+v and the checkpoints %+v", sound.Exit, want)
	}
	s.FailOpens = true
	for range 2 {
		l := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
		l.Pass(100)
		l.Stop()
		if got := s.Checkpoints(); l.Exit == nil || l.Exit.Clean || !slices.Equal(got, want) {
			t.Fatalf("ended with %+v and the checkpoints\n%+v, which were\n%+v", l.Exit, got, want)
		}
	}
}

// DeleteRecords is answered when a checkpoint names the start, and not by one that was under way when
// the start moved: what was deleted is not there again after a crash.
func TestDeletedRecordsAreSavedBeforeTheAnswer(t *testing.T) {
	s := &slow{node: &core.Node{}}
	l := lifetest.New(lifetest.NewStorage(), s.step, nil)
	for _, act := range lifetest.Script(l)[:12] {
		act()
	}
	s.hold = true
	l.Pass(600)
	if len(s.held) != 1 {
		t.Fatalf("%d saves are out", len(s.held))
	}
	answers := func() int { return len(l.Replies) + s.told }
	before := answers()
	l.Send(1, 2, lifetest.DeleteRecords("made", 1))
	l.Send(1, 2, lifetest.DeleteRecords("made", 2))
	l.Settle()
	if answers() != before || len(s.held) != 1 {
		t.Fatalf("%d were answered beside %d saves", answers()-before, len(s.held))
	}
	s.end()
	if answers() != before || len(s.held) != 1 {
		t.Fatalf("after an older save %d were answered, %d saves are out", answers()-before, len(s.held))
	}
	for _, c := range s.held[0].Checkpoints {
		if c.Topic == "made" && c.LogStart != 2 {
			t.Errorf("a start is saved as %d", c.LogStart)
		}
	}
	s.end()
	if answers() != before+2 || len(s.held) != 0 {
		t.Fatalf("after the save %d were answered, %d more are out", answers()-before, len(s.held))
	}
}
