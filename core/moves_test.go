package core

import (
	"testing"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/replica"
)

// Where the replicas of a topic were to be goes with the topic; those of others, and of none yet, stay.
func TestADeletedTopicIsPreferredNowhere(t *testing.T) {
	n := &Node{preferred: map[place]kafka.DirID{{"gone", 0}: {1}, {"gone", 7}: {1}, {"stays", 0}: {2}}}
	n.forgetLogs([]*image.Topic{{Name: "gone", Partitions: make([]image.Partition, 1)}})
	if len(n.preferred) != 1 || n.preferred[place{"stays", 0}] != (kafka.DirID{2}) {
		t.Errorf("left are %v", n.preferred)
	}
}

// movable is a node with the log directories A and B, and a replica whose log is open in A.
func movable(offline ...kafka.DirID) (*Node, *replica.Replica) {
	log := kafka.TopicPartition{Topic: kafka.TopicID{9}}
	n := &Node{
		phase:       phaseServing,
		facts:       port.BootFacts{Dirs: []port.DirFacts{{Dir: dirA, Path: "a", Logs: []port.LogName{{Topic: "t", TopicID: log.Topic}}}, {Dir: dirB, Path: "b"}}},
		offline:     offline,
		checkpoints: make([]checkpointing, 2),
	}
	n.place()
	r := replica.New(log, replica.Options{Topic: "t", Self: 1}, config.Topic{})
	n.replicas = map[kafka.TopicPartition]*replica.Replica{log: r}
	n.byLog.Set(log, r)
	r.Open(kafka.Now{}, port.OpenSpec{Topic: "t", Dir: dirA}, -1)
	done(r, port.OpOpen, port.FailNone)
	r.Out = nil
	return n, r
}

func done(r *replica.Replica, kind port.LogOpKind, fail port.Failure) {
	d := &port.LogDone{Kind: kind, Log: r.Log(), Gen: 1, Fail: fail}
	if kind == port.OpOpen {
		d.Opened = &port.Opened{}
	}
	r.LogDone(kafka.Now{}, d)
}

var dirA, dirB = kafka.DirID{1}, kafka.DirID{2}

// Of several copies that an earlier run left in a directory, the first fails and takes it offline: the logs
// that are open later stay where they are.
func TestNoMoveIsResumedIntoADirectoryThatIsOffline(t *testing.T) {
	n, r := movable(dirB)
	n.resuming = map[kafka.TopicPartition]kafka.DirID{r.Log(): dirB}
	n.resumeMove(kafka.Now{}, r)
	if !r.Moving().IsZero() || r.Out != nil || len(n.resuming) != 0 || len(n.ready.Notes) != 1 || n.ready.Notes[0].Kind != NoteMoveFailed {
		t.Errorf("the log moves to %v, %+v", r.Moving(), r.Out)
	}
}

// A move into a directory that failed already ends when its own failure is told.
func TestAMoveEndsWhenItsDirectoryIsOfflineAlready(t *testing.T) {
	n, r := movable(dirB)
	r.Resume(dirB)
	done(r, port.OpBeginCopy, port.FailTarget)
	out := r.Out
	r.Out = nil
	n.carryMove(kafka.Now{}, r, out)
	if !r.Moving().IsZero() || len(r.Out.Ops) != 1 || r.Out.Ops[0].Kind != port.OpForgetCopy {
		t.Errorf("the log moves to %v, %+v", r.Moving(), r.Out.Ops)
	}
}

// A wish for a directory that fails before the move can begin is answered, and not followed.
func TestAWishForADirectoryThatFailsIsAnswered(t *testing.T) {
	n, r := movable()
	r.Resume(dirB)
	done(r, port.OpBeginCopy, port.FailNone)
	r.MoveTo(dirA, &msg.MoveLog{Op: 1})
	r.MoveTo(dirB, &msg.MoveLog{Op: 2}) // once the copy is out of the way
	r.Out = nil
	n.offline = append(n.offline, dirB)
	n.targetsFailed(dirB)
	if got := r.Out.Moved; len(got) != 1 || got[0].Op != 2 || got[0].Err != kafka.ErrKafkaStorageError {
		t.Errorf("the answers are %+v", got)
	}
	done(r, port.OpRemoveCopy, port.FailNone)
	if !r.Moving().IsZero() {
		t.Errorf("the log moves to %v", r.Moving())
	}
}

// The directory that a log moves out of keeps the log's line until the copy has the log's name: the log may yet
// have to go on there. A loaded node knows that too.
func TestALineStaysUntilTheLogHasLeft(t *testing.T) {
	n, r := movable()
	n.cfg.NodeID = 1
	n.facts.Dirs[0], n.facts.Dirs[1] = n.facts.Dirs[1], n.facts.Dirs[0] // the first that has a log is not where it is
	n.place()
	lines := func(i int) []port.Checkpoint {
		n.saveCheckpoints(i)
		return n.ready.Saves[len(n.ready.Saves)-1].Checkpoints
	}
	r.Resume(dirB)
	for _, kind := range []port.LogOpKind{port.OpBeginCopy, port.OpCopy, port.OpFinishCopy} {
		done(r, kind, port.FailNone)
	}
	n.carryMove(kafka.Now{}, r, &replica.Out{HandOver: r.Out.HandOver})
	n.movesSaved(0)
	n.followNamed(r, &image.Partition{Replicas: []kafka.NodeID{1}, Dirs: []kafka.DirID{dirB}})
	if r.Dir() != dirB {
		t.Fatal("the copy is not the log")
	}
	for range 2 {
		if a, b := lines(1), lines(0); len(a) != 1 || len(b) != 1 || n.placed[r.Log()] != 1 {
			t.Errorf("while the copy is renamed the lines are %+v and %+v, the log is in %d", a, b, n.placed[r.Log()])
		}
		n.wanting = nil
		n.rebuild()
	}
	r.Out = nil
	done(r, port.OpSwap, port.FailNone)
	n.carryMove(kafka.Now{}, r, &replica.Out{Left: r.Out.Left})
	if a, b := lines(1), lines(0); len(a) != 0 || len(b) != 1 || n.placed[r.Log()] != 0 {
		t.Errorf("after the move the lines are %+v and %+v, the log is in %d", a, b, n.placed[r.Log()])
	}
}

