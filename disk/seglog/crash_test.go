package seglog

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"testing"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/sim/simdisk"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// rough is a world in which a crash decides everything by draws from a seed.
type rough struct {
	now   int64
	state uint64
}

func (w *rough) Now() int64 { return w.now }

func (w *rough) Draw(_ string, bound uint64) uint64 {
	w.state += 0x9e3779b97f4a7c15
	z := (w.state ^ w.state>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) % bound
}

// crashes is a log on a disk that loses power.
type crashes struct {
	*rig
	disk  *simdisk.Disk
	world *rough
	// written and flushed are the ends that completions named.
	written, flushed kafka.Offset
	// point is the recovery point of the checkpoint, a flushed end of some time ago.
	point kafka.Offset
	start kafka.Offset
	// gone says that the log is to be deleted.
	gone bool
	// strict says that no segment goes but by moves of the log start: what was flushed is known of producers by
	// the snapshot, though the segment be gone.
	strict bool
	// clean is where the segments end that are compacted, or 0: below it the last record stays, or more.
	clean kafka.Offset
	// began is where each epoch began.
	began []port.EpochStart
	// recovered says that this life has opened the log.
	recovered bool
	// sent holds base+count@epoch of all that was ever sent, in this and earlier lives.
	sent map[string]bool
	// history is the log's headers from its very beginning, fold what they add up to.
	history []record.Header
	fold    fold.State
}

// turns runs the ops like a world does: completions count once the turn has ended. It tells
// whether the disk crashed on the way.
func (c *crashes) run(t failer, ops ...port.LogOp) (opened *port.Opened, crashed bool) {
	for i := range ops {
		ops[i].Log = testLog
	}
	for first := true; first || c.w.Pending(); first = false {
		c.disk.BeginTurn(c.world.now, 1000, 64<<20)
		done := c.w.Turn(ops, nil)
		end := c.disk.EndTurn()
		ops = nil
		if _, hit := c.disk.Armed(); hit {
			return nil, true
		}
		c.world.now = end
		for _, d := range done {
			if d.Fail != port.FailNone {
				t.Fatalf("operation %d failed without a fault: %v", d.Kind, d.Fail)
			}
			switch d.Kind {
			case port.OpOpen:
				opened = d.Opened
			case port.OpAppend:
				c.written = d.End
			case port.OpFlush:
				c.flushed = d.End
			case port.OpAdvanceStart:
				c.start = d.End
			}
		}
	}
	return opened, false
}

func (c *crashes) live(t *rapid.T) {
	spec := c.spec
	spec.RecoveryPoint, spec.LogStart = c.point, c.start
	c.restart()
	c.gen++
	c.epoch++
	c.spec.StopWasClean = false // its marker is gone, durably, before anything else
	opened, crashed := c.run(t, port.LogOp{Kind: port.OpOpen, Gen: c.gen, Open: &spec})
	if !crashed {
		c.opened(t, opened)
	}
	for range rapid.IntRange(0, 12).Draw(t, "operations") {
		if crashed {
			break
		}
		var op port.LogOp
		switch rapid.IntRange(0, 7).Draw(t, "operation") {
		case 0:
			op = c.flush()
		case 1:
			c.point = c.flushed
			continue
		case 2:
			to := kafka.Offset(rapid.IntRange(int(c.start), int(c.written)).Draw(t, "start"))
			op = port.LogOp{Kind: port.OpAdvanceStart, Gen: c.gen, Base: to}
			if op.Roll = to == c.written && rapid.Bool().Draw(t, "roll at the end"); op.Roll {
				op.Snapshot = c.fold.AppendSnapshot(nil)
			}
		default:
			count := rapid.IntRange(1, 3).Draw(t, "records")
			c.sent[key(c.end, count, c.epoch)] = true
			batch := batchOf(count, 1, rapid.SampledFrom([]int{1, 300, 2000}).Draw(t, "bytes"))
			h := c.stamp(batch, kafka.ProducerID(rapid.IntRange(1, 3).Draw(t, "producer")))
			op = c.opAppend(batch)
			if op.Roll = rapid.IntRange(0, 3).Draw(t, "roll") == 0; op.Roll {
				op.Snapshot = c.fold.AppendSnapshot(nil)
			}
			c.history = append(c.history, h)
			c.fold.Apply(&h)
		}
		_, crashed = c.run(t, op)
	}
	if !crashed && rapid.IntRange(0, 2).Draw(t, "close") == 0 {
		_, crashed = c.run(t, port.LogOp{Kind: port.OpClose, Gen: c.gen, End: c.end, Snapshot: c.fold.AppendSnapshot(nil)})
		if !crashed {
			c.flushed, c.point, c.spec.StopWasClean = c.written, c.written, true
		}
	}
	c.crash(t, crashed)
}

