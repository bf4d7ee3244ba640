package ledger

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
)

var idOne, idTwo = kafka.DirID{1, 1}, kafka.DirID{2, 2}

func options() Options {
	return Options{
		Dirs: []Dir{{idOne, "/data/one"}, {idTwo, "/data/two"}}, MetadataDir: "/data/one",
		ClusterID: "7cYcCFeKQfOcCaIcoMAK9g", NodeID: 3, Features: features, Standalone: true,
		Endpoints: []record.VoterEndpoint{{Name: "CONTROLLER", Host: "localhost", Port: 9093}},
		Now:       1_790_000_000_000,
	}
}

func layout() Layout {
	return Layout{Paths: []string{"/data/one", "/data/two"}, MetadataDir: "/data/one", NodeID: 3}
}

func TestFormattedDirectoriesAreGathered(t *testing.T) {
	b := newBench(t)
	if is, err := IsFormatted(b, "/data/one"); is || err != nil {
		t.Fatalf("an empty disk is formatted: %v, %v", is, err)
	}
	must(t, Format(b, options()))
	if is, err := IsFormatted(b, "/data/one"); !is || err != nil {
		t.Fatalf("not formatted: %v, %v", is, err)
	}
	facts, err := Gather(b, layout())
	must(t, err)
	dir := port.DirFacts{CleanEpoch: -1, BrokerEpoch: -1, Faulted: true}
	one, two := dir, dir
	one.Dir, one.Path = idOne, "/data/one"
	one.Logs = []port.LogName{{Topic: kafka.MetadataTopic}}
	two.Dir, two.Path = idTwo, "/data/two"
	wantFacts(t, facts, port.BootFacts{
		ClusterID: "7cYcCFeKQfOcCaIcoMAK9g", MetadataDir: idOne, Voters: []kafka.NodeID{3}, Dirs: []port.DirFacts{one, two},
		Snapshots: []port.SnapshotFile{{Size: facts.Snapshots[0].Size, Contained: options().Now}},
	})
	for _, name := range []string{"/data/one/" + bootstrapFile, "/data/two/" + bootstrapFile} {
		if _, err := readFile(b, name); err != nil {
			t.Error(err)
		}
	}
}

func TestFormatIsAllOrNothingWhereverPowerGoes(t *testing.T) {
	formattedAfter := 0
	for n := uint64(1); ; n++ {
		for seed := uint64(1); seed <= 20; seed++ {
			b := newBench(t)
			hit := b.cut(n, seed, seed%4 != 0, func() { must(t, Format(b, options())) })
			if !hit {
				if n < 20 || formattedAfter == 0 {
					t.Fatalf("only %d calls, %d crashes left it formatted", n-1, formattedAfter)
				}
				return
			}
			is, err := IsFormatted(b, "/data/one")
			must(t, err)
			o := options()
			if is {
				formattedAfter++
			} else {
				o.Dirs = []Dir{{kafka.DirID{3}, "/data/one"}, {kafka.DirID{4}, "/data/two"}}
				o.ClusterID = "another"
				must(t, Format(b, o))
			}
			facts, err := Gather(b, layout())
			must(t, err)
			if facts.ClusterID != o.ClusterID || facts.MetadataDir != o.Dirs[0].ID || !slices.Equal(facts.Voters, []kafka.NodeID{3}) {
				t.Fatalf("call %d, seed %d: gathered %+v", n, seed, facts)
			}
		}
	}
}

func TestFormatSurvivesPowerLossOnceDone(t *testing.T) {
	for seed := uint64(1); seed <= 20; seed++ {
		b := newBench(t)
		b.whole(func() { must(t, Format(b, options())) })
		b.env.seed = seed
		b.Crash(b.env.now, true)
		if _, err := Gather(b, layout()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFormatAddsADirectoryToAFormattedNode(t *testing.T) {
	b := newBench(t)
	o := options()
	o.Dirs = o.Dirs[:1]
	must(t, Format(b, o))
	must(t, Format(b, options()))
	facts, err := Gather(b, layout())
	must(t, err)
	if len(facts.Dirs) != 2 || facts.Dirs[1].Dir != idTwo {
		t.Fatalf("gathered %+v", facts.Dirs)
	}
}

func TestFormatRefusesWhatIsNotItsOwn(t *testing.T) {
	for _, c := range []struct {
		name, want string
		do         func(b *bench, o *Options)
	}{
		{"another cluster", "formatted already", func(b *bench, o *Options) {
			must(t, Format(b, *o))
			o.ClusterID = "other"
		}},
		{"another node", "formatted already", func(b *bench, o *Options) {
			must(t, Format(b, *o))
			o.NodeID = 4
		}},
		{"a log of nobody", "holds the log foo-0", func(b *bench, o *Options) {
			must(t, b.MkdirAll("/data/two/foo-0"))
		}},
		{"no metadata directory", "none of log.dirs", func(_ *bench, o *Options) { o.MetadataDir = "/data/three" }},
		{"a cluster id of two lines", "cluster id", func(_ *bench, o *Options) { o.ClusterID = "a\nb=c" }},
		{"no cluster id", "cluster.id is missing", func(_ *bench, o *Options) { o.ClusterID = "" }},
		{"a negative node id", "negative", func(_ *bench, o *Options) { o.NodeID = -1 }},
	} {
		b, o := newBench(t), options()
		c.do(b, &o)
		if err := Format(b, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error that says %q", c.name, err, c.want)
		}
	}
}

func TestFormatReportsAFullDisk(t *testing.T) {
	b := newBench(t)
	b.FailNext("write", 3, disk.ErrNoSpace)
	if err := Format(b, options()); !errors.Is(err, disk.ErrNoSpace) {
		t.Fatalf("got %v", err)
	}
	if is, err := IsFormatted(b, "/data/one"); is || err != nil {
		t.Fatalf("formatted on a full disk: %v, %v", is, err)
	}
}

func TestLockTakesAllOrNone(t *testing.T) {
	b := newBench(t)
	must(t, Format(b, options()))
	two, err := b.Lock("/data/two/.lock")
	must(t, err)
	if _, _, err := Lock(b, layout().Paths, "/data/one"); !errors.Is(err, disk.ErrLocked) {
		t.Fatalf("got %v", err)
	}
	must(t, two.Unlock())
	locks, _, err := Lock(b, layout().Paths, "/data/one")
	must(t, err)
	if len(locks) != 2 {
		t.Fatalf("%d locks", len(locks))
	}
}

func TestDirectoriesOutliveAPowerLossWhoeverMadeThem(t *testing.T) {
	for n := uint64(1); ; n++ {
		for seed := uint64(1); seed <= 10; seed++ {
			b := newBench(t)
			b.whole(func() { must(t, b.MkdirAll("/data")); must(t, b.SyncDir("/")) })
			// One process dies while it makes the directories; the next one formats.
			hit := b.cut(n, seed, false, func() {
				_, _, err := Lock(b, layout().Paths, "/data/one")
				must(t, err)
			})
			if !hit {
				return
			}
			b.whole(func() {
				_, _, err := Lock(b, layout().Paths, "/data/one")
				must(t, err)
				must(t, Format(b, options()))
			})
			b.env.seed = seed
			b.Crash(b.env.now, true)
			if _, err := Gather(b, layout()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestParents(t *testing.T) {
	for path, want := range map[string]string{
		"/a/b": "/a", "/a": "/", "/": "/", "a": ".", "a/b/": "a", "./a": ".",
	} {
		if got := parent(path); got != want {
			t.Errorf("parent(%q) = %q, want %q", path, got, want)
		}
	}
}
