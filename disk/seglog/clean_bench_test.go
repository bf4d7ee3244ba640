package seglog

import (
	"fmt"
	"testing"

	"momus/core/kafka"
	"momus/core/record"
)

// BenchmarkCompaction compacts a log of 64 MiB, of records of 200 bytes and 100,000 keys, the first time: a batch has
// 100 records, of which a third stay.
func benchmarkCompaction(b *testing.B, codec record.Compression) {
	const records, keys = 300_000, 100_000
	for range b.N {
		b.StopTimer()
		r := diskRig(b, func(r *rig) { r.spec.IndexIntervalBytes = 4096 })
		value := make([]byte, 180)
		size := int64(0)
		for i := 0; i < records; i += 100 {
			batch := record.NewBuilder(0, 0)
			batch.Codecs = &record.Codecs{}
			batch.Batch.Attributes = record.Attributes(codec)
			for k := range 100 {
				n := (i + k) * 7919 % keys
				batch.Add(kafka.Wall(i), []byte(fmt.Sprintf("key-%08d", n)), value)
			}
			bytes := batch.Append(nil)
			op := r.opAppend(bytes)
			if op.Roll = size>>23 != (size+int64(len(bytes)))>>23; op.Roll {
				op.Snapshot = noProducers
			}
			size += int64(len(bytes))
			r.must(op)
		}
		r.must(rolls(r.opAppend(keyedBatch(keyed{"z", "z", 1}))))
		r.must(r.flush())
		spec := r.cleanSpec(0)
		spec.Keys, spec.Slots = records, records*10/9
		spec.SegmentBytes = 1 << 30
		b.SetBytes(size)
		b.StartTimer()
		r.clean(spec)
	}
}

func BenchmarkCompaction(b *testing.B)       { benchmarkCompaction(b, record.Uncompressed) }
func BenchmarkCompactionLZ4(b *testing.B)    { benchmarkCompaction(b, record.LZ4) }
func BenchmarkCompactionSnappy(b *testing.B) { benchmarkCompaction(b, record.Snappy) }