// A log whose directory failed while its copy was renamed cannot go on there if that fails too.
func TestALogIsNotGivenBackToADirectoryThatIsOffline(t *testing.T) {
	n, r := movable(dirA, dirB)
	r.Resume(dirB)
	for _, kind := range []port.LogOpKind{port.OpBeginCopy, port.OpCopy, port.OpFinishCopy} {
		done(r, kind, port.FailNone)
	}
	r.Named(true)
	r.Out = nil
	done(r, port.OpSwap, port.FailTarget)
	n.carryMove(kafka.Now{}, r, &replica.Out{GiveBack: r.Out.GiveBack})
	if r.Role() != replica.RoleOffline || len(n.assigning) != 0 {
		t.Errorf("the log is %v; assigned are %+v", r.Role(), n.assigning)
	}
}

// left gives a node an image with the partition of movable, in the directory that is named, and a copy of it in B.
func left(n *Node, named kafka.DirID) (kafka.TopicPartition, *port.DirFacts) {
	log := kafka.TopicPartition{Topic: kafka.TopicID{9}}
	n.phase, n.cfg, n.image, n.replicas = phaseTidying, config.DefaultBroker(), image.New(), nil
	n.image.Topics[log.Topic] = &image.Topic{ID: log.Topic, Name: "t", Partitions: []image.Partition{{
		Replicas: []kafka.NodeID{n.cfg.NodeID}, Dirs: []kafka.DirID{named},
	}}}
	b := &n.facts.Dirs[1]
	b.Futures = []port.FutureLog{{LogName: port.LogName{Topic: "t", TopicID: log.Topic}, Name: "t-0.x-future"}}
	return log, b
}

// A move of a log that may lack offsets goes on as any other. Where a Kafka was stopped between its giving the copy
// the log's name and its noting that, the copy's directory learns from the other one that offsets may be missing.
func TestACopyOfALogThatMayLackOffsetsIsGoneOnWith(t *testing.T) {
	for _, cleaned := range []bool{false, true} {
		n, _ := movable()
		log, _ := left(n, dirA)
		clean := kafka.NoOffset
		if cleaned {
			clean = 4
		}
		n.facts.Dirs[0].Checkpoints = []port.Checkpoint{{Topic: "t", Clean: clean}}
		n.tidyFutures()
		if _, resumed := n.resuming[log]; !resumed || len(n.ready.Saves) != 0 {
			t.Errorf("cleaned %v: resumed %v, %+v", cleaned, resumed, n.ready.Saves)
		}
	}
	n, _ := movable()
	_, b := left(n, dirB)
	n.facts.Dirs[0].Logs = []port.LogName{b.Futures[0].LogName}
	n.facts.Dirs[0].Checkpoints = []port.Checkpoint{{Topic: "t", Clean: 4}}
	n.tidyFutures()
	if line := n.lineOf(1, place{"t", 0}); line == nil || line.Clean != 4 || line.RecoveryPoint != kafka.NoOffset {
		t.Errorf("the line of the copy: %+v", line)
	}
}

// The directory that had a log is lost, and another has a copy. Until somebody accepts the loss all stays; where the
// copy is whole by its line and was accepted, it is the log; else it is put aside, since it may be all that is left.
func TestACopyOfALogThatIsLost(t *testing.T) {
	line := []port.Checkpoint{{Topic: "t", LogStart: 3, RecoveryPoint: 5}}
	lost := kafka.DirID{7}
	for _, c := range []struct {
		name  string
		in    int // where the loss is accepted; -1 nowhere
		lines []port.Checkpoint
		want  port.SaveKind
	}{
		{"not accepted", -1, line, 0},
		{"accepted, and whole", 1, line, port.PromoteFuture},
		{"accepted, and not whole", 1, nil, port.MarkStray},
		{"accepted elsewhere", 0, line, port.MarkStray},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, _ := movable()
			n.facts.Dirs[0].Logs = nil
			_, b := left(n, lost)
			b.Checkpoints = c.lines
			if c.in >= 0 {
				n.facts.Dirs[c.in].Accepted = []port.AcceptedLoss{{Topic: "t", Lost: lost}}
			}
			n.tidyFutures()
			n.place()
			saves := n.ready.Saves
			if c.want == 0 && len(saves) != 0 || c.want != 0 && (len(saves) != 1 || saves[0].Kind != c.want || saves[0].Future != "t-0.x-future") {
				t.Fatalf("asked for are %+v", saves)
			}
			n.purge()
			if kept := c.want != port.MarkStray; kept == (len(n.ready.Saves) > len(saves)) && c.lines != nil {
				t.Errorf("the line stays: %v; asked for are %+v", kept, n.ready.Saves)
			}
			if len(b.Logs) == 1 != (c.want == port.PromoteFuture) {
				t.Errorf("the directory has %v", b.Logs)
			}
		})
	}
}