// stamp makes a batch the next one of a producer, and returns its header as it will stand in the log.
func (c *crashes) stamp(batch []byte, id kafka.ProducerID) record.Header {
	sequence := kafka.Sequence(0)
	if p := c.fold.Producers[id]; p != nil {
		sequence = p.Window[p.Len-1].LastSequence.Add(1)
	}
	setProducer(batch, id, 1, sequence)
	h, err := record.ParseHeader(batch)
	if err != nil {
		c.t.Fatalf("a batch of the test: %v", err)
	}
	h.BaseOffset, h.LeaderEpoch = c.end, c.epoch
	return h
}

// setProducer writes a producer into a batch's header.
func setProducer(batch []byte, id kafka.ProducerID, epoch kafka.ProducerEpoch, sequence kafka.Sequence) {
	binary.BigEndian.PutUint64(batch[43:], uint64(id))
	binary.BigEndian.PutUint16(batch[51:], uint16(epoch))
	binary.BigEndian.PutUint32(batch[53:], uint32(sequence))
	binary.BigEndian.PutUint32(batch[17:], record.Checksum(batch))
}

// checkFold compares the state that an opening found, from a snapshot and what follows it, with that
// of all batches from the very first. A log whose oldest segments are gone may know less of the
// producers in those, and a snapshot knows one batch of each.
func (c *crashes) checkFold(t failer, o *port.Opened) {
	for n := len(c.history); n > 0 && c.history[n-1].End() > o.End; n = len(c.history) {
		c.history = c.history[:n-1]
	}
	c.fold = fold.State{}
	for i := range c.history {
		c.fold.Apply(&c.history[i])
	}
	for id, got := range o.Fold.Producers {
		want := c.fold.Producers[id]
		if want == nil || got.Len == 0 || got.Len > want.Len {
			t.Fatalf("producer %d: %+v, want %+v", id, got, want)
		}
		if d := cmp.Diff(want.Window[want.Len-got.Len:want.Len], got.Window[:got.Len]); d != "" {
			t.Fatalf("the batches of producer %d:\n%s", id, d)
		}
	}
	for id, want := range c.fold.Producers {
		got := o.Fold.Producers[id]
		base := o.Segments[0].Base
		if last := want.Window[want.Len-1]; got == nil && (last.BaseOffset >= base || c.strict && last.LastOffset < c.flushed) {
			t.Fatalf("producer %d is forgotten, with a batch at %d, in a log that begins at %d", id, last.BaseOffset, base)
		}
		if c.spec.StopWasClean && base == 0 && len(o.Segments) == 1 && *got != *want {
			t.Fatalf("producer %d: %+v, want %+v", id, got, want)
		}
	}
	c.fold = o.Fold.Clone()
}

func key(base kafka.Offset, count int, epoch kafka.LeaderEpoch) string {
	return strconv.Itoa(int(base)) + "+" + strconv.Itoa(count) + "@" + strconv.Itoa(int(epoch))
}

// crash ends the life: by a kill, or by a loss of power and with it of some of the page cache.
func (c *crashes) crash(t *rapid.T, armed bool) {
	at := c.world.now
	if armed {
		at, _ = c.disk.Armed()
	}
	lossy := rapid.Bool().Draw(t, "power loss")
	c.disk.Crash(at, lossy)
	c.world.now = at
	if c.spec.StopWasClean {
		c.spec.StopWasLossy = false
		return
	}
	// A loss that was not yet recovered from stays one: the boot id is stored after that.
	c.spec.StopWasLossy = lossy || c.spec.StopWasLossy && !c.recovered
	c.recovered = false
	if lossy {
		c.written = c.flushed
	}
}

