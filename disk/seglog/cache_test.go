package seglog

import (
	"testing"

	"momus/core/port"
	"momus/disk"
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

func TestWhatATailPinsIsCounted(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = 10_000 })
	var l lent
	r.open()
	for range 100 {
		r.must(l.lendPart(r.opAppend(batchOf(1, 0, 10)), 3_000))
	}
	if l.out != 3 {
		t.Errorf("small batches pin %d large requests, the budget is for 3", l.out)
	}
	r.must(l.lendPart(r.opAppend(batchOf(1, 0, 10)), 11_000))
	if l.out != 0 {
		t.Errorf("%d requests are pinned after one beyond the budget; the tail would have a hole", l.out)
	}
}

func TestBatchesOfOneRequestCountItOnce(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = 10_000 })
	var l lent
	r.open()
	for range 10 {
		first := l.lendPart(r.opAppend(batchOf(1, 0, 10)), 3_000)
		second := r.opAppend(batchOf(1, 0, 10))
		shared := first.Span.Retain().Buffer()
		rest := shared.B[first.Span.Len():]
		second.Span = port.MemSpan(rest[:copy(rest, second.Span.Bytes())], shared)
		r.must(first)
		r.must(second)
	}
	if got := len(r.w.logs[testLog].view.tail); l.out != 3 || got != 6 {
		t.Errorf("the tail has %d batches in %d requests, the budget is for 6 in 3", got, l.out)
	}
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen, End: r.end})
	if l.out != 0 || r.w.tails.bytes != 0 || len(r.w.tails.held) != 0 {
		t.Errorf("%d requests are pinned by a closed log", l.out)
	}
}

func TestEveryPayloadIsGivenBackOnce(t *testing.T) {
	size := int64(len(batchOf(3, 0, 40)))
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = 3 * size })
	var l lent
	r.r = NewReader(r.reg, fs, &l, r.limits, nil)
	r.open()
	for range 10 {
		r.must(l.lend(r.opAppend(batchOf(3, 0, 40))))
	}
	if l.out != 3 {
		t.Errorf("%d payloads in memory, the budget is for 3", l.out)
	}
	oldest := r.read(21, 100, 10)
	for range 3 {
		r.must(l.lend(r.opAppend(batchOf(3, 0, 40))))
	}
	if l.out != 4 || len(bytesOf(t, oldest)) != int(size) || l.out != 3 {
		t.Errorf("%d payloads in memory after a reader let go of an evicted one", l.out)
	}
	if d := r.read(30, 100, 1<<20); !d.Span.InMemory() || d.Span.Len() != 3*int(size) || l.out != 4 {
		t.Errorf("three small appends were not gathered: %d bytes, %d buffers", d.Span.Len(), l.out)
	} else {
		d.Span.Release()
	}
	r.gen++
	r.end = r.must(port.LogOp{Kind: port.OpTruncate, Gen: r.gen, End: r.end - 1}).End
	if l.out != 0 {
		t.Errorf("%d payloads in memory after a truncation", l.out)
	}
	r.must(l.lend(r.opAppend(batchOf(3, 0, 40))))
	fs.FailNext("write", 10, disk.ErrNoSpace)
	failed, fenced := l.lend(r.opAppend(batchOf(1, 0, 40))), r.flush()
	late := l.lend(r.opAppend(batchOf(1, 0, 40)))
	done := r.drive(failed, fenced)
	done = append(done, r.drive(late)...)
	if done[0].Fail != port.FailNoSpace || done[1].Fail != port.FailFenced || done[2].Fail != port.FailFenced {
		t.Errorf("completions: %+v", done)
	}
	if l.out != 0 {
		t.Errorf("%d payloads in memory after a failure", l.out)
	}
}

func TestWithoutBudgetNothingIsGathered(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	l := lent{spent: true}
	r.r = NewReader(r.reg, fs, &l, r.limits, nil)
	r.open()
	for range 3 {
		r.must(l.lend(r.opAppend(batchOf(1, 0, 40))))
	}
	if d := r.read(0, 100, 1<<20); !d.Span.InMemory() || d.Next != 1 || l.out != 3 {
		t.Errorf("next %d, %d buffers", d.Next, l.out)
	} else {
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
