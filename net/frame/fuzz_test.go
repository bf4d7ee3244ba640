package frame

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// FuzzFrame feeds any bytes in pieces of any size: nothing panics, nothing is lost.
func FuzzFrame(f *testing.F) {
	f.Add(frameOf(1, produceOf(9, 10, 20)), byte(7))
	f.Add(frameOf(1, produceOf(13, 900)), byte(50))
	f.Add(append(frameOf(1, metadataOf("a")), frameOf(2, &kmsg.FetchRequest{Version: 17})...), byte(3))
	f.Add(frameOf(1, &kmsg.ApiVersionsRequest{Version: 4}), byte(255))
	f.Fuzz(func(t *testing.T, b []byte, n byte) {
		w := newWorld(100)
		w.pool.budget = 1 << 16
		w.limits.RequestsPerConn = 3
		var seq port.RequestSeq
		for {
			rest := w.feed(b, int(n)+1)
			got := w.Requests()
			for i := range got {
				if got[i].Seq != seq+port.RequestSeq(i) {
					t.Fatalf("request %d has number %d", seq+port.RequestSeq(i), got[i].Seq)
				}
			}
			w.answer(&seq, got)
			w.Resume(at)
			if len(got) == 0 && (len(rest) == len(b) || len(rest) == 0) {
				break
			}
			b = rest
		}
		w.EOF()
		w.Release()
		w.holds(t, 0, 0)
	})
}

func TestSmallProduceTakesFewAllocations(t *testing.T) {
	w := newWorld(16 << 10)
	b := frameOf(1, produceOf(9, 100))
	var seq port.RequestSeq
	reply := &wire.ProduceResponse{Version: 9, Topics: []wire.ProducedTopic{{Name: "topic", Partitions: make([]wire.ProducedPartition, 1)}}}
	w.Conn.env.Pool, w.Conn.env.Slabs = &freePool{}, &freeSlabs{slab: make([]byte, 16<<10)}
	turn := func() {
		w.Filled(at, copy(w.Want(), b))
		r := w.Requests()
		DiscardRequest(&r[0])
		w.Answer(wire.Reply{Seq: seq, Body: reply})
		for _, s := range w.Out() {
			w.Sent(s.Len())
		}
		seq++
	}
	turn()
	if n := testing.AllocsPerRun(100, turn); n > 2 {
		t.Errorf("%v allocations a request", n)
	}
}

// freePool and freeSlabs keep what comes back, as production does.
type freePool struct{ free [][]byte }

func (p *freePool) Get(n int) *port.Buf {
	if last := len(p.free) - 1; last >= 0 && cap(p.free[last]) >= n {
		b := p.free[last][:n]
		p.free = p.free[:last]
		return port.NewBuf(b, p)
	}
	return port.NewBuf(make([]byte, n), p)
}

func (p *freePool) Take(n int) *port.Buf { return p.Get(n) }

func (p *freePool) Recycle(b []byte) { p.free = append(p.free, b) }

type freeSlabs struct{ slab []byte }

func (s *freeSlabs) Borrow() []byte {
	b := s.slab
	s.slab = nil
	return b
}

func (s *freeSlabs) Return(b []byte) { s.slab = b }

func BenchmarkProduce(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"100B", 100}, {"1MB", 1<<20 - 1000}} {
		b.Run(size.name, func(b *testing.B) {
			w := newWorld(16 << 10)
			w.Conn.env.Pool, w.Conn.env.Slabs = &freePool{}, &freeSlabs{slab: make([]byte, 16<<10)}
			frame := frameOf(1, produceOf(9, size.n))
			reply := &wire.ProduceResponse{Version: 9, Topics: []wire.ProducedTopic{{Name: "topic", Partitions: make([]wire.ProducedPartition, 1)}}}
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			var seq port.RequestSeq
			for b.Loop() {
				for rest := frame; len(rest) > 0; {
					n := copy(w.Want(), rest)
					w.Filled(at, n)
					rest = rest[n:]
				}
				r := w.Requests()
				if r[0].Body.(*wire.ProduceRequest).Topics[0].Partitions[0].Err != kafka.None {
					b.Fatal("refused")
				}
				DiscardRequest(&r[0])
				w.Answer(wire.Reply{Seq: seq, Body: reply})
				for _, s := range w.Out() {
					w.Sent(s.Len())
				}
				seq++
			}
		})
	}
}
