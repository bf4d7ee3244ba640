package clients

import (
	"slices"
	"strings"
	"testing"

	"momus/checker"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
)

// lived runs one world, and gives what there is to judge.
func lived(t *testing.T, seed uint64, breaks, crashes uint64) (*world, []checker.Violation, checker.Report) {
	t.Helper()
	w := newWorld(seed, &broker{})
	w.breaks, w.crashes = breaks, crashes
	if rested, read := w.live(); !rested || !read {
		t.Fatalf("seed %d: rested %v, read %v: %v, %s", seed, rested, read, w.pop, w.pop.Waiting())
	}
	violations, report := checker.Check(w.pop.History())
	return w, violations, report
}

func TestASoundBrokerIsNeverAccused(t *testing.T) {
	const seeds = 12
	for _, c := range []struct{ breaks, crashes uint64 }{{0, 0}, {20, 0}, {150, 0}, {0, 3}, {20, 8}} {
		var sum checker.Report
		for seed := range uint64(seeds) {
			w, violations, report := lived(t, seed, c.breaks, c.crashes)
			for _, v := range violations {
				t.Errorf("seed %d, %+v: %v\n%v", seed, c, v, w.pop)
			}
			if report.Undecided > 0 {
				t.Errorf("seed %d: %d undecided", seed, report.Undecided)
			}
			sum.Add(report)
		}
		t.Logf("%+v: %+v", c, sum)
		if n := sum.Acked() / seeds; n < 50 || n > 600 {
			t.Errorf("%+v: %d acknowledged operations a run", c, n)
		}
		for what, missing := range map[string]bool{
			"acks=0": sum.Acks0 == 0, "acks=1": sum.Acks1 == 0, "acks=all": sum.AcksAll == 0,
			"idempotent": sum.Idempotent == 0, "polled": sum.RecordsPolled == 0, "lookups": sum.Lookups == 0,
			"deleted": sum.Deleted == 0, "deleted of its records": sum.RecordsDeleted == 0, "asked about epochs": c.crashes > 0 && sum.EpochEnds == 0, "retried": c.breaks > 0 && sum.Retried == 0,
			"altered": sum.Altered == 0, "told of configuration": sum.ConfigsTold == 0,
			"refused for want of a key":   sum.Keyless == 0,
			"left out of a fetch session": sum.Unsaid == 0, "refused for its fetch session": c.breaks > 0 && sum.SessionsRefused == 0,
			"committed by groups": sum.OffsetsCommitted == 0, "refused for a generation": sum.CommitsRefused == 0,
			"told of committed offsets": sum.OffsetsTold == 0, "joined": sum.Joined == 0, "settled": sum.Settled == 0,
			"excused": c.crashes > 0 && sum.ExcusedPowerLoss == 0,
		} {
			if missing {
				t.Errorf("%+v: nothing %s", c, what)
			}
		}
	}
}

func TestBrokenBrokersAreCaught(t *testing.T) {
	for _, c := range []struct {
		name            string
		fault           fault
		breaks, crashes uint64
		want            []string
	}{
		{"acknowledges and forgets", forgetful, 0, 0, []string{checker.LostWrite, checker.Unseen}},
		{"forgets what it wrote when it is sent again", deduplessly, 100, 0, []string{checker.Duplicate}},
		{"tells the wrong offset", shifted, 0, 0, []string{checker.MovedWrite}},
		{"answers with other offsets", swapped, 0, 0, []string{checker.InconsistentReads, checker.PollSkip}},
		{"loses what flush.messages=1 promised", unflushed, 0, 4, []string{checker.LostWrite, checker.Unseen, checker.InconsistentReads}},
		{"takes what an old epoch sends", lenient, 0, 0, []string{checker.Fencing}},
		{"refuses what is next", picky, 0, 0, []string{checker.FalseRefusal}},
		{"takes what has no key, and deletes what is only compacted", unkeyed, 0, 0, []string{checker.Protocol, checker.LogStart}},
		{"keeps the epoch of a fetch session", standing, 0, 0, []string{checker.Protocol}},
		{"serves what a fetch session forgot", keeping, 0, 0, []string{checker.Protocol}},
		{"leaves out what a fetch session was not told", taciturn, 0, 0, []string{checker.WatermarkBack}},
		{"alters what it was only to judge", hasty, 0, 0, []string{checker.Config}},
		{"says that it has altered, and has not", deaf, 0, 0, []string{checker.Config}},
		{"says that it has added partitions, and has not", stunted, 0, 0, []string{checker.Partitions}},
		{"tells more as committed than there is", boastful, 0, 0, []string{checker.Quorum}},
		{"adds partitions that were only to be judged", eager, 0, 0, []string{checker.Partitions}},
		{"gives one producer id to all", sharing, 0, 0, []string{checker.ProducerIDs}},
		{"loses its tail in a process crash", leaky, 0, 4, []string{checker.LostWrite, checker.SendBack, checker.InconsistentReads}},
		{"deletes a record too many", greedy, 0, 0, []string{checker.LogStart}},
		{"tells that an epoch ended before it did", belated, 0, 4, []string{checker.EpochEnd}},
		{"takes a producer's next sequence for its last", confused, 0, 0, []string{checker.Producers}},
		{"takes commits of whoever sends them", unfenced, 0, 0, []string{checker.GroupFencing}},
		{"acknowledges commits and keeps none", unkept, 0, 0, []string{checker.OffsetBack, checker.OffsetLost}},
		{"tells what was committed before the last time", regressing, 0, 0, []string{checker.OffsetBack}},
		{"has members join of whom the leader is not told", leavingOut, 0, 0, []string{checker.GroupGeneration}},
		{"gives members what others are to have", mixingUp, 0, 0, []string{checker.GroupOwner}},
		{"gives away what members still have", doubleGiving, 0, 0, []string{checker.GroupOwner}},
		{"shows nobody the end of a log", withholding, 0, 0, []string{checker.Hole}},
		{"forgets what was to be deleted", relapsing, 0, 4, []string{checker.LogStart}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var heard []string
			deaf := func() bool {
				return slices.ContainsFunc(c.want, func(want string) bool { return !slices.Contains(heard, want) })
			}
			for seed := uint64(0); seed < 40 && deaf(); seed++ {
				w := newWorld(seed, &broker{fault: c.fault})
				w.breaks, w.crashes = c.breaks, c.crashes
				w.live()
				violations, _ := checker.Check(w.pop.History())
				for _, v := range violations {
					heard = append(heard, v.Checker)
				}
			}
			for _, want := range c.want {
				if !slices.Contains(heard, want) {
					slices.Sort(heard)
					t.Errorf("nobody says %s, only %v", want, slices.Compact(heard))
				}
			}
		})
	}
}

