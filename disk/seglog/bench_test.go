package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
)

func benchmarkAppend(b *testing.B, batchSize int) {
	r := diskRig(b, nil)
	batch := batchOf(1, 1000, batchSize)
	ops := make([]port.LogOp, 1)
	out := make([]port.LogDone, 0, 1)
	b.SetBytes(int64(len(batch)))
	b.ReportAllocs()
	bytes := 0
	for b.Loop() {
		ops[0] = port.LogOp{
			Kind: port.OpAppend, Log: testLog, Gen: r.gen, Epoch: r.epoch, Base: r.end, End: r.end + 1,
			Span: port.MemSpan(batch, nil), Roll: bytes > 64<<20,
		}
		if bytes += len(batch); ops[0].Roll {
			bytes = 0
			if d := r.one(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: r.end}); d.Fail != port.FailNone {
				b.Fatal(d.Fail)
			}
		}
		r.end++
		if out = r.w.Turn(ops, out[:0]); out[0].Fail != port.FailNone {
			b.Fatal(out[0].Fail)
		}
	}
}

func BenchmarkAppend16KiB(b *testing.B) { benchmarkAppend(b, 16<<10) }
func BenchmarkAppend1MB(b *testing.B)   { benchmarkAppend(b, 1_000_000) }
func BenchmarkAppend100B(b *testing.B)  { benchmarkAppend(b, 100) }

func benchmarkRead(b *testing.B, cache int64, kind port.ReadKind) {
	r := diskRig(b, func(r *rig) { r.limits.TailCacheBytes = cache })
	for range 1024 {
		r.must(r.opAppend(batchOf(1, 1000, 16<<10)))
	}
	b.ReportAllocs()
	at := kafka.Offset(0)
	for b.Loop() {
		d := r.r.Read(port.Read{
			Kind: kind, Log: testLog, From: at, Upto: r.end, BytesMax: 1 << 20, AtLeastOne: true,
		})
		if d.Fail != port.FailNone {
			b.Fatal(d.Fail)
		}
		b.SetBytes(int64(d.Span.Len() + len(d.Data)))
		d.Span.Release()
		if at = d.Next; at == r.end {
			at = 0
		}
	}
}

func BenchmarkReadTail(b *testing.B)   { benchmarkRead(b, 64<<20, port.ReadBatches) }
func BenchmarkReadRegion(b *testing.B) { benchmarkRead(b, 0, port.ReadBatches) }
func BenchmarkReadCopy(b *testing.B)   { benchmarkRead(b, 0, port.ReadCopy) }
