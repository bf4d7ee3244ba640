package journal

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"momus/cluster"
	"momus/core"
	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/disk"
	"momus/sim/simdisk"

	"pgregory.net/rapid"
)

// still is an environment without faults in which no time passes.
type still struct{}

func (still) Draw(string, uint64) uint64 { return 0 }
func (still) Now() int64                 { return 0 }

// noLock guards nothing: here is one thread.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

// rig records a life.
type rig struct {
	t       testing.TB
	disk    *simdisk.Disk
	rec     *Recorder
	stepper cluster.Stepper
	// lazy lets the writer write nothing.
	lazy bool
}

func newRig(t testing.TB, change func(*Options)) *rig {
	o := DefaultOptions()
	r := &rig{t: t, disk: simdisk.New(still{}, "journal", simdisk.Faults{})}
	o.FS, o.Dir, o.Lock = r.disk, "/journal", noLock{}
	if change != nil {
		change(&o)
	}
	rec, err := NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	r.rec = rec
	r.stepper = cluster.Stepper{Node: &core.Node{}, Chained: true, Observer: rec}
	return r
}

// step is a lifetest.Step: a drain of one event.
func (r *rig) step(now kafka.Now, ev core.Event, take func(*core.Ready)) {
	r.rec.Begin(&r.stepper)
	r.stepper.Step(now, ev)
	ready := r.stepper.Node.Ready()
	take(ready)
	r.stepper.Node.Recycle(ready)
	if !r.lazy {
		r.rec.Write()
	}
}

// live records a whole life and returns its segments.
func (r *rig) live() [][]byte {
	l := lifetest.New(lifetest.NewStorage(), r.step, nil)
	for _, act := range lifetest.Script(l) {
		act()
	}
	return r.segments()
}

func (r *rig) segments() (all [][]byte) {
	if err := r.rec.Close(); err != nil {
		r.t.Fatal(err)
	}
	paths, err := Segments(r.disk, "/journal")
	if err != nil {
		r.t.Fatal(err)
	}
	for _, path := range paths {
		all = append(all, content(r.t, r.disk, path))
	}
	return all
}

func content(t testing.TB, fs disk.FS, path string) []byte {
	f, err := fs.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	size, err := f.Size()
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

func replayed(t testing.TB, segments ...[]byte) *Replayer {
	t.Helper()
	p := &Replayer{}
	for i, s := range segments {
		if err := p.Replay(s); err != nil {
			t.Fatalf("segment %d: %v", i, err)
		}
	}
	return p
}

func TestAReplayComputesTheSameSum(t *testing.T) {
	r := newRig(t, nil)
	segments := r.live()
	p := replayed(t, segments...)
	if len(segments) != 1 || p.Steps != r.stepper.Steps() || p.Sum != r.stepper.Sum() || p.Missing != 0 {
		t.Fatalf("%d segments: replayed %+v, recorded %d steps with sum %x", len(segments), p, r.stepper.Steps(), r.stepper.Sum())
	}
}

func TestEachSegmentOfARingReplaysWithoutThoseBeforeIt(t *testing.T) {
	const kept = 3
	r := newRig(t, func(o *Options) { o.SegmentBytes, o.Segments = 1000, kept })
	segments := r.live()
	if len(segments) != kept || r.rec.segment <= kept+1 {
		t.Fatalf("%d segments are left of %d", len(segments), r.rec.segment)
	}
	p := replayed(t, segments...)
	if p.Missing != 0 || p.Step != r.stepper.Steps() || p.Sum != r.stepper.Sum() {
		t.Errorf("all together: %+v, recorded %d steps with sum %x", p, r.stepper.Steps(), r.stepper.Sum())
	}
	var steps uint64
	for _, s := range segments {
		steps += replayed(t, s).Steps
	}
	if steps != p.Steps {
		t.Errorf("%d steps one by one, %d together", steps, p.Steps)
	}
}

func TestANewRunRemovesTheJournalOfTheLast(t *testing.T) {
	r := newRig(t, func(o *Options) { o.SegmentBytes = 1000 })
	r.live()
	if _, err := NewRecorder(r.rec.o); err != nil {
		t.Fatal(err)
	}
	if left, err := Segments(r.disk, "/journal"); len(left) > 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A writer that is late costs Steps, never memory, and what is left still replays.
func TestStepsThatTheWriterCannotTakeAreCounted(t *testing.T) {
	r := newRig(t, func(o *Options) { o.QueueBytes = 500 })
	l := lifetest.New(lifetest.NewStorage(), r.step, nil)
	for i, act := range lifetest.Script(l) {
		r.lazy = i > 8 && i < 14
		act()
		if r.rec.queued > 10_000 || len(r.rec.queue) > 2 {
			t.Fatalf("%d bytes are queued", r.rec.queued)
		}
	}
	segments := r.segments()
	p := replayed(t, segments...)
	if len(segments) < 2 || p.Missing == 0 || p.Steps+p.Missing != r.stepper.Steps() || p.Sum != r.stepper.Sum() {
		t.Errorf("%d segments: replayed %+v of %d steps", len(segments), p, r.stepper.Steps())
	}
}

func TestAFailedWriteIsTheLast(t *testing.T) {
	r := newRig(t, nil)
	r.disk.FailNext("write", 0, disk.ErrNoSpace)
	l := lifetest.New(lifetest.NewStorage(), r.step, nil)
	l.Pass(100)
	if err := r.rec.Close(); !errors.Is(err, disk.ErrNoSpace) {
		t.Errorf("closing says %v", err)
	}
}

// blocks are the offsets at which the blocks of a segment begin.
func blocks(t testing.TB, segment []byte) (at []int) {
	for b := segment[len(magic):]; len(b) > 0; {
		at = append(at, len(segment)-len(b))
		var err error
		if _, b, err = block(b); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

func TestAFlippedByteIsNamedByItsStep(t *testing.T) {
	segment := newRig(t, nil).live()[0]
	starts := blocks(t, segment)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(segment)-1).Draw(t, "at")
		flip := rapid.ByteRange(1, 255).Draw(t, "flip")
		damaged := slices.Clone(segment)
		damaged[at] ^= flip
		p := &Replayer{}
		err := p.Replay(damaged)
		// The block after the state is that of step 1.
		step := uint64(max(0, len(starts)-1-len(slices.DeleteFunc(slices.Clone(starts), func(s int) bool { return s <= at }))))
		var diff *Difference
		switch {
		case at < len(magic):
			if !errors.Is(err, errSegment) {
				t.Fatalf("in the name of the format: %v", err)
			}
		case step == 0:
			if !errors.Is(err, errHead) && !errors.Is(err, errBody) || !strings.Contains(err.Error(), "the state at its beginning") {
				t.Fatalf("in the state: %v", err)
			}
		case !errors.As(err, &diff) || diff.Step != step || !strings.Contains(diff.Why, "damaged"):
			t.Fatalf("in step %d: %v", step, err)
		case p.Steps != step-1:
			t.Fatalf("%d steps before step %d were replayed", p.Steps, step)
		}
	})
}

func TestACutTailIsWhereTheProcessWasKilled(t *testing.T) {
	r := newRig(t, nil)
	segment := r.live()[0]
	starts := blocks(t, segment)
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.IntRange(starts[1], len(segment)).Draw(t, "end")
		p := &Replayer{}
		err := p.Replay(segment[:end])
		whole := uint64(0)
		for _, s := range append(slices.Clone(starts[2:]), len(segment)) {
			if s <= end {
				whole++
			}
		}
		atEnd := end == len(segment) || slices.Contains(starts, end)
		if errors.Is(err, ErrCut) == atEnd || !atEnd && err == nil || p.Steps != whole {
			t.Fatalf("cut at %d of %d: %v after %d steps of %d", end, len(segment), err, p.Steps, whole)
		}
	})
}

