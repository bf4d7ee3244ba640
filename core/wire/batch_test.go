package wire

import (
	"bytes"
	"encoding/binary"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// goodBatch is a batch of one record with a value of n bytes and timestamp 1000.
func goodBatch(n int) []byte { return batchOf(make([]byte, n)) }

func batchOf(values ...[]byte) []byte {
	b := record.NewBuilder(0, kafka.NoLeaderEpoch)
	b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = kafka.NoProducerID, kafka.NoProducerEpoch, kafka.NoSequence
	for i, v := range values {
		b.Add(1000+kafka.Wall(i), nil, v)
	}
	return b.Append(nil)
}

// edited is a batch of two records, changed, with a true checksum.
func edited(edit func(b []byte)) []byte {
	b := batchOf([]byte("one"), []byte("two"))
	edit(b)
	binary.BigEndian.PutUint32(b[17:], record.Checksum(b))
	return b
}

// noRecords is a header alone.
func noRecords() []byte {
	b := goodBatch(1)[:record.HeaderSize]
	put32(8, record.HeaderSize-record.PrefixSize)(b)
	put32(57, 0)(b)
	put32(23, -1)(b)
	binary.BigEndian.PutUint32(b[17:], record.Checksum(b))
	return b
}

func put16(at int, v int16) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint16(b[at:], uint16(v)) }
}

func put32(at int, v int32) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint32(b[at:], uint32(v)) }
}

func put64(at int, v int64) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint64(b[at:], uint64(v)) }
}

// TestWhatKafkaRefusesBeforeItLooksForTheLog is how the answers of a 4.3.1 that name no log start divide
// from those that do.
func TestWhatKafkaRefusesBeforeItLooksForTheLog(t *testing.T) {
	for _, c := range []struct {
		name    string
		version kafka.APIVersion
		b       []byte
		early   bool
	}{
		{"nothing", 9, nil, true},
		{"magic 1", 9, edited(func(b []byte) { b[16] = 1 }), true},
		{"two batches", 9, append(goodBatch(1), goodBatch(1)...), true},
		{"cut", 9, goodBatch(1)[:65], true},
		{"zstd before v7", 6, edited(put16(21, 4)), true},
		{"count", 9, edited(put32(57, 3)), false},
		{"base offset 5", 9, edited(put64(0, 5)), false},
		{"control", 9, edited(put16(21, 0x20)), false},
	} {
		p := ProducePartition{Span: port.MemSpan(bytes.Clone(c.b), nil)}
		p.CheckBatch(c.version)
		if p.Err == kafka.None || p.Early != c.early {
			t.Errorf("%s: %v, early %v", c.name, p.Err, p.Early)
		}
	}
}

