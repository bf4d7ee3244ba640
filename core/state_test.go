package core_test

import (
	"bytes"
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"

	"pgregory.net/rapid"
)

// watched is a node whose every state is encoded, loaded into a second node, and stepped there too.
type watched struct {
	t     testing.TB
	first *core.Node
	state []byte
	steps int
}

// stepBoth is a lifetest.Step: the event goes to the first node, and as replay would read it, to a
// node loaded from the state before it.
func (w *watched) stepBoth(now kafka.Now, ev core.Event, take func(*core.Ready)) {
	w.steps++
	event := core.AppendEvent(nil, ev)
	second := w.load()
	mark := w.first.Mark()
	w.first.Step(now, ev)
	w.first.Check()
	entries := w.first.AppendEntries(nil, mark)
	ready := w.first.Ready()

	again := core.ReadEvent(readerOf(event))
	mark = second.Mark()
	second.Step(now, again)
	second.Check()
	if got := second.AppendEntries(nil, mark); !bytes.Equal(got, entries) {
		w.t.Fatalf("step %d, %s: the loaded node's entries differ:\n%s", w.steps, ev.AppendText(nil), second.AppendEntriesText(nil, mark))
	}
	second.Recycle(second.Ready())

	take(ready)
	w.first.Recycle(ready)
	w.state = w.first.AppendState(nil)
	if got := second.AppendState(nil); !bytes.Equal(got, w.state) {
		w.t.Fatalf("step %d, %s: the states differ\n%s\n%s", w.steps, ev.AppendText(nil), w.first.AppendText(nil), second.AppendText(nil))
	}
}

// load makes a node of the state, and checks that it has that very state.
func (w *watched) load() *core.Node {
	n := &core.Node{}
	if w.state == nil {
		return n
	}
	if err := n.LoadState(w.state); err != nil {
		w.t.Fatalf("step %d: the state cannot be loaded: %v", w.steps, err)
	}
	if again := n.AppendState(nil); !bytes.Equal(again, w.state) {
		w.t.Fatalf("step %d: a state of %d bytes was loaded, and encodes as %d others", w.steps, len(w.state), len(again))
	}
	n.Check()
	return n
}

// live runs one life and returns its end.
func live(t testing.TB, s *lifetest.Storage, choose func(int) int) *lifetest.Life {
	w := &watched{t: t, first: &core.Node{}}
	l := lifetest.New(s, w.stepBoth, choose)
	for _, act := range lifetest.Script(l) {
		act()
	}
	return l
}

// A node that was loaded from a state goes on as the one that the state was taken of: at every
// point of two lives, of which the second finds what the first left.
func TestALoadedNodeGoesOnLikeTheOneThatWasSaved(t *testing.T) {
	s := lifetest.NewStorage()
	for range 2 {
		l := live(t, s, nil)
		if l.Exit == nil || !l.Exit.Clean {
			t.Fatalf("the life ended with %+v", l.Exit)
		}
		if acked, fetched := results(l); acked < 3 || fetched < 3 {
			t.Errorf("the life proves little: %d batches acked, %d parts fetched", acked, fetched)
		}
	}
}

// The same, whatever order completions come in.
func TestALoadedNodeGoesOnWhateverCompletesFirst(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := live(t, lifetest.NewStorage(), func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "next") })
		if l.Exit == nil || !l.Exit.Clean {
			rt.Fatalf("the life ended with %+v", l.Exit)
		}
	})
}

func TestAStateThatWasCutShortIsRefused(t *testing.T) {
	n := &core.Node{}
	l := lifetest.New(lifetest.NewStorage(), lifetest.Of(n), nil)
	for _, act := range lifetest.Script(l)[:12] {
		act()
	}
	state := n.AppendState(nil)
	for end := range state {
		if (&core.Node{}).LoadState(state[:end]) == nil {
			t.Fatalf("%d of %d bytes were taken for a state", end, len(state))
		}
	}
	if (&core.Node{}).LoadState(append(state, 0)) == nil {
		t.Fatal("a state with a byte behind it was taken")
	}
	state[0]++
	if (&core.Node{}).LoadState(state) == nil {
		t.Fatal("a state of another version was taken")
	}
}

