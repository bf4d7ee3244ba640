package replica

import (
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"pgregory.net/rapid"
)

// twin is a dumb second opinion on one replica: it keeps every batch and recounts everything.
type twin struct {
	t     *rapid.T
	r     *Replica
	cfg   config.Topic
	now   kafka.Now
	disk  []port.LogOp // in the order asked; completed from the front
	dead  bool         // an operation failed
	asked map[msg.Op]*batch
	next  msg.Op
	// end is the end of what was assigned, and written and flushed what the disk has completed.
	end, written, flushed, high kafka.Offset
	isr                         []kafka.NodeID
	leads                       bool
	epoch                       kafka.LeaderEpoch
	spansIn, spansOut           int
	stale                       []port.LogDone
	producers                   [3]kafka.Sequence
	last                        [3]*batch
}

type batch struct {
	acks     int16
	end      kafka.Offset // 0: not assigned
	base     kafka.Offset
	answered bool
	seq      kafka.Sequence
	n        int32
	pid      int
}

func (w *twin) selfEnd() kafka.Offset {
	if w.cfg.FlushMessages == 1 {
		return w.flushed
	}
	return w.written
}

// produce draws a batch; of an idempotent producer the next one, or its last one again.
func (w *twin) produce() {
	b := &batch{
		acks: int16(rapid.IntRange(-1, 1).Draw(w.t, "acks")), n: int32(rapid.IntRange(1, 3).Draw(w.t, "n")),
		pid: rapid.IntRange(-1, 2).Draw(w.t, "pid"),
	}
	again := false
	if b.pid >= 0 {
		b.seq = w.producers[b.pid]
		if first := w.last[b.pid]; first != nil && rapid.Bool().Draw(w.t, "again") {
			again = true
			b.seq, b.n = first.seq, first.n
		}
	}
	w.next++
	w.asked[w.next] = b
	head := record.Header{
		Size: int32(rapid.IntRange(61, 120).Draw(w.t, "size")), LastOffsetDelta: b.n - 1, Count: b.n,
		ProducerID: kafka.ProducerID(b.pid), ProducerEpoch: kafka.ProducerEpoch(min(b.pid, 0)), BaseSequence: b.seq,
	}
	if b.pid < 0 {
		head.BaseSequence = kafka.NoSequence
	}
	w.spansIn++
	tooFew := b.acks == -1 && len(w.isr) < int(min(w.cfg.MinInsyncReplicas, 2))
	w.r.Produce(w.now, &msg.Produce{Op: w.next, Log: testLog, Acks: b.acks, Head: head, Span: port.PhantomSpan(int(head.Size))})
	switch {
	case w.dead || !w.leads || tooFew:
	case again:
		b.base, b.end = w.last[b.pid].base, w.last[b.pid].end
	default:
		b.base = w.end
		w.end += kafka.Offset(b.n)
		b.end = w.end
		if b.pid >= 0 {
			w.producers[b.pid] = w.producers[b.pid].Add(b.n)
			w.last[b.pid] = b
		}
	}
}

// complete does the disk's next operation, or fails it.
func (w *twin) complete() {
	if len(w.disk) == 0 {
		return
	}
	op := w.disk[0]
	w.disk = w.disk[1:]
	done := port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: op.End}
	switch {
	case w.dead:
		done.Fail = port.FailFenced
	case rapid.IntRange(0, 60).Draw(w.t, "fail") == 60:
		done.Fail = port.FailIO
		w.dead = true
	case op.Kind == port.OpAppend:
		w.written = op.End
	case op.Kind == port.OpFlush:
		w.flushed = max(w.flushed, op.End)
		done.End = w.flushed
	}
	w.r.LogDone(w.now, &done)
	w.stale = append(w.stale, done)
}

func (w *twin) lead() {
	w.isr = []kafka.NodeID{1}
	if rapid.Bool().Draw(w.t, "two") {
		w.isr = append(w.isr, 2)
	}
	w.epoch += kafka.LeaderEpoch(rapid.IntRange(0, 1).Draw(w.t, "bump"))
	if !w.leads {
		w.epoch++
	}
	w.leads = true
	w.r.BecomeLeader(w.now, Leadership{Epoch: w.epoch, ISR: w.isr, Replicas: 2})
}

