package seglog

import (
	"fmt"
	"slices"
	"testing"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// twin is a log as a list of batches: no segments, no indexes, no cache.
type twin struct {
	start, end kafka.Offset
	batches    []twinBatch
}

type twinBatch struct {
	base, end kafka.Offset
	epoch     kafka.LeaderEpoch
	at        []kafka.Wall
	size      int
}

func (w *twin) truncate(end kafka.Offset) {
	if end >= w.end {
		return
	}
	for n := len(w.batches); n > 0 && w.batches[n-1].end > end; n = len(w.batches) {
		w.batches = w.batches[:n-1]
	}
	if end < w.start {
		w.start, w.end, w.batches = end, end, nil
		return
	}
	w.end = 0
	if n := len(w.batches); n > 0 {
		w.end = w.batches[n-1].end
	}
}

// read lists what a read returns at most: the batches from the one that holds from on.
func (w *twin) read(from, upto kafka.Offset) (got []twinBatch) {
	for _, b := range w.batches {
		if b.end > from && b.end <= upto {
			got = append(got, b)
		}
	}
	return got
}

func (w *twin) time(at kafka.Wall, from, upto kafka.Offset) kafka.Offset {
	for _, b := range w.batches {
		for i, t := range b.at {
			if o := b.base + kafka.Offset(i); o >= max(from, w.start) && o < upto && t >= at {
				return o
			}
		}
	}
	return kafka.NoOffset
}

// machine drives the log and its twin.
type machine struct {
	*rig
	twin twin
	at   kafka.Wall
	// flushed is where the last flush ended, or what was cut since.
	flushed kafka.Offset
}

func (m *machine) append(t *rapid.T) {
	var batches [][]byte
	for range rapid.IntRange(1, 3).Draw(t, "batches") {
		b := twinBatch{base: m.end, epoch: m.epoch}
		n := rapid.IntRange(1, 4).Draw(t, "records")
		build := record.NewBuilder(0, 0)
		for range n {
			m.at += kafka.Wall(rapid.IntRange(-3, 5).Draw(t, "time"))
			b.at = append(b.at, max(m.at, 0))
			build.Add(max(m.at, 0), nil, make([]byte, rapid.IntRange(0, 60).Draw(t, "bytes")))
		}
		batches = append(batches, build.Append(nil))
		b.size = len(batches[len(batches)-1])
		m.twin.batches = append(m.twin.batches, b)
	}
	base := m.end
	op := m.opAppend(batches...)
	if op.Roll = rapid.IntRange(0, 4).Draw(t, "roll") == 0; op.Roll {
		op.Snapshot = noProducers
	}
	for i := range m.twin.batches[len(m.twin.batches)-len(batches):] {
		b := &m.twin.batches[len(m.twin.batches)-len(batches)+i]
		b.base, b.end = base, base+kafka.Offset(len(b.at))
		base = b.end
	}
	m.twin.end = m.end
	m.must(op)
}

func (m *machine) check(t *rapid.T) {
	from := kafka.Offset(rapid.IntRange(int(m.twin.start), int(m.twin.end)).Draw(t, "from"))
	upto := kafka.Offset(rapid.IntRange(int(m.twin.start), int(m.twin.end)+2).Draw(t, "upto"))
	bytesMax := int32(rapid.SampledFrom([]int{1, 150, 400, 1 << 20}).Draw(t, "bytes"))
	want := m.twin.read(from, upto)
	var got []string
	for at := from; ; {
		d := m.read(at, upto, bytesMax)
		if d.Fail != port.FailNone {
			t.Fatalf("a read at %d below %d: %v", at, upto, d.Fail)
		}
		if d.Span.Len() == 0 {
			break
		}
		b := bytesOf(t, d)
		if len(b) > int(bytesMax) && countBatches(b) > 1 {
			t.Fatalf("a read of %d bytes returned %d in several batches", bytesMax, len(b))
		}
		for len(b) > 0 {
			h, batch, rest, err := record.Split(b)
			if err != nil || record.CheckStored(batch, h) != nil {
				t.Fatalf("a read at %d returned what is no batch: %v", at, err)
			}
			got = append(got, fmt.Sprintf("%d-%d@%d", h.BaseOffset, h.End(), h.LeaderEpoch))
			at, b = h.End(), rest
		}
		if d.Next != at {
			t.Fatalf("a read that ends at %d says that %d is next", at, d.Next)
		}
	}
	var wanted []string
	for _, b := range want {
		wanted = append(wanted, fmt.Sprintf("%d-%d@%d", b.base, b.end, b.epoch))
	}
	if d := cmp.Diff(wanted, got); d != "" {
		t.Fatalf("reading from %d below %d:\n%s", from, upto, d)
	}
	first := m.r.Read(port.Read{Kind: port.ReadBatches, Log: testLog, From: from, Upto: upto, BytesMax: bytesMax})
	fits := len(want) > 0 && want[0].size <= int(bytesMax)
	if b := bytesOf(t, first); fits != (len(b) > 0) || len(b) > int(bytesMax) {
		t.Fatalf("a read of %d bytes at most, whatever the first batch: %d bytes", bytesMax, len(b))
	}
	at := kafka.Wall(rapid.IntRange(0, int(max(m.at, 0))+3).Draw(t, "timestamp"))
	d := m.r.Read(port.Read{Kind: port.ReadTime, Log: testLog, From: from, Upto: upto, Timestamp: at})
	if want := m.twin.time(at, from, upto); d.Fail != port.FailNone || d.Found != want {
		t.Fatalf("time %d from %d below %d: %d, %v; want %d", at, from, upto, d.Found, d.Fail, want)
	}
}

// noProducers is the snapshot of a log without any.
var noProducers = new(fold.State).AppendSnapshot(nil)

func countBatches(b []byte) (n int) {
	for len(b) > 0 {
		_, _, rest, err := record.Split(b)
		if err != nil {
			return n
		}
		n, b = n+1, rest
	}
	return n
}

// epochs is the list that the twin's batches tell.
func (w *twin) epochs() (epochs []port.EpochStart) {
	for _, b := range w.batches {
		if b.end <= w.start {
			continue
		}
		if n := len(epochs); n == 0 || epochs[n-1].Epoch < b.epoch {
			epochs = append(epochs, port.EpochStart{Epoch: b.epoch, Start: max(b.base, w.start)})
		}
	}
	return epochs
}

func TestTheLogAgreesWithAListOfBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs, _ := simulated()
		m := &machine{}
		m.rig = newRig(t, fs, func(r *rig) {
			r.limits.TailCacheBytes = int64(rapid.SampledFrom([]int{0, 300, 1000, 1 << 20}).Draw(t, "cache"))
			r.limits.OpenFiles = int32(rapid.IntRange(0, 3).Draw(t, "files"))
			r.limits.TurnCalls = int32(rapid.SampledFrom([]int{1, 3, 512}).Draw(t, "calls"))
			r.limits.TurnBytes = int64(rapid.SampledFrom([]int{1, 5000, 1 << 20}).Draw(t, "bytes a turn"))
			r.spec.IndexIntervalBytes = int32(rapid.SampledFrom([]int{0, 150, 400, 4096}).Draw(t, "interval"))
			r.spec.IndexBytesMax = int32(rapid.SampledFrom([]int{24, 60, 1 << 20}).Draw(t, "index bytes"))
		})
		m.open()
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append,
			"again":  m.append,
			"":       m.check,
			"flush": func(t *rapid.T) {
				if d := m.must(m.flush()); d.End != m.twin.end {
					t.Fatalf("flushed to %d, the end is %d", d.End, m.twin.end)
				}
				m.flushed = m.twin.end
			},
			"truncate": func(t *rapid.T) {
				low := max(0, int(m.twin.end)-20)
				to := kafka.Offset(rapid.IntRange(low, int(m.twin.end)+1).Draw(t, "end"))
				m.gen++
				m.epoch++
				m.end = m.must(port.LogOp{Kind: port.OpTruncate, Gen: m.gen, End: to}).End
				if m.twin.truncate(to); m.twin.end != m.end && len(m.twin.batches) > 0 {
					t.Fatalf("cut to %d it ends at %d, want %d", to, m.end, m.twin.end)
				}
				m.twin.end = m.end // without a batch, the end is that of the segment that stays
				m.twin.start = min(m.twin.start, m.end)
				m.flushed = min(m.flushed, m.end)
			},
			"advance": func(t *rapid.T) {
				to := kafka.Offset(rapid.IntRange(int(m.twin.start), int(m.twin.end)).Draw(t, "start"))
				m.twin.start = max(m.twin.start, to)
				m.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: m.gen, Base: to})
				base := m.reg.Log(testLog).View().extent(0).base
				m.twin.batches = slices.DeleteFunc(m.twin.batches, func(b twinBatch) bool { return b.end <= base })
			},
			"restart": func(t *rapid.T) {
				m.spec.StopWasClean = rapid.Bool().Draw(t, "clean")
				m.spec.RecoveryPoint = rapid.SampledFrom([]kafka.Offset{0, m.flushed}).Draw(t, "recovery point")
				if m.spec.StopWasClean {
					m.must(port.LogOp{Kind: port.OpClose, Gen: m.gen, End: m.end, Snapshot: noProducers})
					m.spec.RecoveryPoint = m.twin.end
				}
				m.spec.LogStart = m.twin.start
				m.restart()
				o := m.open()
				if o.Start != m.twin.start || o.End != m.twin.end {
					t.Fatalf("opened again it is %d to %d, want %d to %d", o.Start, o.End, m.twin.start, m.twin.end)
				}
				if d := cmp.Diff(m.twin.epochs(), o.Epochs); d != "" && len(m.twin.epochs()) > 0 {
					t.Fatalf("epochs:\n%s", d)
				}
				if d := cmp.Diff(fold.State{}, o.Fold); d != "" {
					t.Fatalf("a fold of no producers:\n%s", d)
				}
			},
		})
	})
}
