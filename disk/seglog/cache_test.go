package seglog

import (
	"bytes"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
	"momus/sim/simdisk"
)

// lent counts the buffers that are out; spent makes it lend no more.
type lent struct {
	out   int
	spent bool
}

func (l *lent) Recycle([]byte) { l.out-- }

func (l *lent) Take(n int) *port.Buf { return l.Get(n) }

func (l *lent) Get(n int) *port.Buf {
	if l.spent {
		return nil
	}
	l.out++
	return port.NewBuf(make([]byte, n), l)
}

// lend makes the payload of an append counted.
func (l *lent) lend(op port.LogOp) port.LogOp {
	return l.lendPart(op, op.Span.Len())
}

// lendPart makes it a part of a counted buffer of size bytes, as a request with other batches is.
func (l *lent) lendPart(op port.LogOp, size int) port.LogOp {
	l.out++
	b := make([]byte, size)
	op.Span = port.MemSpan(b[:copy(b, op.Span.Bytes())], port.NewBuf(b, l))
	return op
}

// lending is a rig whose tails and reader live on l.
func lending(t *testing.T, tailBytes int64, l *lent) (*rig, *simdisk.Disk) {
	t.Helper()
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = tailBytes })
	r.w.tails.pool = l
	r.r = NewReader(r.reg, fs, l, r.limits, nil)
	r.open()
	return r, fs
}

func TestSmallAppendsPinNoRequest(t *testing.T) {
	var l, tails lent
	r, _ := lending(t, 16_000, &tails)
	for range 1000 {
		r.must(l.lendPart(r.opAppend(batchOf(1, 0, 10)), 3_000))
	}
	if l.out != 0 || tails.out != blocksMin {
		t.Errorf("they pin %d requests, and %d blocks of a budget for %d", l.out, tails.out, blocksMin)
	}
	if n := len(r.w.logs.Get(testLog).view.tail); n > 16_000/len(batchOf(1, 0, 10)) {
		t.Errorf("the log lists %d appends, more than there is memory of", n)
	}
	r.must(l.lendPart(r.opAppend(batchOf(1, 0, 16_001)), 17_000))
	if len(r.w.logs.Get(testLog).view.tail) != 0 {
		t.Error("the tail has a hole where an append was beyond the budget")
	}
}

func TestWhatATailPinsIsCounted(t *testing.T) {
	var l, tails lent
	r, _ := lending(t, 1_000_000, &tails)
	for range 20 {
		r.must(l.lendPart(r.opAppend(batchOf(1, 0, heldBytesMin)), 300_000))
	}
	if l.out != 3 || tails.out != 0 {
		t.Errorf("large batches pin %d larger requests and %d blocks, the budget is for 3", l.out, tails.out)
	}
	r.must(l.lendPart(r.opAppend(batchOf(1, 0, heldBytesMin)), 1_000_001))
	if n := len(r.w.logs.Get(testLog).view.tail); n != 0 {
		t.Errorf("the tail has %d batches, and a hole behind them", n)
	}
}

func TestBatchesOfOneRequestCountItOnce(t *testing.T) {
	var l lent
	r, _ := lending(t, 1_000_000, &l)
	for range 10 {
		first := l.lendPart(r.opAppend(batchOf(1, 0, heldBytesMin)), 300_000)
		second := r.opAppend(batchOf(1, 0, heldBytesMin))
		shared := first.Span.Retain().Buffer()
		rest := shared.B[first.Span.Len():]
		second.Span = port.MemSpan(rest[:copy(rest, second.Span.Bytes())], shared)
		r.must(first)
		r.must(second)
	}
	if got := len(r.w.logs.Get(testLog).view.tail); l.out != 3 || got != 6 {
		t.Errorf("the tail has %d batches in %d requests, the budget is for 6 in 3", got, l.out)
	}
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen, End: r.end})
	if l.out != 0 || r.w.tails.bytes != 0 {
		t.Errorf("%d requests are pinned without a log", l.out)
	}
}

