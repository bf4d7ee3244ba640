package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

func TestParkedFetchWakes(t *testing.T) {
	for _, c := range []struct {
		name string
		wake func(b *bench)
		want int // replies or reads that follow
	}{
		{"by bytes", func(b *bench) { b.advance(tp(topicT, 1), 1, 10, false) }, 1},
		{"not by bytes of others", func(b *bench) { b.advance(tp(topicU, 0), 1, 10, false) }, 0},
		{"by its deadline", func(b *bench) { b.wait(500) }, 1},
		{"not before", func(b *bench) { b.wait(499) }, 0},
		{"by a change of leadership", func(b *bench) {
			b.rep.at(tp(topicT, 0)).err = kafka.ErrNotLeaderOrFollower
			b.advance(tp(topicT, 0), 0, 0, true)
		}, 1},
		{"not by a change that leaves it as it was", func(b *bench) { b.advance(tp(topicT, 0), 0, 0, true) }, 0},
		{"by the topic's deletion", func(b *bench) {
			b.apply(&record.RemoveTopicRecord{TopicID: topicT})
			b.s.ImageChanged(b.now, &b.delta, b.view())
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench()
			b.open(1)
			b.send(1, 12, fetchBody(10, 500, 0, 1))
			if out := b.take(); len(out.Replies)+len(out.Reads) > 0 {
				t.Fatal("not parked")
			}
			c.wake(b)
			b.s.Check()
			if out := b.take(); len(out.Replies)+len(out.Reads) != c.want {
				t.Errorf("%d replies and %d reads, want %d", len(out.Replies), len(out.Reads), c.want)
			}
		})
	}
}

func TestFetchNeverMissesBytesThatComeWhileItReads(t *testing.T) {
	b := newBench()
	b.open(1)
	b.advance(tp(topicT, 0), 1, 70, false)
	b.send(1, 12, fetchBody(140, 500, 0))
	b.take()
	b.advance(tp(topicT, 0), 1, 70, false) // between the read and its answer
	b.readDone(b.lastRead(), 70, 1, port.FailNone)
	if len(b.take().Reads) != 1 {
		t.Error("it waits for bytes that are there")
	}
}

func TestFetchSharesItsBytesInOrder(t *testing.T) {
	b := newBench()
	b.open(1)
	for p := range kafka.PartitionID(3) {
		b.advance(tp(topicT, p), 10, 700, false)
	}
	b.send(1, 12, fetchBody(1, 500, 0, 1, 2)) // 400 each, 1000 together
	first := b.take().Reads
	if len(first) != 2 || !first[0].AtLeastOne || first[1].AtLeastOne {
		t.Fatalf("reads %+v", first)
	}
	b.readDone(first[1], 350, 5, port.FailNone)
	b.readDone(first[0], 600, 8, port.FailNone) // one big batch
	last := b.take().Reads
	if len(last) != 1 || last[0].BytesMax != 50 {
		t.Fatalf("the third gets what the others left: %+v", last)
	}
	b.readDone(last[0], 0, 0, port.FailNone)
	if len(b.take().Replies) != 1 {
		t.Error("not answered")
	}
	b.balanced(t)
}

func TestFetchBeyondTheLimitIsAnsweredAtOnce(t *testing.T) {
	b := newBench()
	b.s.limits.FetchWaiters = 1
	b.open(1)
	b.open(2)
	b.send(1, 12, fetchBody(1, 500, 0))
	b.send(2, 12, fetchBody(1, 500, 0))
	if out := b.take(); len(out.Replies) != 1 || out.Replies[0].Conn != 2 {
		t.Error("one more waits than may")
	}
}
