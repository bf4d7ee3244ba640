package seglog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
	"momus/sim/simdisk"

	"github.com/google/go-cmp/cmp"
)

// astray is a disk of which one read, the nth from now, is given the bytes of another place of its file.
type astray struct {
	disk.FS
	n, reads int
	shift    int64
}

// zeroed is the shift by which a read is given nothing but zeros.
const zeroed = 1 << 40

func (a *astray) Open(name string) (disk.File, error) {
	f, err := a.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &astrayFile{f, a}, nil
}

type astrayFile struct {
	disk.File
	a *astray
}

func (f *astrayFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	if f.a.reads++; err != nil || f.a.reads != f.a.n {
		return n, err
	}
	clear(p[:n])
	_, err = f.File.ReadAt(p[:n], off+f.a.shift)
	return n, err
}

// written makes a log of three segments with producers and snapshots on a disk, all of it durable.
func written(t *testing.T, fs *simdisk.Disk) *crashes {
	t.Helper()
	c := &crashes{disk: fs, world: &rough{}, sent: map[string]bool{}}
	c.rig = newRig(t, fs, func(r *rig) { r.spec.IndexIntervalBytes = 200 })
	c.open()
	for i := range 15 {
		batch := batchOf(3, kafka.Wall(1000+10*i), 40)
		h := c.stamp(batch, kafka.ProducerID(1+i%2))
		op := c.opAppend(batch)
		if op.Roll = i > 0 && i%5 == 0; op.Roll {
			op.Snapshot = c.fold.AppendSnapshot(nil)
		}
		c.fold.Apply(&h)
		c.must(op)
	}
	return c
}

// misreads calls try once for each read that it makes of the disk, with that read going astray, by some ways
// each. The first call, in which none does, says how many there are.
func misreads(a *astray, try func(how string)) (tried int) {
	a.n, a.reads = 0, 0
	try("none")
	all := a.reads
	// 205 bytes further lies another batch of this size, with a right checksum.
	for _, shift := range []int64{zeroed, 205, simdisk.SectorSize} {
		for n := 1; n <= all; n++ {
			a.n, a.reads, a.shift = n, 0, shift
			try("read " + string(rune('0'+n/10)) + string(rune('0'+n%10)))
			tried++
		}
	}
	a.n = 0
	return tried
}

// TestOneReadThatGoesAstrayChangesNoRecovery opens a log in every way that there is, once for each read of
// the opening.
func TestOneReadThatGoesAstrayChangesNoRecovery(t *testing.T) {
	for _, c := range []struct {
		name   string
		closed bool
		cut    bool
		spec   port.OpenSpec
	}{
		{"after a clean stop", true, false, port.OpenSpec{StopWasClean: true, RecoveryPoint: 45}},
		{"after a kill", false, false, port.OpenSpec{RecoveryPoint: 30}},
		{"after a kill in a write", false, true, port.OpenSpec{RecoveryPoint: 15}},
		{"after a power loss", false, false, port.OpenSpec{StopWasLossy: true, RecoveryPoint: 15}},
		{"after a power loss in a write", false, true, port.OpenSpec{StopWasLossy: true}},
		{"after a failed sync", false, false, port.OpenSpec{StopWasLossy: true, Rewrite: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want *port.Opened
			a := &astray{}
			tried := misreads(a, func(how string) {
				fs, _ := simulated()
				log := written(t, fs)
				if c.closed {
					log.must(port.LogOp{Kind: port.OpClose, Gen: log.gen, End: log.end, Snapshot: log.fold.AppendSnapshot(nil)})
				}
				if c.cut {
					log.spoil("00000000000000000030.log", func(f disk.File, size int64) error { return f.Truncate(size - 10) })
				}
				a.FS = fs
				log.rig.fs = a
				spec := log.spec
				spec.StopWasClean, spec.StopWasLossy, spec.Rewrite = c.spec.StopWasClean, c.spec.StopWasLossy, c.spec.Rewrite
				spec.RecoveryPoint = c.spec.RecoveryPoint
				log.spec = spec
				log.restart()
				got := log.open()
				got.IOBytes = 0 // a second look has its price
				if want == nil {
					want = got
				}
				if d := cmp.Diff(want, got, cmp.AllowUnexported(fold.State{})); d != "" {
					t.Errorf("shift %d, %s:\n%s", a.shift, how, d)
				}
				a.n = 0 // what was found is what is there
				if batches := log.readAll(0, 1<<20); len(batches) != int(want.End)/3 {
					t.Errorf("shift %d, %s: read %s", a.shift, how, strings.Join(batches, " "))
				}
			})
			t.Logf("%d reads went astray", tried)
		})
	}
}

