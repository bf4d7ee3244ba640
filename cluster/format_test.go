package cluster

import (
	"slices"
	"strings"
	"testing"

	"momus/cluster/config"
	"momus/core/port"
	"momus/disk/ledger"
	"momus/sim/simdisk"
)

// newNode is the configuration of a node of its own with two directories.
func newNode(t *testing.T, overrides ...string) *config.Node {
	t.Helper()
	n, err := config.Load(config.Sources{Overrides: append([]string{"log.dirs=/a,/b"}, overrides...)})
	if err != nil {
		t.Fatal(err)
	}
	return &n
}

func TestAFormattedNodeBoots(t *testing.T) {
	fs, node := simdisk.New(&kind{}, "disk", simdisk.Faults{}), newNode(t)
	ask := FormatRequest{ClusterID: "chosen", Standalone: true, Features: []string{"metadata.version=4.3-IV0", "kraft.version=1", "group.version=1"}}
	f, err := Format(fs, node, ask, [32]byte{1}, 1000)
	if err != nil || f.ClusterID != "chosen" || !slices.Equal(f.Dirs, []string{"/a", "/b"}) || len(f.Kept) > 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	facts, locks, err := Boot(fs, node, [32]byte{2}, 2000)
	if err != nil || facts.ClusterID != "chosen" || len(facts.Dirs) != 2 || len(facts.Voters) != 1 {
		t.Fatalf("%+v, %v", facts, err)
	}
	if _, err := Format(fs, node, FormatRequest{}, [32]byte{3}, 3000); err == nil || !strings.Contains(err.Error(), "must be stopped") {
		t.Errorf("under a broker that runs: %v", err)
	}
	for _, l := range locks {
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsFormattedIsRefusedOrKept(t *testing.T) {
	fs, node := simdisk.New(&kind{}, "disk", simdisk.Faults{}), newNode(t, "log.dirs=/a")
	first, err := Format(fs, node, FormatRequest{}, [32]byte{1}, 1000)
	if err != nil || first.ClusterID == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	more := newNode(t)
	if _, err := Format(fs, more, FormatRequest{}, [32]byte{2}, 1000); err == nil || !strings.Contains(err.Error(), "/a is formatted already") {
		t.Errorf("without --ignore-formatted: %v", err)
	}
	if done, err := ledger.IsFormatted(fs, "/b"); done || err != nil {
		t.Errorf("a refusal formatted the other directory: %v, %v", done, err)
	}
	if _, err := Format(fs, more, FormatRequest{IgnoreFormatted: true, ClusterID: "another"}, [32]byte{2}, 1000); err == nil {
		t.Error("a directory of another cluster is kept")
	}
	f, err := Format(fs, more, FormatRequest{IgnoreFormatted: true}, [32]byte{2}, 1000)
	if err != nil || f.ClusterID != first.ClusterID || !slices.Equal(f.Kept, []string{"/a"}) || !slices.Equal(f.Dirs, []string{"/b"}) {
		t.Errorf("%+v, %v", f, err)
	}
	b, err := ledger.GatherDir(fs, "/b")
	if err != nil || b.Dir == (port.DirFacts{}).Dir {
		t.Errorf("the added directory: %+v, %v", b, err)
	}
}

func TestAFormatThatCannotBeIsRefusedInALine(t *testing.T) {
	for want, ask := range map[string]FormatRequest{
		"--feature metadata.version=29: allowed is metadata.version=30": {Features: []string{"metadata.version=29"}},
		"--feature group.version=0: allowed is group.version=1":         {Features: []string{"group.version=0"}},
		"--feature unheard.of=1: there is no feature unheard.of":        {Features: []string{"unheard.of=1"}},
		"--feature x: allowed is name=level":                            {Features: []string{"x"}},
		"--release-version 3.9: allowed is 4.3 (4.3-IV0)":               {Release: "3.9"},
		"--release-version sets the level of every feature":             {Release: "4.3", Features: []string{"kraft.version=1"}},
	} {
		fs := simdisk.New(&kind{}, "disk", simdisk.Faults{})
		if _, err := Format(fs, newNode(t), ask, [32]byte{1}, 1000); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", ask, err, want)
		}
		if done, err := ledger.IsFormatted(fs, "/a"); done || err != nil {
			t.Errorf("%+v: something was formatted: %v, %v", ask, done, err)
		}
	}
	voters := newNode(t, "controller.quorum.voters=1@localhost:9093")
	_, err := Format(simdisk.New(&kind{}, "disk", simdisk.Faults{}), voters, FormatRequest{Standalone: true}, [32]byte{1}, 1000)
	if err == nil || !strings.Contains(err.Error(), "leave out either") {
		t.Errorf("--standalone beside voters: %v", err)
	}
}
