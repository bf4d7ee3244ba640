package seglog

import (
	"encoding/binary"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"

	"github.com/google/go-cmp/cmp"
)

// batchBytes is the size of the batches that rig.fill makes.
const batchBytes = 205

const (
	firstLog  = "00000000000000000000.log"
	secondLog = "00000000000000000015.log"
)

func flip(at int64) func(disk.File, int64) error {
	return func(f disk.File, _ int64) error {
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, at); err != nil {
			return err
		}
		return f.WriteAt([]byte{b[0] ^ 0xff}, at)
	}
}

func cutTo(size int64) func(disk.File, int64) error {
	return func(f disk.File, _ int64) error { return f.Truncate(size) }
}

func TestRecoveryCutsATornTailAndRefusesRot(t *testing.T) {
	clean := func(s *port.OpenSpec) { s.StopWasClean, s.RecoveryPoint = true, 30 }
	lossy := func(point kafka.Offset) func(*port.OpenSpec) {
		return func(s *port.OpenSpec) { s.StopWasLossy, s.RecoveryPoint = true, point }
	}
	killed := func(point kafka.Offset) func(*port.OpenSpec) {
		return func(s *port.OpenSpec) { s.RecoveryPoint = point }
	}
	accept := func(s *port.OpenSpec) { s.AcceptLoss, s.RecoveryPoint = true, 30 }
	body, header, delta := int64(100), int64(9), int64(23)
	for _, c := range []struct {
		name   string
		file   string
		change func(disk.File, int64) error
		how    func(*port.OpenSpec)
		end    kafka.Offset
		fail   port.Failure
	}{
		{"nothing, clean", "", nil, clean, 30, 0},
		{"nothing, killed", "", nil, killed(0), 30, 0},
		{"nothing, lossy", "", nil, lossy(20), 30, 0},
		{"last batch half there, killed", secondLog, cutTo(5*batchBytes - 50), killed(0), 27, 0},
		{"last batch half there, lossy", secondLog, cutTo(5*batchBytes - 50), lossy(15), 27, 0},
		{"last header half there, killed", secondLog, cutTo(4*batchBytes + 30), killed(0), 27, 0},
		{"a tail of zeros, lossy", secondLog, cutTo(5*batchBytes + 1000), lossy(15), 30, 0},
		{"a whole batch less, lossy", secondLog, cutTo(4 * batchBytes), lossy(15), 27, 0},
		{"a whole batch less below the recovery point", secondLog, cutTo(4 * batchBytes), lossy(30), 0, port.FailCorrupt},
		{"last batch half there below the recovery point", secondLog, cutTo(4*batchBytes + 3), lossy(28), 0, port.FailCorrupt},
		{"last batch half there, clean", secondLog, cutTo(4*batchBytes + 3), clean, 0, port.FailCorrupt},
		{"second body of the tail bad, lossy", secondLog, flip(batchBytes + body), lossy(15), 18, 0},
		{"second body of the tail bad, killed", secondLog, flip(batchBytes + body), killed(0), 0, port.FailCorrupt},
		{"second header of the tail bad, killed", secondLog, flip(batchBytes + header), killed(0), 0, port.FailCorrupt},
		{"last body bad, killed", secondLog, flip(4*batchBytes + body), killed(0), 27, 0},
		{"first segment bad, lossy", firstLog, flip(2*batchBytes + body), lossy(3), 6, 0},
		{"first segment bad, killed", firstLog, flip(4*batchBytes + body), killed(0), 0, port.FailCorrupt},
		{"first segment bad, below the recovery point", firstLog, flip(2*batchBytes + header), lossy(20), 0, port.FailCorrupt},
		{"offsets of a flushed batch bad, clean", firstLog, flip(2*batchBytes + delta), clean, 0, port.FailCorrupt},
		{"offsets of a flushed batch bad, killed", firstLog, flip(2*batchBytes + delta), killed(30), 0, port.FailCorrupt},
		{"first segment short, lossy", firstLog, cutTo(4 * batchBytes), lossy(0), 12, 0},
		{"first segment short, killed", firstLog, cutTo(4 * batchBytes), killed(0), 0, port.FailCorrupt},
		{"first segment bad, loss accepted", firstLog, flip(2*batchBytes + header), accept, 6, 0},
		{"last batch half there, loss accepted", secondLog, cutTo(4*batchBytes + 3), accept, 27, 0},
	} {
		fs, _ := simulated()
		r := newRig(t, fs, func(r *rig) { r.limits.TurnBytes = farBytes })
		r.open()
		r.fill(10, 5)
		r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen})
		if c.change != nil {
			r.spoil(c.file, c.change)
		}
		c.how(&r.spec)
		r.restart()
		d := r.tryOpen()
		if d.Fail != c.fail {
			t.Errorf("%s: %v, want %v", c.name, d.Fail, c.fail)
			continue
		}
		if d.Fail != port.FailNone {
			if strings.Contains(r.list(), "deleted") || r.r.Read(port.Read{Log: testLog}).Fail != port.FailMissing {
				t.Errorf("%s: a log that was refused was touched, or can be read", c.name)
			}
			continue
		}
		flushed := c.end
		if !r.spec.StopWasClean && !r.spec.StopWasLossy && !r.spec.AcceptLoss && d.Opened.CutBytes == 0 {
			flushed = r.spec.RecoveryPoint // the rest waits for the first flush
		}
		if d.Opened.End != c.end || d.Opened.Flushed != flushed {
			t.Errorf("%s: it ends at %d, want %d, flushed to %d, want %d", c.name, d.Opened.End, c.end, d.Opened.Flushed, flushed)
		}
		r.end = d.Opened.End
		r.must(r.opAppend(batchOf(3, 5000, 40)))
		if got := len(r.readAll(0, 1000)); got != int(c.end)/3+1 {
			t.Errorf("%s: %d batches can be read after one more", c.name, got)
		}
		r.checkIndexFiles()
	}
}