// TestProducedBytesAreJudgedAsByKafka holds the answers that Apache Kafka 4.3.1 gave to the same
// bytes; where ours differ on purpose (docs/differences.md), the name ends in an asterisk.
func TestProducedBytesAreJudgedAsByKafka(t *testing.T) {
	good := batchOf([]byte("one"), []byte("two"))
	tooSmall := "Record size 0 is less than the minimum record overhead (14)"
	for _, c := range []struct {
		name    string
		version kafka.APIVersion
		b       []byte
		want    kafka.ErrorCode
		text    string
	}{
		{"good", 9, good, kafka.None, ""},
		{"null*", 9, nil, kafka.ErrInvalidRecord, ""},
		{"empty", 9, []byte{}, kafka.ErrInvalidRecord, ""},
		{"three bytes", 9, []byte{1, 2, 3}, kafka.ErrInvalidRecord, ""},
		{"61 zeros", 9, make([]byte, 61), kafka.ErrCorruptMessage, tooSmall},
		{"magic 0", 9, edited(func(b []byte) { b[16] = 0 }), kafka.ErrInvalidRecord, ""},
		{"magic 1", 9, edited(func(b []byte) { b[16] = 1 }), kafka.ErrInvalidRecord, ""},
		{"magic 3", 9, edited(func(b []byte) { b[16] = 3 }), kafka.ErrCorruptMessage, "Invalid magic found in record: 3"},
		{"two batches", 9, append(goodBatch(1), goodBatch(1)...), kafka.ErrInvalidRecord, ""},
		{"five bytes behind", 9, append(goodBatch(1), 1, 2, 3, 4, 5), kafka.None, ""},
		{"twenty zeros behind", 9, append(goodBatch(1), make([]byte, 20)...), kafka.ErrCorruptMessage, tooSmall},
		{"part of a batch behind", 9, append(goodBatch(1), goodBatch(1)[:50]...), kafka.None, ""},
		{"checksum", 9, func() []byte { b := goodBatch(1); b[17] ^= 1; return b }(), kafka.ErrCorruptMessage, ""},
		{"cut", 9, good[:len(good)-1], kafka.ErrInvalidRecord, ""},
		{"length 10", 9, edited(put32(8, 10)), kafka.ErrCorruptMessage, "Record size 10 is less than the minimum record overhead (14)"},
		{"length below a header", 9, func() []byte { b := goodBatch(1); put32(8, 48)(b); return b }(), kafka.ErrCorruptMessage, ""},
		{"no records", 9, noRecords(), kafka.ErrInvalidRecord, ""},
		{"count 0", 9, edited(put32(57, 0)), kafka.ErrInvalidRecord, ""},
		{"count negative", 9, edited(put32(57, -1)), kafka.ErrInvalidRecord, ""},
		{"count above offsets", 9, edited(put32(57, 3)), kafka.ErrInvalidRecord, ""},
		{"more counted than there", 9, edited(func(b []byte) { put32(57, 3)(b); put32(23, 2)(b) }), kafka.ErrInvalidRecord, ""},
		{"fewer counted than there", 9, edited(func(b []byte) { put32(57, 1)(b); put32(23, 0)(b) }), kafka.ErrInvalidRecord, ""},
		{"last offset delta", 9, edited(put32(23, 5)), kafka.ErrInvalidRecord, ""},
		{"last offset delta negative", 9, edited(put32(23, -2)), kafka.ErrInvalidRecord, ""},
		{"base offset 5", 9, edited(put64(0, 5)), kafka.ErrInvalidRecord, ""},
		{"base offset -5", 9, edited(put64(0, -5)), kafka.ErrInvalidRecord, ""},
		{"control", 9, edited(put16(21, 0x20)), kafka.ErrInvalidRecord, ""},
		{"claims LogAppendTime", 9, edited(put16(21, 0x08)), kafka.None, ""},
		{"delete horizon", 9, edited(put16(21, 0x40)), kafka.None, ""},
		{"unknown attributes", 9, edited(put16(21, 0x4080)), kafka.None, ""},
		{"codec 5*", 9, edited(put16(21, 5)), kafka.ErrUnsupportedCompressionType, ""},
		{"zstd before v7", 6, edited(put16(21, 4)), kafka.ErrUnsupportedCompressionType, ""},
		{"producer without epoch", 9, edited(put64(43, 5)), kafka.ErrInvalidRecord, ""},
		{"producer without sequence", 9, edited(func(b []byte) { put64(43, 5)(b); put16(51, 0)(b) }), kafka.ErrInvalidRecord, ""},
		{"epoch without producer", 9, edited(func(b []byte) { put16(51, 0)(b); put32(53, 0)(b) }), kafka.None, ""},
		{"records are garbage*", 9, edited(func(b []byte) {
			for i := 61; i < len(b); i++ {
				b[i] = 0xff
			}
		}), kafka.ErrInvalidRecord, ""},
		{"leader epoch", 9, edited(put32(12, 9)), kafka.None, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ProducePartition{Span: port.MemSpan(bytes.Clone(c.b), nil)}
			judge(&p, c.version)
			if p.Err != c.want || p.ErrText != c.text {
				t.Fatalf("%v %q, want %v %q", p.Err, p.ErrText, c.want, c.text)
			}
			if p.Err != kafka.None {
				if p.Span.Len() != 0 || p.Head != (record.Header{}) {
					t.Fatalf("refused, but holds %+v", p)
				}
				return
			}
			if h, err := record.ParseHeader(p.Span.Bytes()); err != nil || h != p.Head || int(h.Size) != p.Span.Len() {
				t.Fatalf("%+v is read as %+v, %v", p.Head, h, err)
			}
		})
	}
}
