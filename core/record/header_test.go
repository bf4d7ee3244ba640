package record

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"testing"

	"momus/core/canon/canontest"
	"momus/core/kafka"

	"pgregory.net/rapid"
)

// plainBatch is a batch of three records, as a client sends it.
func plainBatch() []byte {
	b := NewBuilder(0, kafka.NoLeaderEpoch)
	b.Add(1000, []byte("k"), []byte("first"))
	b.Add(1500, nil, []byte("second"), RecordHeader{Key: "h", Value: []byte("v")}, RecordHeader{Key: ""})
	b.Add(900, []byte{}, nil)
	return b.Append(nil)
}

func mustParse(t *testing.T, b []byte) Header {
	t.Helper()
	h, err := ParseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHeaderSaysWhatTheBuilderWasTold(t *testing.T) {
	b := plainBatch()
	got := mustParse(t, b)
	want := Header{
		Size: int32(len(b)), LeaderEpoch: -1, CRC: Checksum(b), LastOffsetDelta: 2, BaseTimestamp: 1000,
		MaxTimestamp: 1500, ProducerID: -1, ProducerEpoch: -1, BaseSequence: -1, Count: 3,
	}
	if got != want {
		t.Errorf("got %s, want %s", got.AppendText(nil), want.AppendText(nil))
	}
	if got.Last() != 2 || got.End() != 3 || got.LastSequence() != kafka.NoSequence {
		t.Errorf("last %d, end %d, last sequence %d", got.Last(), got.End(), got.LastSequence())
	}
}

func TestHeaderRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Header)})
	rapid.Check(t, func(t *rapid.T) {
		var h Header
		canontest.NewDrawer().Draw(t, &h)
		h.Size = rapid.Int32Range(HeaderSize, math.MaxInt32).Draw(t, "size")
		b := make([]byte, HeaderSize)
		h.put(b)
		if got, err := ParseHeader(b); err != nil || got != h {
			t.Fatalf("got %+v, %v, want %+v", got, err, h)
		}
	})
}

func TestAttributesAreKafkas(t *testing.T) {
	a := Attributes(0x5b) // delete horizon, transactional, log append time, lz4
	if a.Compression() != LZ4 || a.TimestampType() != LogAppendTime || !a.IsTransactional() || a.IsControl() || !a.HasDeleteHorizon() {
		t.Errorf("%#x is misread", a)
	}
	if a = 0x24; a.Compression() != Zstd || a.TimestampType() != CreateTime || a.IsTransactional() || !a.IsControl() || a.HasDeleteHorizon() {
		t.Errorf("%#x is misread", a)
	}
}