// checkIndexFiles closes the log and compares what the indexes say with the batches.
func (r *rig) checkIndexFiles() {
	r.t.Helper()
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen})
	entries, err := r.fs.ReadDir(testPath)
	if err != nil {
		r.t.Fatalf("listing: %v", err)
	}
	for _, e := range entries {
		digits, found := strings.CutSuffix(e.Name, ".log")
		if !found {
			continue
		}
		log, index, times := r.content(e.Name), r.content(digits+".index"), r.content(digits+".timeindex")
		h, err := record.ParseHeader([]byte(log + strings.Repeat("\x00", record.HeaderSize)))
		if err != nil && log != "" {
			r.t.Fatalf("%s: %v", e.Name, err)
		}
		base := h.BaseOffset
		for ; len(index) > 0; index = index[indexEntryBytes:] {
			x := parseIndex([]byte(index), base)
			if h, err := record.ParseHeader([]byte(log[x.pos:])); err != nil || h.Last() != x.offset {
				r.t.Fatalf("%s: entry %v of the index, the batch there ends with %d: %v", digits, x, h.Last(), err)
			}
		}
		top := kafka.Wall(-1)
		for ; len(times) > 0; times = times[timeEntryBytes:] {
			x := parseTime([]byte(times), base)
			if x.time <= top || topUpTo(log, x.offset) != x.time {
				r.t.Fatalf("%s: entry %v of the time index after %d; the greatest is %d", digits, x, top, topUpTo(log, x.offset))
			}
			top = x.time
		}
		if top != topUpTo(log, 1<<40) {
			r.t.Fatalf("%s: the time index ends with %d, the greatest is %d", digits, top, topUpTo(log, 1<<40))
		}
	}
}

