package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strconv"
	"testing"

	"momus/core/kafka"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// item is a record as a test writes and reads it.
type item struct {
	At         kafka.Wall
	Key, Value []byte
	Headers    []RecordHeader
}

func drawItem(t *rapid.T) item {
	maybe := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 0, 200))
	it := item{
		At:  kafka.Wall(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "at")),
		Key: maybe.Draw(t, "key"), Value: maybe.Draw(t, "value"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "headers") {
		it.Headers = append(it.Headers, RecordHeader{rapid.String().Draw(t, "header"), maybe.Draw(t, "header value")})
	}
	return it
}

func readItems(t rapid.TB, h Header, body []byte) []item {
	var items []item
	it := Records(h, body)
	for it.Next() {
		r := it.Record
		if want := h.BaseOffset + kafka.Offset(len(items)); r.Offset != want {
			t.Fatalf("offset %d, want %d", r.Offset, want)
		}
		i := item{At: r.Timestamp, Key: r.Key, Value: r.Value}
		r.Headers(func(k, v []byte) bool {
			i.Headers = append(i.Headers, RecordHeader{string(k), v})
			return true
		})
		items = append(items, i)
	}
	if it.Err() != nil {
		t.Fatal(it.Err())
	}
	return items
}

func TestBatchHoldsWhatWasAdded(t *testing.T) {
	codecs := &Codecs{}
	rapid.Check(t, func(t *rapid.T) {
		b := NewBuilder(kafka.Offset(rapid.Int64Range(0, 1<<50).Draw(t, "base")), 3)
		b.Codecs = codecs
		b.Batch.Attributes = Attributes(rapid.Int16Range(0, 4).Draw(t, "codec"))
		items := rapid.SliceOfN(rapid.Custom(drawItem), 1, 5).Draw(t, "items")
		for _, i := range items {
			b.Add(i.At, i.Key, i.Value, i.Headers...)
		}
		batch := b.Append([]byte("before"))[6:]
		h, batch, rest, err := Split(batch)
		if err != nil || len(rest) > 0 {
			t.Fatal(err, len(rest))
		}
		if err := Check(batch, h); err != nil {
			t.Fatal(err)
		}
		codec := h.Attributes.Compression()
		if codec == Uncompressed && len(batch) != b.Size() {
			t.Fatalf("%d bytes, the builder said %d", len(batch), b.Size())
		}
		body, err := codecs.Decompress(nil, codec, h.Body(batch), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(items, readItems(t, h, body)); diff != "" {
			t.Fatal(diff)
		}
		latest := items[0].At
		for _, i := range items {
			latest = max(latest, i.At)
		}
		if h.BaseTimestamp != items[0].At || h.MaxTimestamp != latest || h.Count != int32(len(items)) {
			t.Fatalf("header %s", h.AppendText(nil))
		}
	})
}

func TestLogAppendTimeIsThatOfTheBatch(t *testing.T) {
	b := plainBatch()
	h := mustParse(t, b)
	h.Attributes |= AttributeLogAppendTime
	h.MaxTimestamp = 42
	for _, i := range readItems(t, h, h.Body(b)) {
		if i.At != 42 {
			t.Errorf("timestamp %d", i.At)
		}
	}
}

// rawRecord frames the fields of one record by its length.
func rawRecord(fields ...byte) []byte {
	return append(binary.AppendVarint(nil, int64(len(fields))), fields...)
}

func TestMalformedRecordsAreRefused(t *testing.T) {
	sound := rawRecord(0, 0, 0, 1, 1, 0) // attributes, timestamp and offset deltas, null, null, no headers
	for _, c := range []struct {
		name string
		body []byte
		want error
	}{
		{"sound", sound, nil},
		{"nothing", nil, ErrShort},
		{"trailing", append(append([]byte{}, sound...), 0), ErrTrailing},
		{"length beyond the body", []byte{14, 0, 0, 0, 1, 1, 0}, ErrLength},
		{"negative length", []byte{1}, ErrLength},
		{"length beyond int32", binary.AppendVarint(nil, 1<<31), ErrVarint},
		{"overlong length", []byte{0x8c, 0x80, 0x80, 0x80, 0x80, 0}, ErrVarint},
		{"empty", rawRecord(), ErrShort},
		{"bytes after the headers", rawRecord(0, 0, 0, 1, 1, 0, 0), ErrLength},
		{"key beyond the record", rawRecord(0, 0, 0, 4, 1, 0), ErrShort},
		{"key of length -2", rawRecord(0, 0, 0, 3, 1, 0), ErrLength},
		{"no value", rawRecord(0, 0, 0, 1), ErrShort},
		{"negative headers", rawRecord(0, 0, 0, 1, 1, 1), ErrLength},
		{"headers beyond the record", rawRecord(0, 0, 0, 1, 1, 100), ErrLength},
		{"null header key", rawRecord(0, 0, 0, 1, 1, 2, 1, 1), ErrNull},
		{"header without value", rawRecord(0, 0, 0, 1, 1, 2, 0), ErrShort},
		{"offset beyond the last", rawRecord(0, 0, 4, 1, 1, 0), ErrOffset},
		{"negative offset delta", rawRecord(0, 0, 1, 1, 1, 0), ErrOffset},
	} {
		it := Records(Header{Count: 1, LastOffsetDelta: 1}, c.body)
		for it.Next() {
		}
		if !errors.Is(it.Err(), c.want) {
			t.Errorf("%s: got %v, want %v", c.name, it.Err(), c.want)
		}
		if it.Next() {
			t.Errorf("%s: a walk that ended went on", c.name)
		}
	}
	twice := Records(Header{Count: 2, LastOffsetDelta: 1}, append(append([]byte{}, sound...), sound...))
	for twice.Next() {
	}
	if !errors.Is(twice.Err(), ErrOffset) {
		t.Errorf("one offset twice: %v", twice.Err())
	}
}

func TestWalkingDoesNotAllocate(t *testing.T) {
	b := plainBatch()
	h := mustParse(t, b)
	n := 0
	if allocs := testing.AllocsPerRun(100, func() {
		it := Records(h, h.Body(b))
		for it.Next() {
			n += len(it.Record.Value)
		}
	}); allocs != 0 || n == 0 {
		t.Errorf("%v allocations, %d bytes", allocs, n)
	}
}

// TestKafkasBatchesAreRead reads what Kafka 4.3.1 wrote for its console producer, one batch of the
// numbers 1 to 200 with each codec.
func TestKafkasBatchesAreRead(t *testing.T) {
	log, err := os.ReadFile("testdata/codecs.log")
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for i := range 200 {
		want = append(want, strconv.Itoa(i+1)+"\n"...)
	}
	seen := map[Compression]bool{}
	var codecs Codecs
	for len(log) > 0 {
		h, batch, rest, err := Split(log)
		if err != nil {
			t.Fatal(err)
		}
		log = rest
		codec := h.Attributes.Compression()
		seen[codec] = true
		if err := Check(batch, h); err != nil {
			t.Errorf("%v: %v", codec, err)
		}
		body, err := codecs.Decompress(nil, codec, h.Body(batch), 1<<20)
		if err != nil {
			t.Fatalf("%v: %v", codec, err)
		}
		var got []byte
		for _, i := range readItems(t, h, body) {
			got = append(append(got, i.Value...), '\n')
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%v: got %q", codec, got)
		}
	}
	if len(seen) != 5 {
		t.Errorf("codecs seen: %v", seen)
	}
}

func FuzzRecords(f *testing.F) {
	b := plainBatch()
	f.Add(b[HeaderSize:], int32(3))
	f.Add(rawRecord(0, 0, 0, 1, 1, 0), int32(1))
	f.Fuzz(func(t *testing.T, body []byte, count int32) {
		it := Records(Header{Count: count, LastOffsetDelta: 1 << 20}, body)
		read, size := int32(0), 0
		for it.Next() {
			read++
			size += len(it.Record.Key) + len(it.Record.Value)
			n := 0
			it.Record.Headers(func(k, v []byte) bool {
				size += len(k) + len(v)
				n++
				return true
			})
			if n != it.Record.HeaderCount {
				t.Fatalf("%d headers, said %d", n, it.Record.HeaderCount)
			}
		}
		if size > len(body) || it.Err() == nil && read != max(count, 0) {
			t.Fatalf("%d records of %d bytes in %d bytes", read, size, len(body))
		}
	})
}
