package ledger

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"

	"pgregory.net/rapid"
)

// anySave draws a save; a stray log of that number is there to be marked.
func anySave(t *rapid.T, b *bench, seq int64) port.Save {
	s := port.Save{Seq: seq, Dir: rapid.SampledFrom([]kafka.DirID{idOne, idTwo}).Draw(t, "dir"), BrokerEpoch: 1 << 60}
	s.Kind = rapid.SampledFrom([]port.SaveKind{
		port.SaveQuorum, port.SaveCheckpoints, port.SaveBrokerEpoch, port.SaveCleanMarker,
		port.RemoveCleanMarker, port.MarkStray, port.ForgetBoot, port.SaveFaulted, port.WriteSnapshot, port.LoadSnapshot, port.RemoveSnapshot,
	}).Draw(t, "kind")
	switch s.Kind {
	case port.SaveQuorum:
		s.Dir = idOne
	case port.SaveFaulted:
		s.Dirs = make([]kafka.DirID, rapid.IntRange(0, 20).Draw(t, "faulted"))
	case port.SaveCheckpoints:
		for i := range rapid.IntRange(0, 30).Draw(t, "lines") {
			s.Checkpoints = append(s.Checkpoints, port.Checkpoint{
				Topic: strings.Repeat("t", 1+i), Partition: 1<<31 - 1, RecoveryPoint: 1<<63 - 1, LogStart: 1<<63 - 1, HighWatermark: 1<<63 - 1,
			})
		}
	case port.SaveBrokerEpoch:
		if rapid.Bool().Draw(t, "everywhere") {
			s.Dir = kafka.DirID{}
		}
	case port.WriteSnapshot, port.LoadSnapshot, port.RemoveSnapshot:
		s.Dir = idOne
		id := port.SnapshotID{} // the one of the format is there to be read
		if s.Kind != port.LoadSnapshot {
			id = port.SnapshotID{End: kafka.Offset(seq), Epoch: 1}
		}
		s.Snapshot = &port.SnapshotPart{
			ID:   id,
			Data: make([]byte, rapid.IntRange(0, 9000).Draw(t, "bytes")), BytesMax: 700, Last: rapid.Bool().Draw(t, "last"),
		}
	case port.MarkStray:
		s.Checkpoints = []port.Checkpoint{{Topic: "stray", Partition: kafka.PartitionID(seq)}}
		path := dirs[slices.IndexFunc(dirs, func(d Dir) bool { return d.ID == s.Dir })].Path
		if err := b.MkdirAll(path + "/stray-" + strconv.FormatInt(seq, 10)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// A turn of saves keeps within the smallest budgets, which the simulated disk counts, or it is a
// single save; and every save has its turn, in order.
func TestATurnOfSavesKeepsWithinItsBudget(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := formatted(t)
		limits := port.Limits{
			TurnCalls: int32(rapid.IntRange(1, 64).Draw(rt, "calls")),
			TurnBytes: int64(rapid.IntRange(1, 16<<10).Draw(rt, "bytes")),
		}
		var queue []port.Save
		for seq := range int64(rapid.IntRange(1, 40).Draw(rt, "saves")) {
			queue = append(queue, anySave(rt, b, seq))
		}
		for next := int64(0); len(queue) > 0; {
			var saves []port.Save
			saves, queue = Take(queue, dirs, &limits)
			calls, bytes := int(limits.TurnCalls), limits.TurnBytes
			if len(saves) == 1 {
				c, n := cost(&saves[0])
				targets := len(targets(dirs, saves[0].Dir))
				calls, bytes = c*targets, n*int64(targets)
			}
			b.BeginTurn(b.env.now, calls, bytes)
			done := Turn(b, dirs, saves)
			b.env.now = b.EndTurn()
			for _, d := range done {
				if d.Seq != next || d.Fail != port.FailNone {
					rt.Fatalf("save %d was answered with %+v", next, d)
				}
				next++
			}
		}
	})
}

// Adding to the queue while a turn runs does not touch what the turn has.
func TestTheSavesOfATurnAreItsOwn(t *testing.T) {
	queue := make([]port.Save, 2, 8)
	for i := range queue {
		queue[i] = port.Save{Kind: port.SaveQuorum, Seq: int64(i), Dir: idOne}
	}
	turn, later := Take(queue, dirs, &port.Limits{TurnCalls: 1})
	later = append(later[:0], port.Save{Seq: 9})
	turn = append(turn, port.Save{Seq: 8})
	if turn[0].Seq != 0 || later[0].Seq != 9 {
		t.Fatalf("the turn has %v, later ones %v", turn, later)
	}
}
