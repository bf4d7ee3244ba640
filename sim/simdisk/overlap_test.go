package simdisk

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"momus/disk"
)

func TestSyncOvertakenByAProcessCrashDoesNotCountAtTheNextPowerLoss(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(func() error { return b.SyncDir("/") })
	ends := b.turn(write(f, "data", 0), f.Sync)
	b.env.now = ends[1] - 1
	b.Crash(b.env.now, false)
	b.wants("a", "data")
	b.env.now = ends[1] + 1
	b.env.drawn["n1/crash/write"] = uint64(Lost)
	b.Crash(b.env.now, true)
	b.wants("a", "")
}

// TestASyncThatStallsHoldsNoOtherBack syncs one directory in two turns that overlap, the first of
// which takes longer: what the second has synced when it ends is durable then.
func TestASyncThatStallsHoldsNoOtherBack(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(write(f, "data", 0))
	sync := func() error { return errors.Join(f.Sync(), b.SyncDir("/")) }
	b.env.drawn["n1/sync/time"], b.env.drawn["n1/syncdir/time"] = 60, 60
	stalled := b.turn(sync)
	b.env.drawn["n1/sync/time"], b.env.drawn["n1/syncdir/time"] = 0, 0
	b.done(sync)
	if b.env.now >= stalled[0] {
		t.Fatal("the turns do not overlap as they should")
	}
	b.env.drawn["n1/crash/write"], b.env.drawn["n1/crash/name"] = uint64(Lost), uint64(Lost)
	b.Crash(b.env.now, true)
	b.wants("a", "data")
}

// TestTurnsThatOverlapAreCutAtOneTime runs turns of several workers, each on its own file, that
// begin while others are not over, and ends the process anywhere: each file holds the calls that
// had ended, and a prefix of the one under way.
func TestTurnsThatOverlapAreCutAtOneTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env := &chance{t: t}
		d := New(env, "n", Faults{})
		type call struct {
			span
			text string
		}
		workers := make([][]call, 3)
		files := make([]disk.File, 3)
		busy := make([]int64, 3)
		for i := range files {
			f, err := d.Create(fmt.Sprint(i))
			if err != nil {
				t.Fatal(err)
			}
			files[i] = f
			env.now = d.LastEnd()
		}
		last := env.now
		for range rapid.IntRange(1, 8).Draw(t, "turns") {
			env.now += rapid.Int64Range(0, 20_000).Draw(t, "later")
			i := rapid.IntRange(0, 2).Draw(t, "worker")
			env.now = max(env.now, busy[i])
			d.BeginTurn(env.now, 100, 1<<20)
			at := env.now
			for range rapid.IntRange(1, 4).Draw(t, "calls") {
				text := strings.Repeat(string(rune('a'+len(workers[i]))), rapid.IntRange(1, 9).Draw(t, "bytes"))
				size := 0
				for _, c := range workers[i] {
					size += len(c.text)
				}
				if err := files[i].WriteAt([]byte(text), int64(size)); err != nil {
					t.Fatal(err)
				}
				workers[i] = append(workers[i], call{span{at, d.LastEnd()}, text})
				at = d.LastEnd()
			}
			busy[i] = d.EndTurn()
			last = max(last, busy[i])
		}
		env.now = rapid.Int64Range(env.now, max(last, env.now)).Draw(t, "crash")
		d.Crash(env.now, false)
		for i, calls := range workers {
			sure, torn := "", ""
			for _, c := range calls {
				if c.end <= env.now {
					sure += c.text
				} else if c.start < env.now {
					torn = c.text
				}
			}
			_, got := contents(t, d, fmt.Sprint(i))
			if text := string(got); !strings.HasPrefix(text, sure) || !strings.HasPrefix(sure+torn, text) {
				t.Fatalf("file %d holds %q, want %q and a prefix of %q", i, text, sure, torn)
			}
		}
	})
}