// rewrite makes the segment anew with the events that change gives, each record sound.
func rewrite(t testing.TB, segment []byte, change func(step int, ev core.Event)) []byte {
	at := blocks(t, segment)
	out := slices.Clone(segment[:at[1]])
	for i, from := range at[1:] {
		body, _, err := block(segment[from:])
		if err != nil {
			t.Fatal(err)
		}
		sum := le64(body)
		r := canon.NewReader(body[8:])
		mono, wall := r.Int(64), r.Int(64)
		ev := core.ReadEvent(r)
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
		change(i+1, ev)
		event := canon.AppendInt(canon.AppendInt(nil, mono), wall)
		out = AppendStep(out, core.AppendEvent(event, ev), sum)
	}
	return out
}

func le64(b []byte) (v uint64) {
	for i := range 8 {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}

// A core that decides otherwise is told from damage: here the journal is sound, but what happened
// in one step is not what was recorded.
func TestADifferenceOfTheCoreIsNamedByItsStep(t *testing.T) {
	segment := newRig(t, nil).live()[0]
	if same := rewrite(t, segment, func(int, core.Event) {}); !bytes.Equal(same, segment) {
		t.Fatal("an unchanged journal was written anew otherwise")
	}
	changed := 0
	other := rewrite(t, segment, func(step int, ev core.Event) {
		if req, ok := ev.(*core.Request); ok && changed == 0 {
			req.ClientID, changed = "another", step
		}
	})
	var diff *Difference
	p := &Replayer{}
	if err := p.Replay(other); !errors.As(err, &diff) || diff.Step != uint64(changed) || diff.Event == "" || strings.Contains(diff.Why, "damaged") {
		t.Fatalf("step %d was changed: %v", changed, err)
	}
	if p.Steps != uint64(changed)-1 {
		t.Errorf("%d steps before step %d were replayed", p.Steps, changed)
	}
}

// The state at a segment's beginning is that which the segment before it leads to.
func TestAStateThatDoesNotFollowIsADifference(t *testing.T) {
	r := newRig(t, func(o *Options) { o.SegmentBytes = 1000 })
	segments := r.live()
	p := replayed(t, segments[:2]...)
	chain := canon.Hash{}
	foreign := AppendSegmentStart(nil, p.Step, chain, nil)
	var diff *Difference
	if err := p.Replay(foreign); !errors.As(err, &diff) || diff.Step != p.Step {
		t.Errorf("another state: %v", err)
	}
}
