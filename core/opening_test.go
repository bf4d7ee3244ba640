package core_test

import (
	"slices"
	"strings"
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"
)

// gate is a node whose openings of partitions' logs do not come to an end by themselves.
type gate struct {
	node *core.Node
	hold bool
	held []port.LogOp
	// opened are the logs whose openings were asked for, most is how many of them were held at once.
	opened []port.LogOp
	most   int
	notes  []core.Note
}

func (g *gate) step(now kafka.Now, ev core.Event, take func(*core.Ready)) {
	g.node.Step(now, ev)
	g.node.Check()
	r := g.node.Ready()
	g.notes = append(g.notes, r.Notes...)
	r.LogOps = slices.DeleteFunc(r.LogOps, func(op port.LogOp) bool {
		opens := op.Kind == port.OpOpen && op.Log != kafka.MetadataLog
		if opens {
			g.opened = append(g.opened, op)
		}
		later := slices.ContainsFunc(g.held, func(h port.LogOp) bool { return h.Log == op.Log })
		if opens && g.hold || later {
			g.held = append(g.held, op)
			g.most = max(g.most, len(g.held))
			return true
		}
		return false
	})
	take(r)
	g.node.Recycle(r)
}

// finish completes what is held longest.
func (g *gate) finish(l *lifetest.Life) {
	op := g.held[0]
	g.held = g.held[1:]
	l.Do(op)
	l.Settle()
}

func (g *gate) has(kind core.NoteKind) bool {
	return slices.ContainsFunc(g.notes, func(n core.Note) bool { return n.Kind == kind })
}

// tenLogs is a disk with ten partitions of two topics on it, after a kill.
func tenLogs() (*lifetest.Storage, kafka.TopicID) {
	s := lifetest.NewStorage()
	g := &gate{node: &core.Node{}}
	l := lifetest.New(s, g.step, nil)
	l.Pass(100)
	l.Open(1)
	l.Send(1, 7, lifetest.CreateTopics("few", 3))
	l.Settle()
	l.Send(1, 7, lifetest.CreateTopics("many", 7))
	l.Settle()
	return s, g.opened[9].Log.Topic
}

// However many logs there are, num.recovery.threads.per.data.dir (2) of them are opened at a time, and
// the broker serves when the last one is.
func TestLogsAreOpenedAFewAtATime(t *testing.T) {
	s, _ := tenLogs()
	g := &gate{node: &core.Node{}, hold: true}
	l := lifetest.New(s, g.step, nil)
	l.Settle()
	for i := range 10 {
		if want := min(i+2, 10); len(g.opened) != want {
			t.Fatalf("%d logs are open and %d were asked for, want %d", i, len(g.opened), want)
		}
		l.Pass(3000)
		if g.has(core.NoteReady) {
			t.Fatalf("the broker serves with %d of 10 logs", i)
		}
		g.finish(l)
	}
	l.Pass(100)
	if g.most != 2 || !g.has(core.NoteReady) || !g.has(core.NoteAllOpened) {
		t.Errorf("%d openings were out at once; the facts are %v", g.most, g.notes)
	}
	progress := slices.IndexFunc(g.notes, func(n core.Note) bool { return n.Kind == core.NoteOpening })
	if progress < 0 || !strings.HasPrefix(g.notes[progress].Text, "0 of 10 in data, ") {
		t.Errorf("the progress is not told: %v", g.notes)
	}
}

// A stop while logs wait to be opened is as clean as the one before: nobody recovered those.
func TestAStopWhileLogsWaitToBeOpenedIsAsCleanAsTheOneBefore(t *testing.T) {
	s, _ := tenLogs()
	stopped := func() *core.Exit {
		g := &gate{node: &core.Node{}, hold: true}
		l := lifetest.New(s, g.step, nil)
		l.Settle()
		g.finish(l)
		g.hold = false
		l.AskToStop()
		l.Settle()
		for len(g.held) > 0 {
			g.finish(l)
		}
		l.Stop()
		if len(g.opened) == 10 {
			t.Error("every log was opened on the way down")
		}
		return l.Exit
	}
	if exit := stopped(); exit == nil || exit.Clean {
		t.Errorf("after a kill it ended with %+v", exit)
	}
	whole := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
	whole.Pass(100)
	whole.Stop()
	if whole.Exit == nil || !whole.Exit.Clean {
		t.Errorf("the life that recovered everything ended with %+v", whole.Exit)
	}
	if exit := stopped(); exit == nil || !exit.Clean {
		t.Errorf("after a clean stop it ended with %+v", exit)
	}
}

// A topic that is deleted while its logs wait is gone from the disk, and holds nobody up.
func TestATopicIsDeletedWhileItsLogsWaitToBeOpened(t *testing.T) {
	s, many := tenLogs()
	g := &gate{node: &core.Node{}, hold: true}
	l := lifetest.New(s, g.step, nil)
	l.Settle()
	g.finish(l)
	g.hold = false
	l.Open(1)
	l.Send(1, 6, lifetest.DeleteTopics(many))
	l.Settle()
	for len(g.held) > 0 {
		g.finish(l)
	}
	l.Pass(3000)
	if !g.has(core.NoteReady) {
		t.Errorf("the broker does not serve: %v", g.notes)
	}
	l.Stop()
	if left := s.Logs(); l.Exit == nil || !l.Exit.Clean || len(left) != 4 {
		t.Errorf("it ended with %+v; left are %v", l.Exit, left)
	}
}