// topUpTo is the greatest timestamp of the batches that end at or below last.
func topUpTo(log string, last kafka.Offset) kafka.Wall {
	top := kafka.Wall(-1)
	for b := []byte(log); len(b) > 0; {
		h, _, rest, err := record.Split(b)
		if err != nil || h.Last() > last {
			break
		}
		top, b = max(top, h.MaxTimestamp), rest
	}
	return top
}

func TestRecoveryRebuildsFoldEpochsAndIndexes(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	for i := range 12 {
		b := batchOf(2, kafka.Wall(i), 40)
		binary.BigEndian.PutUint64(b[43:], 77) // producer id
		binary.BigEndian.PutUint16(b[51:], 1)  // epoch
		binary.BigEndian.PutUint32(b[53:], uint32(2*i))
		binary.BigEndian.PutUint32(b[17:], record.Checksum(b))
		if i == 7 {
			r.epoch++
		}
		op := r.opAppend(b)
		op.Roll = i == 6
		r.must(op)
	}
	before := *r.reg.Log(testLog).View()
	r.restart()
	o := r.open()
	if d := cmp.Diff([]port.EpochStart{{Epoch: 3, Start: 0}, {Epoch: 4, Start: 14}}, o.Epochs); d != "" {
		t.Errorf("epochs:\n%s", d)
	}
	p := o.Fold.Producers[77]
	if p == nil || p.Epoch != 1 || p.Len != 5 || p.Window[4].LastSequence != 23 || p.Window[0].BaseOffset != 14 {
		t.Errorf("the producer's state: %+v", p)
	}
	if len(o.Segments) != 2 || o.Segments[1].Base != 12 || o.Segments[0].MaxTimestamp != 6 {
		t.Errorf("segments: %+v", o.Segments)
	}
	after := r.reg.Log(testLog).View()
	if d := cmp.Diff(before.active.index, after.active.index, cmp.AllowUnexported(indexEntry{})); d != "" {
		t.Errorf("the index of the last segment:\n%s", d)
	}
	r.checkIndexFiles()
}

func TestADirectoryOfAnotherTopicIsNotOpened(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen})
	r.spoil(metadataFile, func(f disk.File, _ int64) error {
		return f.WriteAt([]byte("version: 0\ntopic_id: "+kafka.TopicID{8}.String()+"\n"), 0)
	})
	if d := r.tryOpen(); d.Fail != port.FailCorrupt {
		t.Errorf("opening it: %v, want %v", d.Fail, port.FailCorrupt)
	}
	r.spoil(metadataFile, cutTo(0)) // lost half written
	r.open()
}

func TestAMissingLogIsMadeOnlyIfAskedFor(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.spec.Create = false })
	if d := r.tryOpen(); d.Fail != port.FailMissing {
		t.Errorf("opening what is not there: %v", d.Fail)
	}
	r.spec.Create = true
	r.spec.LogStart = 40
	if o := r.open(); o.Start != 40 || o.End != 40 {
		t.Errorf("made anew it is %d to %d, want 40", o.Start, o.End)
	}
}

func TestTheLogStartOfTheCheckpointHolds(t *testing.T) {
	for _, c := range []struct{ start, wantStart, end kafka.Offset }{
		{0, 0, 30}, {7, 7, 30}, {15, 15, 30}, {20, 20, 30}, {30, 30, 30}, {50, 50, 50},
	} {
		fs, _ := simulated()
		r := newRig(t, fs, nil)
		r.open()
		r.fill(10, 5)
		r.restart()
		r.spec.LogStart = c.start
		o := r.open()
		if o.Start != c.wantStart || o.End != c.end {
			t.Errorf("log start %d: the log is %d to %d, want %d to %d", c.start, o.Start, o.End, c.wantStart, c.end)
		}
		if c.start >= 15 && strings.Contains(r.list(), "00000.") {
			t.Errorf("log start %d: segments below it are there still:\n%s", c.start, r.list())
		}
		r.must(r.opAppend(batchOf(1, 0, 1)))
	}
}