func TestTheSameDrawsGiveTheSameHistory(t *testing.T) {
	a, _, _ := lived(t, 7, 50, 2)
	b, _, _ := lived(t, 7, 50, 2)
	if d := cmp.Diff(a.pop.History(), b.pop.History()); d != "" {
		t.Error(d)
	}
}

func TestBenignDrawsMakeAWholePopulation(t *testing.T) {
	w := &world{ordinals: map[string]uint64{}}
	p := NewPopulation(benign{w}, Plan{Nodes: []int32{1}})
	if got, want := p.String(), "topic0(partitions=1 flush=0) 0=admin 1=acks-1 "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// benign draws 0 always.
type benign struct{ *world }

func (benign) Draw(string, uint64) uint64 { return 0 }

func TestADamagedValueIsNotRead(t *testing.T) {
	b := appendValue(nil, 77, 40)
	if v, ok := readValue(b); !ok || v != 77 {
		t.Fatalf("got %d %v", v, ok)
	}
	for i := range b {
		b[i] ^= 4
		if v, ok := readValue(b); ok && v == 77 {
			t.Errorf("byte %d is damaged, and nobody noticed", i)
		}
		b[i] ^= 4
	}
}

func TestACutBatchIsLeftOutAndADamagedOneIsTold(t *testing.T) {
	s := &shared{}
	s.builder.Codecs = &s.codecs
	_, one := s.build(shape{count: 2, size: 20, producer: -1, epoch: -1, sequence: -1})
	_, two := s.build(shape{count: 3, size: 20, producer: -1, epoch: -1, sequence: -1})
	record.Stamp(two, 2, 0)
	both := append(slices.Clone(one), two...)

	got := s.read(both[:len(both)-5], 1)
	want := []checker.Record{{Offset: 1, Timestamp: 1, Value: 2}}
	if d := cmp.Diff(want, got.records); d != "" || got.next != 2 || got.fault != "" {
		t.Errorf("next %d, fault %q: %s", got.next, got.fault, d)
	}
	both[len(both)-1] ^= 1
	if got := s.read(both, 0); !strings.Contains(got.damage, "checksum") || got.fault != "" || len(got.records) != 2 {
		t.Errorf("got %+v", got)
	}
}

// TestAStuckRunNamesWhoWaitsForWhat asks clients whose broker never answers.
func TestAStuckRunNamesWhoWaitsForWhat(t *testing.T) {
	w := newWorld(1, &broker{fault: mute})
	w.pop.Start()
	w.run(second, func() bool { return false })
	got := w.pop.Waiting()
	for _, want := range []string{"0=admin waits for ", "=idempotent waits for ", "a producer id", "answers of node 1 to ", " until "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in: %s", want, got)
		}
	}
	for i, c := range w.pop.Clients() {
		if !c.Idle() && c.Waiting() == "" {
			t.Errorf("client %d waits for nothing", i)
		}
	}
	if r := w.pop.NewReader(); !strings.Contains(r.Waiting(), "the list of topics") {
		t.Errorf("the reader waits for %q", r.Waiting())
	}
}

func TestGarbageFromTheBrokerIsOdd(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"a frame of no size", []byte{0, 0, 0, 1, 9}, "a frame of 1 bytes"},
		{"a frame beyond all limits", []byte{0x7f, 0, 0, 0}, "a frame of 2130706432 bytes"},
		{"an answer to nothing", []byte{0, 0, 0, 4, 0, 0, 0, 99}, "no request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(1, &broker{})
			w.pop.Start()
			w.run(second, func() bool { return len(w.conns) > 0 })
			w.run(second, func() bool { return w.pop.Clients()[0].(*admin).links[0].state == linkUp })
			l := &w.pop.Clients()[0].(*admin).links[0]
			w.pop.Clients()[0].Received(l.conn, c.bytes)
			odd := w.pop.History().Oddities
			if len(odd) != 1 || !strings.Contains(odd[0].Text, c.want) {
				t.Errorf("got %v, want %q", odd, c.want)
			}
		})
	}
}