func TestUnparsableHeaderIsRefused(t *testing.T) {
	edit := func(f func(b []byte)) []byte {
		b := plainBatch()
		f(b)
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"nothing", nil, ErrShort},
		{"60 bytes", plainBatch()[:60], ErrShort},
		{"format v1", edit(func(b []byte) { b[magicAt] = 1 }), ErrMagic},
		{"format v0, shorter than a v2 header", make([]byte, 30), ErrMagic},
		{"no room for the header", edit(func(b []byte) { binary.BigEndian.PutUint32(b[lengthAt:], 48) }), ErrLength},
		{"negative length", edit(func(b []byte) { binary.BigEndian.PutUint32(b[lengthAt:], 1<<31) }), ErrLength},
		{"size beyond int32", edit(func(b []byte) { binary.BigEndian.PutUint32(b[lengthAt:], math.MaxInt32) }), ErrLength},
	} {
		if _, err := ParseHeader(c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestUnsoundBatchIsRefused(t *testing.T) {
	for _, c := range []struct {
		name           string
		edit           func(h *Header)
		client, stored error
	}{
		{"sound", func(*Header) {}, nil, nil},
		{"control", func(h *Header) { h.Attributes |= AttributeControl }, ErrControl, nil},
		{"compacted", func(h *Header) { h.Count-- }, ErrCount, nil},
		{"compacted to nothing", func(h *Header) { h.Count = 0 }, ErrCount, nil},
		{"more records than offsets", func(h *Header) { h.Count++ }, ErrCount, ErrCount},
		{"negative count", func(h *Header) { h.Count = -1 }, ErrCount, ErrCount},
		{"negative last offset delta", func(h *Header) { h.LastOffsetDelta, h.Count = -1, 0 }, ErrCount, ErrOffset},
		{"negative offset", func(h *Header) { h.BaseOffset = -1 }, ErrOffset, ErrOffset},
		{"offset overflow", func(h *Header) { h.BaseOffset = math.MaxInt64 - 2 }, ErrOffset, ErrOffset},
		{"producer without sequence", func(h *Header) { h.ProducerID, h.ProducerEpoch = 1, 0 }, ErrSequence, nil},
		{"producer without epoch", func(h *Header) { h.ProducerID, h.BaseSequence = 1, 0 }, ErrSequence, nil},
		{"sequence without producer", func(h *Header) { h.BaseSequence = 0 }, nil, nil}, // some clients send it
		{"idempotent", func(h *Header) { h.ProducerID, h.ProducerEpoch, h.BaseSequence = 1, 0, 0 }, nil, nil},
	} {
		b := plainBatch()
		h := mustParse(t, b)
		c.edit(&h)
		h.put(b)
		h.CRC = Checksum(b)
		if err := Check(b, h); !errors.Is(err, c.client) {
			t.Errorf("%s: of a client: got %v, want %v", c.name, err, c.client)
		}
		if err := CheckStored(b, h); !errors.Is(err, c.stored) {
			t.Errorf("%s: stored: got %v, want %v", c.name, err, c.stored)
		}
	}
}

func TestDamageAndCutsAreSeen(t *testing.T) {
	b := plainBatch()
	h := mustParse(t, b)
	if err := CheckStored(b[:len(b)-1], h); !errors.Is(err, ErrLength) {
		t.Errorf("cut: %v", err)
	}
	for i := attributesAt; i < len(b); i++ {
		b[i] ^= 4
		if err := CheckStored(b, h); !errors.Is(err, ErrCRC) {
			t.Errorf("byte %d damaged: %v", i, err)
		}
		b[i] ^= 4
	}
}

func TestStampKeepsTheChecksum(t *testing.T) {
	b := plainBatch()
	Stamp(b, 1<<40, 7)
	h := mustParse(t, b)
	if h.BaseOffset != 1<<40 || h.LeaderEpoch != 7 || h.End() != 1<<40+3 {
		t.Errorf("stamped %s", h.AppendText(nil))
	}
	if err := Check(b, h); err != nil {
		t.Error(err)
	}
}

func TestSplitWalksBatches(t *testing.T) {
	one := plainBatch()
	b := append(append([]byte{}, one...), one...)
	for n := 2; n > 0; n-- {
		h, batch, rest, err := Split(b)
		if err != nil || int(h.Size) != len(one) || string(batch) != string(one) {
			t.Fatalf("%+v %v", h, err)
		}
		b = rest
	}
	if len(b) != 0 {
		t.Fatalf("%d bytes left", len(b))
	}
	if _, _, _, err := Split(one[:len(one)-1]); !errors.Is(err, ErrShort) {
		t.Fatalf("a cut batch: %v", err)
	}
}

func FuzzParseHeader(f *testing.F) {
	f.Add(plainBatch())
	f.Add(plainBatch()[:HeaderSize])
	if log, err := os.ReadFile("testdata/metadata.log"); err == nil {
		f.Add(log)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			return
		}
		again := make([]byte, HeaderSize)
		if h.put(again); string(again) != string(b[:HeaderSize]) {
			t.Fatalf("%x parsed, put as %x", b[:HeaderSize], again)
		}
		if _, batch, _, err := Split(b); err == nil && Check(batch, h) == nil && CheckStored(batch, h) != nil {
			t.Fatal("a batch that may be appended may not be stored")
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	build := NewBuilder(0, 0)
	for range 16 {
		build.Add(0, nil, make([]byte, 1024))
	}
	batch := build.Append(nil)
	b.SetBytes(int64(len(batch)))
	b.ReportAllocs()
	for b.Loop() {
		h, err := ParseHeader(batch)
		if err != nil || Check(batch, h) != nil {
			b.Fatal("not sound")
		}
	}
}