// opened checks what recovery found: all that was promised, and nothing that was not sent.
func (c *crashes) opened(t failer, o *port.Opened) {
	if o.End < c.written {
		t.Fatalf("recovered up to %d; %d was promised, lossy %v", o.End, c.written, c.spec.StopWasLossy)
	}
	if o.Start < c.start {
		t.Fatalf("recovered from %d, below the log start %d", o.Start, c.start)
	}
	if c.clean > 0 {
		c.openedSparse(t, o)
		return
	}
	at := o.Start
	for i, b := range c.readAll(o.Start, 1<<20) {
		base, err := strconv.Atoi(b[:strings.IndexByte(b, '+')])
		if err != nil || !c.sent[b] {
			t.Fatalf("batch %s was never sent", b)
		}
		count, err := strconv.Atoi(b[strings.IndexByte(b, '+')+1 : strings.IndexByte(b, '@')])
		if err != nil || i > 0 && kafka.Offset(base) != at {
			t.Fatalf("batch %s stands where offset %d is next", b, at)
		}
		at = kafka.Offset(base + count)
	}
	if at != o.End {
		t.Fatalf("the log ends at %d but can be read to %d", o.End, at)
	}
	c.checkFold(t, o)
	c.recovered = true
	c.end, c.written, c.flushed = o.End, o.End, o.Flushed
	if c.flushed > c.written {
		t.Fatalf("flushed to %d, written to %d", c.flushed, c.written)
	}
}

// openedSparse checks what recovery found of a log that was being compacted, in which every record has the same key.
func (c *crashes) openedSparse(t failer, o *port.Opened) {
	var found []kafka.Offset
	for _, b := range c.records() {
		for _, f := range strings.Fields(b)[1:] {
			offset, rest, _ := strings.Cut(f, ":")
			at, err := strconv.Atoi(offset)
			if err != nil || !strings.HasPrefix(rest, "k=v") || len(found) > 0 && kafka.Offset(at) <= found[len(found)-1] {
				t.Fatalf("record %s was never sent, or not there", f)
			}
			found = append(found, kafka.Offset(at))
		}
	}
	for at := c.clean - 1; at < o.End; at++ {
		if !slices.Contains(found, at) {
			t.Fatalf("the record at %d is gone, the log ends at %d and was compacted up to %d: %v", at, o.End, c.clean, found)
		}
	}
	for _, e := range c.began {
		if e.Start < c.clean && !slices.Contains(o.Epochs, e) {
			t.Fatalf("epoch %d began at %d, in what was compacted up to %d, and the log knows %v", e.Epoch, e.Start, c.clean, o.Epochs)
		}
	}
	for _, e := range c.files(t) {
		if strings.HasSuffix(e, ".swap") || strings.HasSuffix(e, ".cleaned") {
			t.Fatalf("%s is left", e)
		}
	}
	c.recovered = true
	c.end, c.written, c.flushed = o.End, o.End, o.Flushed
}

func (c *crashes) files(t failer) (names []string) {
	entries, err := c.disk.ReadDir(testPath)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names
}

func TestWhatWasPromisedSurvivesCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := &rough{state: rapid.Uint64().Draw(t, "seed")}
		c := &crashes{world: world, sent: map[string]bool{}}
		c.disk = simdisk.New(world, "disk", simdisk.Faults{})
		c.rig = newRig(t, c.disk, func(r *rig) {
			r.limits.TurnBytes = 5000
			r.limits.RefillBytes = rapid.SampledFrom([]int64{0, 300, 3000, 1 << 20}).Draw(t, "refill")
			r.spec.IndexIntervalBytes = 200
		})
		world.now = c.disk.LastEnd()
		if err := c.disk.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		world.now = c.disk.LastEnd()
		for range rapid.IntRange(1, 5).Draw(t, "lives") {
			if n := rapid.IntRange(0, 40).Draw(t, "calls"); n > 0 {
				c.disk.CrashAfterCalls(uint64(n))
			}
			c.live(t)
		}
		c.disk.CrashAfterCalls(1 << 60)
		c.live(t)
	})
}
