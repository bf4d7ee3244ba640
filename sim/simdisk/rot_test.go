package simdisk

import (
	"strings"
	"testing"
)

func all(string) bool { return true }

// atRest sums up what is at rest, as "path=contents".
func (b *bench) atRest() string {
	var list []string
	for _, r := range b.AtRest(all) {
		list = append(list, r.Path+"="+string(r.Data))
	}
	return strings.Join(list, " ")
}

func TestOnlyWhatNoCrashCanChangeIsAtRest(t *testing.T) {
	b := newBench(t)
	f, g := b.create("a"), b.create("b")
	sync := func() error { return f.Sync() }
	b.done(write(f, "durable", 0), write(g, "unsynced", 0))
	if got := b.atRest(); got != "" {
		t.Errorf("nothing is synced, and at rest are %q", got)
	}
	b.done(sync)
	b.done(write(f, "more", 7))
	if got := b.atRest(); got != "/a=durable" {
		t.Errorf("at rest are %q", got)
	}
	b.done(write(f, "X", 3))
	if got := b.atRest(); got != "/a=dur" {
		t.Errorf("with a byte overwritten, at rest are %q", got)
	}
	b.done(sync)
	b.done(func() error { return f.Truncate(2) })
	if got := b.atRest(); got != "/a=du" {
		t.Errorf("with a cut that is not synced, at rest are %q", got)
	}
}

func TestRotOutlivesCrashes(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(write(f, "durable", 0), func() error { return f.Sync() }, func() error { return b.SyncDir("/") })
	b.done(write(f, " and not", 7))
	b.Rot("/a", 0, 1)
	b.env.drawn["n1/crash/write"] = uint64(Lost)
	b.Crash(b.env.now, true)
	b.wants("a", "furable")
	if got := b.Bites().RottenBits; got != 1 {
		t.Errorf("%d bits are counted", got)
	}
}

func TestAMisplacedSectorDamagesTwoPlaces(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	text := func(letters string) string {
		s := ""
		for _, l := range letters {
			s += strings.Repeat(string(l), sector)
		}
		return s
	}
	b.done(write(f, text("ABC"), 0), func() error { return f.Sync() })
	b.Misplace("/a", sector, 0)
	b.wants("a", text("B\x00C"))
	if got := b.Bites().MisplacedWrites; got != 1 {
		t.Errorf("%d writes are counted", got)
	}
}