func (w *twin) resign() {
	w.epoch++
	w.leads, w.isr = false, nil
	w.r.Resign(w.now, w.epoch)
}

// collect takes what came out and compares it with what is to be expected.
func (w *twin) collect() {
	for i := range w.r.out().Ops {
		w.disk = append(w.disk, w.r.out().Ops[i])
		if w.r.out().Ops[i].Kind == port.OpAppend {
			w.spansOut++
		}
	}
	w.spansOut += len(w.r.out().Drops)
	if w.leads && !w.dead && len(w.isr) >= int(min(w.cfg.MinInsyncReplicas, 2)) && len(w.isr) == 1 {
		w.high = max(w.high, w.selfEnd())
	}
	if !w.dead && w.r.HighWatermark() != w.high {
		w.t.Fatalf("high watermark %d, want %d", w.r.HighWatermark(), w.high)
	}
	for i := range w.r.out().Produced {
		w.answer(&w.r.out().Produced[i])
	}
	for _, op := range canon.SortedKeys(w.asked) {
		if b := w.asked[op]; !b.answered && w.due(b) {
			w.t.Fatalf("op %d waits for what has happened", op)
		}
	}
	w.r.Out = nil
	if w.spansIn != w.spansOut {
		w.t.Fatalf("%d spans came, %d left", w.spansIn, w.spansOut)
	}
	w.r.Check()
}

// due tells that a batch must be answered by now.
func (w *twin) due(b *batch) bool {
	switch {
	case b.end == 0 || w.dead || b.acks == 0:
		return true
	case b.acks == 1:
		return b.end <= w.selfEnd()
	}
	return b.end <= w.high || !w.leads
}

func (w *twin) answer(p *msg.Produced) {
	b := w.asked[p.Op]
	if b.answered {
		w.t.Fatalf("op %d is answered twice", p.Op)
	}
	b.answered = true
	if p.Err != kafka.None {
		if p.Base != kafka.NoOffset {
			w.t.Fatalf("op %d: an error with offset %d", p.Op, p.Base)
		}
		return
	}
	reached := b.acks == 0 || b.acks == 1 && b.end <= w.selfEnd() || b.acks == -1 && b.end <= w.high
	if w.dead || b.end == 0 || p.Base != b.base || !reached {
		w.t.Fatalf("op %d acknowledged at %d: %+v", p.Op, p.Base, *b)
	}
}

func TestAcknowledgedMeansWhatAcksSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := testConfig()
		cfg.FlushMessages = rapid.SampledFrom([]int64{1, 7, never}).Draw(t, "flush.messages")
		cfg.MinInsyncReplicas = int32(rapid.IntRange(1, 2).Draw(t, "min.insync"))
		cfg.SegmentBytes = int32(rapid.SampledFrom([]int{150, 400, 1 << 20}).Draw(t, "segment"))
		w := &twin{t: t, cfg: cfg, now: kafka.Now{Mono: 1, Wall: 1}, asked: map[msg.Op]*batch{}}
		w.r = New(testLog, testOptions(), cfg)
		w.r.Open(w.now, port.OpenSpec{IndexIntervalBytes: 100}, -1)
		w.r.LogDone(w.now, &port.LogDone{Kind: port.OpOpen, Log: testLog, Gen: 1, Opened: &port.Opened{}})
		w.r.Out = nil
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "action") {
			case 0, 1, 2, 3:
				w.produce()
			case 4, 5, 6:
				w.complete()
			case 7:
				w.lead()
			case 8:
				if len(w.stale) > 0 && rapid.IntRange(0, 3).Draw(t, "resign") > 0 {
					d := rapid.SampledFrom(w.stale).Draw(t, "stale")
					d.Gen--
					w.r.LogDone(w.now, &d)
				} else {
					w.resign()
				}
			case 9:
				w.now.Mono++
			}
			w.collect()
		}
		roundTrip(t, w.r)
	})
}

// roundTrip reads the state back from its encoding.
func roundTrip(t *rapid.T, r *Replica) {
	state := r.AppendCanon(nil)
	var back Replica
	c := canon.NewReader(state)
	back.ReadCanon(c)
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	if again := back.AppendCanon(nil); string(again) != string(state) {
		t.Fatal("the state read back differs")
	}
	back.Check()
}

func TestStateRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{&Replica{}})
}
