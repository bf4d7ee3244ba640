package seglog

import "testing"

func TestHashIsSipHash(t *testing.T) {
	key := hashKey{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	for _, c := range []struct {
		size int
		want [2]uint64
	}{
		{0, [2]uint64{0xe6a825ba047f81a3, 0x930255c71472f66d}},
		{1, [2]uint64{0x44af996bd8c187da, 0x45fc229b11597634}},
	} {
		b := make([]byte, c.size)
		for i := range b {
			b[i] = byte(i)
		}
		if got := hash128(key, b); got != c.want {
			t.Errorf("%d bytes: %x, want %x", c.size, got, c.want)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	key := hashKey{1, 2}
	text := []byte("a key of a record, no. 123456")
	for b.Loop() {
		hash128(key, text)
	}
}
