package ledger

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

var dirs = []Dir{{idOne, "/data/one"}, {idTwo, "/data/two"}}

func formatted(t *testing.T) *bench {
	b := newBench(t)
	b.whole(func() { must(t, Format(b, options())) })
	return b
}

func gathered(t *testing.T, b *bench) port.BootFacts {
	t.Helper()
	facts, err := Gather(b, layout())
	must(t, err)
	return facts
}

func TestSavesAreAnsweredInOrderAndGatheredAfterPowerLoss(t *testing.T) {
	b := formatted(t)
	quorum := port.QuorumState{LeaderID: 3, LeaderEpoch: 8, VotedID: 3, VotedDir: idOne}
	checkpoints := []port.Checkpoint{
		{Topic: "b", Partition: 2, RecoveryPoint: 5, LogStart: kafka.NoOffset, HighWatermark: 7, Clean: 4},
		{Topic: "a", Partition: 10, RecoveryPoint: kafka.NoOffset, LogStart: 1, HighWatermark: 2, Clean: kafka.NoOffset},
	}
	saves := []port.Save{
		{Kind: port.SaveQuorum, Seq: 1, Dir: idOne, Quorum: quorum},
		{Kind: port.SaveCheckpoints, Seq: 2, Dir: idTwo, Checkpoints: checkpoints},
		{Kind: port.SaveBrokerEpoch, Seq: 3, BrokerEpoch: 44},
		{Kind: port.SaveCleanMarker, Seq: 4, Dir: idTwo, BrokerEpoch: 44},
	}
	b.whole(func() {
		var want []port.Saved
		for _, s := range saves {
			want = append(want, port.Saved{Kind: s.Kind, Seq: s.Seq, Dir: s.Dir})
		}
		if diff := cmp.Diff(want, Turn(b, dirs, saves)); diff != "" {
			t.Fatal(diff)
		}
	})
	facts := gathered(t, b)
	if !facts.Dirs[0].SameBoot || !facts.Dirs[1].SameBoot {
		t.Error("the boot id was not kept")
	}
	b.env.seed = 1
	b.Crash(b.env.now, true)
	facts = gathered(t, b)
	if facts.Quorum != quorum || !facts.HasQuorum {
		t.Errorf("quorum %+v", facts.Quorum)
	}
	slices.Reverse(checkpoints)
	if diff := cmp.Diff(checkpoints, facts.Dirs[1].Checkpoints); diff != "" {
		t.Error(diff)
	}
	for i, d := range facts.Dirs {
		if d.SameBoot || d.BrokerEpoch != 44 || d.CleanMarker != (i == 1) || d.CleanEpoch != []kafka.BrokerEpoch{-1, 44}[i] {
			t.Errorf("after the power loss: %+v", d)
		}
	}
	b.whole(func() {
		Turn(b, dirs, []port.Save{{Kind: port.RemoveCleanMarker, Dir: idTwo}, {Kind: port.RemoveCleanMarker, Dir: idOne}})
	})
	b.env.seed = 2
	b.Crash(b.env.now, true)
	if gathered(t, b).Dirs[1].CleanMarker {
		t.Error("the clean marker came back")
	}
}

func TestSaveIsOldOrNewWhereverPowerGoes(t *testing.T) {
	state := func(epoch kafka.LeaderEpoch) []port.Save {
		return []port.Save{{Kind: port.SaveQuorum, Dir: idOne, Quorum: port.QuorumState{LeaderEpoch: epoch}}}
	}
	seen := map[kafka.LeaderEpoch]bool{}
	for n := uint64(1); ; n++ {
		for seed := uint64(1); seed <= 30; seed++ {
			b := formatted(t)
			b.whole(func() { Turn(b, dirs, state(1)) })
			if !b.cut(n, seed, seed%3 != 0, func() { Turn(b, dirs, state(2)) }) {
				if !seen[1] || !seen[2] {
					t.Fatalf("seen %v", seen)
				}
				return
			}
			facts := gathered(t, b)
			if seen[facts.Quorum.LeaderEpoch] = true; !facts.HasQuorum || facts.Quorum.LeaderEpoch < 1 {
				t.Fatalf("call %d, seed %d: %+v", n, seed, facts.Quorum)
			}
		}
	}
}

