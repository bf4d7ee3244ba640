package record

import (
	"bytes"
	"errors"
	"testing"

	"github.com/klauspost/compress/snappy"
	"pgregory.net/rapid"
)

func TestCodecsRoundTrip(t *testing.T) {
	var codecs Codecs
	for codec := Uncompressed; codec <= Zstd; codec++ {
		t.Run(codec.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				unit := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "unit")
				data := bytes.Repeat(unit, rapid.IntRange(0, 2000).Draw(t, "times"))
				packed := codecs.Compress([]byte("x"), codec, data)[1:]
				got, err := codecs.Decompress([]byte("y"), codec, packed, len(data))
				if err != nil || got[0] != 'y' || !bytes.Equal(got[1:], data) {
					t.Fatalf("%d bytes, read %d, %v", len(data), len(got)-1, err)
				}
				if len(data) > 0 {
					if _, err := codecs.Decompress(nil, codec, packed, len(data)-1); !errors.Is(err, ErrTooLarge) {
						t.Fatalf("one byte above the limit: %v", err)
					}
				}
			})
		})
	}
}

// TestDamagedDataIsRefused damages compressed data: it must not panic, nor give more than the limit.
func TestDamagedDataIsRefused(t *testing.T) {
	const limit = 1000
	var codecs Codecs
	data := bytes.Repeat([]byte("momus"), limit/5)
	for codec := Gzip; codec <= Zstd; codec++ {
		t.Run(codec.String(), func(t *testing.T) {
			packed := codecs.Compress(nil, codec, data)
			rapid.Check(t, func(t *rapid.T) {
				b := bytes.Clone(packed)
				b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= rapid.Byte().Draw(t, "flip")
				b = b[:rapid.IntRange(0, len(b)).Draw(t, "cut")]
				got, err := codecs.Decompress(nil, codec, b, limit)
				if len(got) > limit {
					t.Fatalf("%d bytes", len(got))
				}
				if err != nil && !errors.Is(err, ErrCompression) && !errors.Is(err, ErrTooLarge) {
					t.Fatal(err)
				}
				if got, err := codecs.Decompress(nil, codec, packed, limit); err != nil || !bytes.Equal(got, data) {
					t.Fatalf("after damage sound data is not read: %v", err)
				}
			})
		})
	}
}

func TestBombsAreRefused(t *testing.T) {
	const size, limit = 64 << 20, 1 << 20
	var codecs Codecs
	zeros := make([]byte, size)
	for codec := Gzip; codec <= Zstd; codec++ {
		packed := codecs.Compress(nil, codec, zeros)
		if _, err := codecs.Decompress(nil, codec, packed, limit); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%v: %v", codec, err)
		}
	}
	claim := append([]byte{0xff, 0xff, 0xff, 0xff, 0x07}, 0) // a snappy block that claims 2 GiB
	if _, err := codecs.Decompress(nil, Snappy, claim, 1<<40); !errors.Is(err, ErrCompression) {
		t.Errorf("claim: %v", err)
	}
}

// TestBareSnappyIsRead: clients other than Java's do not frame snappy.
func TestBareSnappyIsRead(t *testing.T) {
	data := bytes.Repeat([]byte("bare"), 100)
	var codecs Codecs
	got, err := codecs.Decompress(nil, Snappy, snappy.Encode(nil, data), len(data))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestUnknownCodecIsRefused(t *testing.T) {
	var codecs Codecs
	if _, err := codecs.Decompress(nil, 5, nil, 1); !errors.Is(err, ErrCompression) {
		t.Error(err)
	}
	if Compression(5).IsKnown() || Compression(-1).IsKnown() || Compression(5).String() != "unknown" {
		t.Error("codec 5 is known")
	}
}
