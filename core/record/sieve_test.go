package record

import (
	"bytes"
	"slices"
	"testing"

	"momus/core/kafka"

	"pgregory.net/rapid"
)

// sievedRecord is a record with its slices copied.
type sievedRecord struct {
	offset     kafka.Offset
	at         kafka.Wall
	key, value string
	null       bool
	headers    int
}

func recordsOf(t *rapid.T, batch []byte, h Header) (list []sievedRecord) {
	body := h.Body(batch)
	if h.Attributes.Compression() != Uncompressed {
		var err error
		if body, err = new(Codecs).Decompress(nil, h.Attributes.Compression(), body, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	it := Records(h, body)
	for it.Next() {
		r := &it.Record
		list = append(list, sievedRecord{r.Offset, r.Timestamp, string(r.Key), string(r.Value), r.Value == nil, r.HeaderCount})
	}
	if it.Err() != nil {
		t.Fatal(it.Err())
	}
	return list
}

func TestARecordThatStaysIsAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBuilder(kafka.Offset(rapid.IntRange(0, 1<<40).Draw(t, "base")), 7)
		b.Codecs = &Codecs{}
		b.Batch.Attributes = Attributes(rapid.SampledFrom([]Compression{Uncompressed, Snappy, LZ4, Gzip}).Draw(t, "codec"))
		if rapid.Bool().Draw(t, "append time") {
			b.Batch.Attributes |= AttributeLogAppendTime
		}
		if rapid.Bool().Draw(t, "transactional") {
			b.Batch.Attributes |= AttributeTransactional
		}
		b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = 3, 4, 5
		for range rapid.IntRange(1, 6).Draw(t, "records") {
			var value []byte
			if n := rapid.IntRange(-1, 40).Draw(t, "value"); n >= 0 {
				value = bytes.Repeat([]byte{'v'}, n)
			}
			b.Add(kafka.Wall(rapid.IntRange(0, 1<<41).Draw(t, "time")), []byte(rapid.StringN(0, 9, 9).Draw(t, "key")), value, RecordHeader{Key: "h"})
		}
		batch := b.Append(nil)
		h, err := ParseHeader(batch)
		if err != nil {
			t.Fatal(err)
		}
		before := recordsOf(t, batch, h)
		stays := map[kafka.Offset]bool{}
		for _, r := range before {
			stays[r.offset] = rapid.Bool().Draw(t, "stays")
		}
		s := Sieve{Codecs: &Codecs{}}
		tombstones := false
		if err := s.Take(h, batch, 1<<20, func(at kafka.Offset, _ []byte, tombstone bool) bool {
			tombstones = tombstones || tombstone && stays[at]
			return stays[at]
		}); err != nil {
			t.Fatal(err)
		}
		want := slices.DeleteFunc(slices.Clone(before), func(r sievedRecord) bool { return !stays[r.offset] })
		if int(s.Kept) != len(want) || int(s.Passed) != len(before) || s.Tombstones != tombstones {
			t.Fatalf("%d of %d stay, tombstones %v", s.Kept, s.Passed, s.Tombstones)
		}
		horizon := kafka.Wall(rapid.SampledFrom([]int64{-1, 0, 1_790_000_000_000}).Draw(t, "horizon"))
		var got []byte
		var made Header
		if s.Kept == 0 {
			got, made = AppendEmpty([]byte("x"), h)
		} else {
			got, made = s.Append([]byte("x"), horizon)
		}
		again, err := ParseHeader(got[1:])
		if err != nil || again != made || CheckStored(got[1:], again) != nil {
			t.Fatalf("%+v was made, %+v is read: %v", made, again, err)
		}
		if !slices.Equal(recordsOf(t, got[1:], again), want) {
			t.Fatalf("%v stay, want %v", recordsOf(t, got[1:], again), want)
		}
		if again.BaseOffset != h.BaseOffset || again.Last() != h.Last() || again.LastSequence() != h.LastSequence() || again.LeaderEpoch != h.LeaderEpoch ||
			again.ProducerID != h.ProducerID || again.Attributes.IsTransactional() != h.Attributes.IsTransactional() ||
			again.Attributes.TimestampType() != h.Attributes.TimestampType() {
			t.Fatalf("%+v became %+v", h, again)
		}
		if sets := s.Kept > 0 && horizon >= 0; again.Attributes.HasDeleteHorizon() != sets || sets && again.BaseTimestamp != horizon {
			t.Fatalf("horizon %d: %+v", horizon, again)
		}
	})
}

func TestAHorizonThatIsThereStays(t *testing.T) {
	b := NewBuilder(0, 0)
	b.Add(1000, []byte("k"), nil)
	batch := b.Append(nil)
	h, err := ParseHeader(batch)
	if err != nil {
		t.Fatal(err)
	}
	s := Sieve{Codecs: &Codecs{}}
	keep := func(kafka.Offset, []byte, bool) bool { return true }
	for _, horizon := range []kafka.Wall{5000, 9000} {
		if err := s.Take(h, batch, 1<<20, keep); err != nil {
			t.Fatal(err)
		}
		batch, h = s.Append(nil, horizon)
		if h.BaseTimestamp != 5000 || h.MaxTimestamp != 1000 {
			t.Fatalf("at %d: %+v", horizon, h)
		}
	}
}

func FuzzSieve(f *testing.F) {
	b := NewBuilder(0, 0)
	b.Add(1000, []byte("k"), []byte("v"))
	f.Add(b.Append(nil))
	f.Fuzz(func(t *testing.T, batch []byte) {
		h, batch, _, err := Split(batch)
		if err != nil || h.Count < 0 || h.LastOffsetDelta < 0 {
			return
		}
		s := Sieve{Codecs: &Codecs{}}
		if s.Take(h, batch, 1<<16, func(kafka.Offset, []byte, bool) bool { return true }) == nil && s.Kept > 0 {
			s.Append(nil, -1)
		}
	})
}