func TestTheStateIsNotGivenWhileEntriesAreOut(t *testing.T) {
	n := &core.Node{}
	now := kafka.Now{Mono: 1, Wall: 1}
	l := lifetest.New(lifetest.NewStorage(), lifetest.Of(n), nil)
	l.Pass(100)
	n.Step(now, &core.ConnOpened{Conn: 9, Listener: "PLAINTEXT"})
	n.Step(now, &core.Stop{})
	defer func() {
		if recover() == nil {
			t.Fatal("a state was given that lacks what was emitted")
		}
	}()
	n.AppendState(nil)
}

// An I/O error makes whatever stop follows count as lossy: the boot id is forgotten, and no clean
// marker is written.
func TestAfterAFailedAppendTheBootIsForgotten(t *testing.T) {
	s := lifetest.NewStorage()
	n := &core.Node{}
	l := lifetest.New(s, lifetest.Of(n), nil)
	script := lifetest.Script(l)
	for _, act := range script[:9] {
		act()
	}
	if !s.SameBoot() {
		t.Fatal("the boot id is not kept while all is well")
	}
	s.FailAppends = true
	for _, act := range script[9:13] {
		act()
	}
	if s.SameBoot() {
		t.Fatal("a log failed, and the next start would trust the page cache")
	}
	l.Stop()
	if l.Exit == nil || l.Exit.Clean {
		t.Fatalf("the life ended with %+v", l.Exit)
	}
}

// Every span that entered leaves: in an operation, a reply, or Drops.
func TestSpansLeaveExactlyOnce(t *testing.T) {
	in, out := 0, 0
	coordinated := kafka.TopicID{}
	n := &core.Node{}
	step := func(now kafka.Now, ev core.Event, take func(*core.Ready)) {
		switch ev := ev.(type) {
		case *core.Request:
			in += spansOf(ev)
		case *core.ReadDone:
			in += count(ev.Span)
		}
		n.Step(now, ev)
		r := n.Ready()
		for i := range r.Notes {
			if note := &r.Notes[i]; note.Kind == core.NoteTopicCreated && note.Topic == kafka.GroupMetadataTopic {
				coordinated = note.Log.Topic
			}
		}
		for i := range r.LogOps {
			if op := &r.LogOps[i]; op.Log.Topic == coordinated {
				in += count(op.Span) // the coordinator made it itself
			}
		}
		out += spansLeaving(r)
		take(r)
		n.Recycle(r)
	}
	l := lifetest.New(lifetest.NewStorage(), step, nil)
	for _, act := range lifetest.Script(l) {
		act()
	}
	if in == 0 || in != out {
		t.Fatalf("%d spans entered, %d left", in, out)
	}
}

func count(s port.Span) int {
	if s.Len() > 0 {
		return 1
	}
	return 0
}

// The entries of a Step are the same however many Steps one Ready gathers: here none, or all of a
// life, past its end.
func TestEntriesBelongToTheirStep(t *testing.T) {
	one, all := &core.Node{}, &core.Node{}
	both := func(now kafka.Now, ev core.Event, take func(*core.Ready)) {
		mark, markAll := one.Mark(), all.Mark()
		all.Step(now, core.ReadEvent(readerOf(core.AppendEvent(nil, ev))))
		one.Step(now, ev)
		want, got := one.AppendEntries(nil, mark), all.AppendEntries(nil, markAll)
		if !bytes.Equal(got, want) {
			t.Fatalf("after %s, gathered:\n%s\nalone:\n%s", ev.AppendText(nil), all.AppendEntriesText(nil, markAll), one.AppendEntriesText(nil, mark))
		}
		r := one.Ready()
		take(r)
		one.Recycle(r)
	}
	l := lifetest.New(lifetest.NewStorage(), both, nil)
	for _, act := range lifetest.Script(l) {
		act()
	}
	if l.Exit == nil {
		t.Fatal("the life did not end")
	}
	both(kafka.Now{Mono: 1 << 40, Wall: 1 << 40}, &core.ConnOpened{Conn: 77, Listener: "PLAINTEXT"}, func(*core.Ready) {})
}