func TestEveryPayloadIsGivenBackOnce(t *testing.T) {
	size := int64(len(batchOf(3, 0, 40)))
	var l, requests lent
	r, fs := lending(t, blocksMin*size, &l)
	for range 30 {
		r.must(requests.lend(r.opAppend(batchOf(3, 0, 40))))
	}
	if l.out != blocksMin {
		t.Errorf("%d payloads in memory, the budget is for %d", l.out, blocksMin)
	}
	oldest := r.read(3*(30-blocksMin), 100, 10)
	for range blocksMin {
		r.must(requests.lend(r.opAppend(batchOf(3, 0, 40))))
	}
	if l.out != blocksMin+1 || len(bytesOf(t, oldest)) != int(size) || l.out != blocksMin {
		t.Errorf("%d payloads in memory after a reader let go of an evicted one", l.out)
	}
	if d := r.read(r.end-9, 1000, 1<<20); !d.Span.InMemory() || d.Span.Len() != 3*int(size) || l.out != blocksMin+1 {
		t.Errorf("three small appends were not gathered: %d bytes, %d buffers", d.Span.Len(), l.out)
	} else {
		d.Span.Release()
	}
	if d := r.read(0, 1000, 10); d.Span.InMemory() {
		t.Error("an evicted append is served from memory")
	} else {
		d.Span.Release()
	}
	r.gen++
	r.end = r.must(port.LogOp{Kind: port.OpTruncate, Gen: r.gen, End: r.end - 1}).End
	if n := len(r.w.logs.Get(testLog).view.tail); n != 0 {
		t.Errorf("%d payloads of a log that was cut may be read", n)
	}
	r.must(requests.lend(r.opAppend(batchOf(3, 0, 40))))
	fs.FailNext("write", 10, disk.ErrNoSpace)
	failed, fenced := requests.lend(r.opAppend(batchOf(1, 0, 40))), r.flush()
	late := requests.lend(r.opAppend(batchOf(1, 0, 40)))
	done := r.drive(failed, fenced)
	done = append(done, r.drive(late)...)
	if done[0].Fail != port.FailNoSpace || done[1].Fail != port.FailFenced || done[2].Fail != port.FailFenced {
		t.Errorf("completions: %+v", done)
	}
	if requests.out != 0 {
		t.Errorf("%d requests in memory after a failure", requests.out)
	}
}

func TestWithoutBudgetNothingIsGathered(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	l := lent{spent: true}
	r.r = NewReader(r.reg, fs, &l, r.limits, nil)
	r.open()
	r.w.tails.bytesMax = blocksMin * int64(len(batchOf(1, 0, 40))) // a block for each
	for range 3 {
		r.must(r.opAppend(batchOf(1, 0, 40)))
	}
	if d := r.read(0, 100, 1<<20); !d.Span.InMemory() || d.Next != 1 || l.out != 0 {
		t.Errorf("next %d, %d buffers", d.Next, l.out)
	} else {
		d.Span.Release()
	}
}

func TestAppendsThatLieTogetherAreReadUncopied(t *testing.T) {
	var l, tails lent
	r, _ := lending(t, 64<<20, &tails)
	r.r = NewReader(r.reg, r.fs, &l, r.limits, nil)
	var sent []byte
	for i := range 100 {
		op := r.opAppend(batchOf(1, kafka.Wall(i), 40))
		r.must(op)
		sent = append(sent, op.Span.Bytes()...)
	}
	for _, c := range []struct{ from, upto, next kafka.Offset }{{0, 100, 100}, {7, 100, 100}, {7, 50, 50}, {99, 100, 100}} {
		d := r.read(c.from, c.upto, 1<<20)
		one := len(sent) / 100
		if l.out != 0 || d.Next != c.next || !bytes.Equal(d.Span.Bytes(), sent[int(c.from)*one:int(c.next)*one]) {
			t.Errorf("from %d up to %d: next %d, %d bytes, %d buffers borrowed", c.from, c.upto, d.Next, d.Span.Len(), l.out)
		}
		d.Span.Release()
	}
}

func TestALargeAppendIsPassedOnUncopied(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	var l lent
	r.r = NewReader(r.reg, fs, &l, r.limits, nil)
	r.open()
	r.must(r.opAppend(batchOf(1, 0, gatherBytesMin)))
	r.must(r.opAppend(batchOf(1, 0, 10)))
	d := r.read(0, 100, 4<<20)
	if l.out != 0 || d.Next != 1 {
		t.Errorf("%d buffers were borrowed for a large append; next %d", l.out, d.Next)
	}
	d.Span.Release()
}

func TestPayloadBeyondTheBudgetIsNotKept(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = 1000 })
	var l lent
	r.open()
	r.must(l.lend(r.opAppend(batchOf(1, 0, 10))))
	r.must(l.lend(r.opAppend(batchOf(1, 0, 5000))))
	if l.out != 0 {
		t.Errorf("%d payloads are kept; the tail would have a hole", l.out)
	}
	if got := r.readAll(0, 1<<20); len(got) != 2 {
		t.Errorf("read %v", got)
	}
}