func TestAfterAFailedSaveTheDirectoryIsFenced(t *testing.T) {
	for _, c := range []struct {
		op   string
		err  error
		want port.Failure
	}{
		{"sync", disk.ErrIO, port.FailIO},
		{"write", disk.ErrNoSpace, port.FailNoSpace},
		{"rename", disk.ErrIO, port.FailIO},
		{"syncdir", disk.ErrIO, port.FailIO},
		{"create", disk.ErrNoSpace, port.FailNoSpace},
		{"bootid", disk.ErrIO, port.FailIO},
	} {
		b := formatted(t)
		b.FailNext(c.op, 0, c.err)
		done := Turn(b, dirs, []port.Save{
			{Kind: port.SaveBrokerEpoch, Seq: 1, Dir: idTwo},
			{Kind: port.SaveCleanMarker, Seq: 2, Dir: idOne},
			{Kind: port.SaveCleanMarker, Seq: 3, Dir: idTwo},
			{Kind: port.SaveBrokerEpoch, Seq: 4},
		})
		var fails []port.Failure
		for _, d := range done {
			fails = append(fails, d.Fail)
		}
		if want := []port.Failure{c.want, port.FailNone, port.FailFenced, port.FailFenced}; !slices.Equal(fails, want) {
			t.Errorf("%s fails: %v, want %v", c.op, fails, want)
		}
	}
}

// What failed before does not keep a directory from forgetting its boot id (seed 23092).
func TestADirectoryForgetsItsBootThoughASaveFailed(t *testing.T) {
	b := formatted(t)
	b.whole(func() { Turn(b, dirs, []port.Save{{Kind: port.SaveBrokerEpoch, Seq: 1, BrokerEpoch: 44}}) })
	b.FailNext("sync", 0, disk.ErrIO)
	done := Turn(b, dirs, []port.Save{
		{Kind: port.SaveCleanMarker, Seq: 2, Dir: idOne}, {Kind: port.ForgetBoot, Seq: 3, Dir: idOne}, {Kind: port.SaveCleanMarker, Seq: 4, Dir: idOne},
	})
	if done[0].Fail != port.FailIO || done[1].Fail != port.FailNone || done[2].Fail != port.FailFenced {
		t.Errorf("%+v", done)
	}
	if one := gathered(t, b).Dirs[0]; one.SameBoot || !one.Faulted {
		t.Errorf("it vouches for its page cache: %+v", one)
	}
}

func TestStrayLogsAreRenamedAsideAndNeverOverOneAnother(t *testing.T) {
	b := formatted(t)
	long := strings.Repeat("t", 249)
	for range 2 {
		for _, topic := range []string{"foo", long} {
			must(t, b.MkdirAll("/data/two/"+topic+"-7/full"))
			done := Turn(b, dirs, []port.Save{{
				Kind: port.MarkStray, Seq: 9, Dir: idTwo, Checkpoints: []port.Checkpoint{{Topic: topic, Partition: 7}},
			}})
			if done[0].Fail != port.FailNone {
				t.Fatalf("%s: %v", topic, done[0].Fail)
			}
		}
	}
	list, err := b.ReadDir("/data/two")
	must(t, err)
	var strays []string
	for _, e := range list {
		if strings.HasSuffix(e.Name, "-stray") {
			strays = append(strays, e.Name)
		}
		if len(e.Name) > nameBytesMax {
			t.Errorf("a name of %d bytes", len(e.Name))
		}
	}
	if len(strays) != 4 || strays[0] != "foo-7.00000000000000000000000000000009-stray" {
		t.Errorf("strays %q", strays)
	}
	if logs := gathered(t, b).Dirs[1].Logs; len(logs) != 0 {
		t.Errorf("logs %+v", logs)
	}
}

