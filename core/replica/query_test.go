package replica

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// opened is a replica whose log holds the given epochs and ends at end; the last epoch leads.
func opened(end kafka.Offset, epochs ...port.EpochStart) *Replica {
	r := New(testLog, testOptions(), testConfig())
	now := kafka.Now{Mono: 1, Wall: 1}
	r.Open(now, port.OpenSpec{}, -1)
	r.LogDone(now, &port.LogDone{Kind: port.OpOpen, Log: testLog, Gen: 1, Opened: &port.Opened{End: end, Flushed: end, Epochs: epochs}})
	r.BecomeLeader(now, Leadership{Epoch: 9, ISR: []kafka.NodeID{1}, Replicas: 1})
	r.Check()
	return r
}

func TestEpochEndIsTheNextEpochsStart(t *testing.T) {
	// Epoch 5 got no record, and is known from its checkpoint alone.
	r := opened(30, port.EpochStart{Epoch: 2, Start: 10}, port.EpochStart{Epoch: 4, Start: 20}, port.EpochStart{Epoch: 5, Start: 30})
	for _, c := range []struct {
		asked, epoch kafka.LeaderEpoch
		end          kafka.Offset
	}{
		{-1, kafka.NoLeaderEpoch, kafka.NoOffset},
		{1, 1, 10}, // below all: whatever a follower has of it is cut
		{2, 2, 20},
		{3, 2, 20},
		{4, 4, 30},
		{5, 4, 30},
		{9, 9, 30},
		{10, kafka.NoLeaderEpoch, kafka.NoOffset},
	} {
		if epoch, end := r.EpochEnd(c.asked); epoch != c.epoch || end != c.end {
			t.Errorf("epoch %d: end of epoch %d is %d, want %d and %d", c.asked, epoch, end, c.epoch, c.end)
		}
	}
	for at, want := range map[kafka.Offset]kafka.LeaderEpoch{9: kafka.NoLeaderEpoch, 10: 2, 19: 2, 20: 4, 29: 4, 30: 9} {
		if got := r.EpochAt(at); got != want {
			t.Errorf("offset %d is of epoch %d, want %d", at, got, want)
		}
	}
}

func TestEpochEndIsNotToldBeforeItIsTheLeadersOwn(t *testing.T) {
	r := opened(30, port.EpochStart{Epoch: 4, Start: 20})
	now := kafka.Now{Mono: 1, Wall: 1}
	done := func(kind port.LogOpKind, end kafka.Offset) func() {
		return func() { r.LogDone(now, &port.LogDone{Kind: kind, Log: testLog, Gen: r.gen, End: end}) }
	}
	flushEach := func(messages int64) func() {
		return func() {
			cfg := testConfig()
			cfg.FlushMessages = messages
			r.Configure(now, cfg)
		}
	}
	for _, step := range []struct {
		what string
		do   func()
		end  kafka.Offset
	}{
		{"given away", func() { r.Produce(now, produceOf(args{"n": "2"})) }, 30},
		{"written", done(port.OpAppend, 32), 32},
		{"no more trusted before a flush, but consumers have it", flushEach(1), 32},
		{"flushed", done(port.OpFlush, 32), 32},
		{"given away, with flush.messages=1", func() { r.Produce(now, produceOf(args{"n": "2"})) }, 32},
		{"written, with flush.messages=1", done(port.OpAppend, 34), 32},
		{"flushed, with flush.messages=1", done(port.OpFlush, 34), 34},
	} {
		step.do()
		r.Check()
		if epoch, end := r.EpochEnd(9); epoch != 9 || end != step.end {
			t.Errorf("%s: epoch %d ends at %d, want %d", step.what, epoch, end, step.end)
		}
		if epoch, end := r.EpochEnd(4); epoch != 4 || end != 30 {
			t.Errorf("%s: epoch %d, which is over, ends at %d, want 30", step.what, epoch, end)
		}
	}
}

func TestLatestOffsetIsUnknownWhileTheHighWatermarkLags(t *testing.T) {
	r := opened(5)
	if st := r.OffsetState(kafka.NoLeaderEpoch); st.Lagging || st.HighWatermark != 5 {
		t.Errorf("a leader alone knows its end: %+v", st)
	}
	lagging := New(testLog, testOptions(), testConfig())
	now := kafka.Now{Mono: 1, Wall: 1}
	lagging.Open(now, port.OpenSpec{}, 3)
	lagging.LogDone(now, &port.LogDone{Kind: port.OpOpen, Log: testLog, Gen: 1, Opened: &port.Opened{End: 5, Flushed: 5}})
	lagging.BecomeLeader(now, Leadership{Epoch: 1, ISR: []kafka.NodeID{1, 2}, Replicas: 2})
	if st := lagging.OffsetState(kafka.NoLeaderEpoch); !st.Lagging || st.HighWatermark != 3 {
		t.Errorf("with another in the ISR nothing above the checkpoint is known to be committed: %+v", st)
	}
	if st := lagging.FetchState(msg.FetchQuery{Offset: 4, CurrentEpoch: -1, LastFetchedEpoch: -1}); st.Err != kafka.None || st.Upto != 3 {
		t.Errorf("between high watermark and end a fetch waits: %+v", st)
	}
}

func TestCheckpointIsOfOpenLogsOnly(t *testing.T) {
	r := New(testLog, testOptions(), testConfig())
	if _, ok := r.Checkpoint(); ok {
		t.Error("nothing is known of a log that is not open")
	}
	if c, ok := opened(5).Checkpoint(); !ok || c != (port.Checkpoint{Topic: "t", RecoveryPoint: 5, HighWatermark: 5}) {
		t.Errorf("got %+v", c)
	}
}

// BenchmarkProduce is one batch appended, written and acknowledged.
func BenchmarkProduce(b *testing.B) {
	r := opened(0)
	r.Out = nil
	now := kafka.Now{Mono: 1, Wall: 1}
	m := produceOf(args{"acks": "-1"})
	b.ReportAllocs()
	for b.Loop() {
		r.Produce(now, m)
		r.LogDone(now, &port.LogDone{Kind: port.OpAppend, Log: testLog, Gen: 1, End: r.assigned})
		r.Out.Reset()
	}
}