// TestOneReadThatGoesAstrayGivesNoReaderAnotherAnswer asks for everything that can be asked for.
func TestOneReadThatGoesAstrayGivesNoReaderAnotherAnswer(t *testing.T) {
	fs, _ := simulated()
	log := written(t, fs)
	a := &astray{FS: fs}
	log.rig.fs = a
	log.spec.StopWasLossy, log.spec.RecoveryPoint = true, 45
	failed, tried := 0, 0
	for _, kind := range []port.ReadKind{port.ReadBatches, port.ReadCopy, port.ReadTime, port.ReadMaxTime} {
		for from := kafka.Offset(0); from < 40; from += 4 {
			q := port.Read{Kind: kind, Log: testLog, From: from, Upto: 40, BytesMax: 500, AtLeastOne: true, Timestamp: 1000 + 3*kafka.Wall(from)}
			var want port.ReadDone
			tried += misreads(a, func(how string) {
				n := a.n
				a.n = 0
				log.restart()
				log.open()
				a.n, a.reads = n, 0
				got := log.r.Read(q)
				a.n = 0
				if how == "none" {
					want = got
				}
				same := got.Found == want.Found && got.Timestamp == want.Timestamp && got.Epoch == want.Epoch &&
					string(got.Data) == string(want.Data)
				switch {
				case got.Fail == port.FailCorrupt && how != "none":
					failed++
				case got.Fail != want.Fail || !same:
					t.Errorf("%v from %d, shift %d, %s: %+v, want %+v", kind, from, a.shift, how, got, want)
				case kind == port.ReadBatches:
					holds(t, bytesOf(t, got), from, q.Upto)
				}
			})
		}
	}
	t.Logf("%d reads went astray, of which %d failed", tried, failed)
	if failed > 0 {
		t.Errorf("%d reads failed, though the second look would have been right", failed)
	}
}

// holds demands whole batches, one after another, of which the first ones hold an offset, and none ends above upto.
// It may be a batch more or less than it should be.
func holds(t *testing.T, b []byte, from, upto kafka.Offset) {
	t.Helper()
	next := kafka.NoOffset
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if err != nil || record.CheckStored(batch, h) != nil || next != kafka.NoOffset && h.BaseOffset != next ||
			next == kafka.NoOffset && h.BaseOffset > from || h.End() > upto {
			t.Errorf("asked for %d below %d, a read gave %+v", from, upto, h)
			return
		}
		b, next = rest, h.End()
	}
	if next <= from {
		t.Errorf("asked for %d, a read gave what ends at %d", from, next)
	}
}

// TestAFileThatReadsDifferentlyEachTimeIsDamaged never agrees with itself.
func TestAFileThatReadsDifferentlyEachTimeIsDamaged(t *testing.T) {
	var m meter
	if _, err := readAgreed(&fickle{}, make([]byte, 8), make([]byte, 8), 0, &m); !errors.Is(err, errCorrupt) {
		t.Errorf("got %v", err)
	}
	if m.calls != readingsMax || m.bytes != 8*readingsMax {
		t.Errorf("it was charged %d calls and %d bytes", m.calls, m.bytes)
	}
}

type fickle struct {
	disk.File
	reads byte
}

func (f *fickle) ReadAt(p []byte, _ int64) (int, error) {
	f.reads++
	for i := range p {
		p[i] = f.reads
	}
	return len(p), nil
}

// TestAnIndexThatPointsAmidABatchSpoilsNoRead moves the positions of entries on the disk, also of such that lie
// farther on than one read of headers goes: the log is sound, and is read as it is.
func TestAnIndexThatPointsAmidABatchSpoilsNoRead(t *testing.T) {
	const batches, size = 60, 205
	for _, by := range []byte{1, 7, 40} {
		fs, _ := simulated()
		log := newRig(t, fs, func(r *rig) { r.spec.IndexIntervalBytes = 200 })
		log.open()
		for i := range batches {
			op := log.opAppend(batchOf(3, kafka.Wall(1000+10*i), 40))
			if op.Roll = i == batches-1; op.Roll { // of the active segment the index is in memory
				op.Snapshot = (&fold.State{}).AppendSnapshot(nil)
			}
			log.must(op)
		}
		log.must(port.LogOp{Kind: port.OpClose, Gen: log.gen, End: log.end, Snapshot: (&fold.State{}).AppendSnapshot(nil)})
		log.spec.StopWasClean, log.spec.RecoveryPoint = true, log.end
		log.restart()
		log.open()
		// At the start it would have been mended.
		log.spoil("00000000000000000000.index", func(f disk.File, bytes int64) error {
			b := make([]byte, bytes)
			if _, err := f.ReadAt(b, 0); err != nil {
				return err
			}
			for at := 7; at < len(b); at += 8 {
				b[at] += by
			}
			return f.WriteAt(b, 0)
		})
		for from := kafka.Offset(0); from < 30; from += 3 {
			for most := int32(size); most < 40*size; most += 100 {
				q := port.Read{Kind: port.ReadBatches, Log: testLog, From: from, Upto: log.end, BytesMax: most, AtLeastOne: true}
				got := log.r.Read(q)
				if got.Fail != port.FailNone {
					t.Fatalf("moved by %d, from %d, at most %d: %v", by, from, most, got.Fail)
				}
				holds(t, bytesOf(t, got), from, q.Upto)
			}
		}
	}
}

// TestTwoReadsThatGoAstrayToTheSamePlaceDoNotAgree has the first reading and the third go astray, each to zeros.
func TestTwoReadsThatGoAstrayToTheSamePlaceDoNotAgree(t *testing.T) {
	for _, astray := range [][]int{{1}, {2}, {1, 3}, {2, 4}} {
		var m meter
		p := make([]byte, 8)
		n, err := readAgreed(&twice{astray: astray}, p, make([]byte, len(p)), 0, &m)
		if err != nil || string(p[:n]) != "what is " {
			t.Errorf("readings %v went astray: %q, %v", astray, p[:n], err)
		}
	}
}

// twice is a file of which some readings, counted from one, are given zeros.
type twice struct {
	disk.File
	astray []int
	reads  int
}

func (f *twice) ReadAt(p []byte, _ int64) (int, error) {
	if f.reads++; slices.Contains(f.astray, f.reads) {
		clear(p)
		return len(p), nil
	}
	return copy(p, "what is there"), nil
}
