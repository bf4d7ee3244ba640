package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"

	"pgregory.net/rapid"
)

// TestAnOpenedLogTellsHowOldItsRecordsAre opens logs whose every batch has an entry in the time index: of those that
// the answer leaves out, another one that is at most a second, or a quarter of the age, older stands for each.
func TestAnOpenedLogTellsHowOldItsRecordsAre(t *testing.T) {
	for _, c := range []struct {
		apart kafka.Wall
	}{{1}, {300}, {5000}, {3_600_000}} {
		fs, _ := simulated()
		r := newRig(t, fs, func(r *rig) { r.spec.IndexIntervalBytes = 0 })
		r.open()
		const batches = 300
		at := func(i int) kafka.Wall { return 1000 + c.apart*kafka.Wall(i) }
		for i := range batches {
			r.must(r.opAppend(batchOf(1, at(i), 5)))
		}
		r.restart()
		times := r.open().Times
		if len(times) == 0 || len(times) > port.OpenedTimesMax {
			t.Fatalf("%d ms apart: %d times", c.apart, len(times))
		}
		top := at(batches - 1)
		next := 0
		for i := range batches {
			for next < len(times) && times[next].Offset <= kafka.Offset(i) {
				next++
			}
			if next == 0 {
				if i > 2 {
					t.Errorf("%d ms apart: nothing tells of offset %d", c.apart, i)
				}
				continue
			}
			told := times[next-1].Timestamp
			// The batch itself ends with an entry, so that what stands for it is at least a batch older.
			if most := max(1000, (top-at(i))/4) + c.apart; told > at(i) || at(i)-told > most {
				t.Errorf("%d ms apart: offset %d of time %d is told as %d", c.apart, i, at(i), told)
			}
		}
	}
}

func TestFewTimesStandForMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []timeEntry
		last := timeEntry{time: 1, offset: -1}
		for range rapid.IntRange(0, 500).Draw(t, "entries") {
			last.time += kafka.Wall(rapid.SampledFrom([]int{1, 700, 60_000, 86_400_000}).Draw(t, "gap"))
			last.offset += kafka.Offset(rapid.IntRange(1, 9).Draw(t, "records"))
			all = append(all, last)
		}
		some := sampleTimes(all)
		if len(some) > port.OpenedTimesMax || len(all) > 0 && (len(some) == 0 || some[len(some)-1] != port.TimeAt{Offset: last.offset + 1, Timestamp: last.time}) {
			t.Fatalf("%d of %d", len(some), len(all))
		}
		for i := 1; i < len(some); i++ {
			if some[i].Offset <= some[i-1].Offset || some[i].Timestamp <= some[i-1].Timestamp {
				t.Fatalf("out of order: %+v", some)
			}
		}
	})
}