// A copy that may be all that is left of a log is put aside under the log's name, not removed.
func TestAStrayCopyIsRenamedAside(t *testing.T) {
	b := formatted(t)
	future := "foo-7." + strings.Repeat("a", 32) + futureSuffix
	must(t, b.MkdirAll("/data/two/"+future+"/full"))
	done := Turn(b, dirs, []port.Save{{
		Kind: port.MarkStray, Seq: 9, Dir: idTwo, Checkpoints: []port.Checkpoint{{Topic: "foo", Partition: 7}}, Future: future,
	}})
	if done[0].Fail != port.FailNone {
		t.Fatal(done[0].Fail)
	}
	list, err := b.ReadDir("/data/two/foo-7.00000000000000000000000000000009-stray")
	if err != nil || len(list) != 1 {
		t.Errorf("aside is %v, %v", list, err)
	}
}

func TestSaveOfAMissingLogSaysSo(t *testing.T) {
	b := formatted(t)
	done := Turn(b, dirs, []port.Save{{Kind: port.MarkStray, Dir: idTwo, Checkpoints: []port.Checkpoint{{Topic: "no"}}}})
	if done[0].Fail != port.FailMissing {
		t.Errorf("got %v", done[0].Fail)
	}
}

// A stop is not lossy only if no I/O error was seen: the core then has the boot id forgotten.
func TestAForgottenBootIsALossyStopUnderTheSameKernel(t *testing.T) {
	b := formatted(t)
	b.whole(func() { Turn(b, dirs, []port.Save{{Kind: port.SaveBrokerEpoch, Seq: 1, BrokerEpoch: 44}}) })
	forget := []port.Save{{Kind: port.ForgetBoot, Seq: 2, Dir: idTwo}, {Kind: port.ForgetBoot, Seq: 3, Dir: idTwo}}
	b.whole(func() {
		for _, done := range Turn(b, dirs, forget) {
			if done.Fail != port.FailNone {
				t.Errorf("forgetting, the second time what is forgotten: %+v", done)
			}
		}
	})
	facts := gathered(t, b)
	if one := facts.Dirs[0]; one.SameBoot || !one.Faulted || one.BrokerEpoch != 44 {
		t.Errorf("the metadata directory, which could not forget, vouches for its page cache: %+v", one)
	}
	if two := facts.Dirs[1]; two.SameBoot || !two.Faulted {
		t.Errorf("the directory vouches for its page cache: %+v", two)
	} else if two.BrokerEpoch != 44 {
		t.Errorf("a directory that we have served from is taken for a Kafka's: %+v", two)
	}
	b.whole(func() { Turn(b, dirs, []port.Save{{Kind: port.SaveBrokerEpoch, Seq: 4, BrokerEpoch: 45}}) })
	if facts = gathered(t, b); !facts.Dirs[1].SameBoot {
		t.Error("the next start's boot id was not kept")
	}
	if two := facts.Dirs[1]; two.BrokerEpoch != 45 {
		t.Errorf("the epoch is that of a start before: %+v", two)
	}
}

// The metadata directory's word is what the others are held against: when it is taken back, so is theirs.
func TestAForgottenBootOfTheMetadataDirectoryIsDistrustOfAll(t *testing.T) {
	b := formatted(t)
	b.whole(func() {
		Turn(b, dirs, []port.Save{
			{Kind: port.SaveBrokerEpoch, Seq: 1, BrokerEpoch: 44}, {Kind: port.ForgetBoot, Seq: 2, Dir: idOne},
		})
	})
	for _, d := range gathered(t, b).Dirs {
		if d.SameBoot || !d.Faulted || d.BrokerEpoch != 44 {
			t.Errorf("it is trusted, or not known to be ours: %+v", d)
		}
	}
}
