package record

import (
	"bytes"
	"encoding/binary"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Compression is a codec, by its number in a batch's attributes.
type Compression int8

// The codecs.
const (
	Uncompressed Compression = iota
	Gzip
	Snappy
	LZ4
	Zstd
)

var compressionNames = [...]string{"none", "gzip", "snappy", "lz4", "zstd"}

// String gives the name that compression.type uses.
func (c Compression) String() string {
	if c.IsKnown() {
		return compressionNames[c]
	}
	return "unknown"
}

// IsKnown tells whether the codec exists.
func (c Compression) IsKnown() bool { return c >= 0 && int(c) < len(compressionNames) }

// Level is how hard a codec tries, in the numbers of the codec's own compression.*.level; what they
// mean to our implementation of it is said at each writer.
type Level int32

// DefaultLevel is Kafka's default of a codec's level; a codec without levels has 0.
func DefaultLevel(codec Compression) Level {
	switch codec {
	case Gzip:
		return -1
	case LZ4:
		return 9
	case Zstd:
		return 3
	}
	return 0
}

// Codecs keeps what (de)compressing may reuse; the zero value is ready. It is for one caller at a
// time: whoever runs turns has one of its own. Of the writers there is one for each codec, of the
// level that was last asked for.
type Codecs struct {
	in         bytes.Reader
	gzipReader *gzip.Reader
	gzipWriter *gzip.Writer
	gzipLevel  Level
	lz4Reader  *lz4.Reader
	lz4Writer  *lz4.Writer
	lz4Level   Level
	zstdReader *zstd.Decoder
	zstdWriter *zstd.Encoder
	zstdLevel  Level
	snappy     []byte // one compressed block
}

// Decompress appends to dst what src holds, at most limit bytes: a small batch may claim to hold
// gigabytes. It fails with ErrTooLarge above that and with ErrCompression for everything else.
func (c *Codecs) Decompress(dst []byte, codec Compression, src []byte, limit int) ([]byte, error) {
	switch codec {
	case Uncompressed:
		if len(src) > limit {
			return nil, ErrTooLarge
		}
		return append(dst, src...), nil
	case Gzip:
		if c.gzipReader == nil {
			c.gzipReader = new(gzip.Reader)
		}
		c.in.Reset(src)
		if c.gzipReader.Reset(&c.in) != nil {
			return nil, ErrCompression
		}
		return readAll(dst, c.gzipReader, limit)
	case Snappy:
		return unsnappy(dst, src, limit)
	case LZ4:
		if c.lz4Reader == nil {
			c.lz4Reader = lz4.NewReader(nil)
		}
		c.in.Reset(src)
		c.lz4Reader.Reset(&c.in)
		return readAll(dst, c.lz4Reader, limit)
	case Zstd:
		return c.unzstd(dst, src, limit)
	}
	return nil, ErrCompression
}

// capped lets at most left bytes through; one more is tried for, so that an end is told from more.
type capped struct {
	r    interface{ Read(p []byte) (int, error) }
	left int
	over bool
}

func (c *capped) Read(p []byte) (int, error) {
	if len(p) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if n > c.left {
		c.over = true
		return c.left, ErrTooLarge
	}
	c.left -= n
	return n, err
}

// readAll appends all that r gives. (A bytes.Buffer knows the end of a stream by itself.)
func readAll(dst []byte, r interface{ Read(p []byte) (int, error) }, limit int) ([]byte, error) {
	in := capped{r: r, left: limit}
	buf := bytes.NewBuffer(dst)
	if _, err := buf.ReadFrom(&in); err != nil {
		if in.over {
			return nil, ErrTooLarge
		}
		return nil, ErrCompression
	}
	return buf.Bytes(), nil
}

// xerial is how Java's snappy streams begin: a magic, then a version and the least compatible
// version, then blocks, each behind its int32 length. Other clients write one bare block.
var xerial = []byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1}

const (
	xerialMagic = 8
	// xerialBlock is the uncompressed size of a block, as Java's writer cuts them.
	xerialBlock = 32 << 10
)

func unsnappy(dst, src []byte, limit int) ([]byte, error) {
	end := len(dst) + limit
	if !bytes.HasPrefix(src, xerial[:xerialMagic]) {
		return unsnappyBlock(dst, src, end)
	}
	if len(src) < len(xerial) {
		return nil, ErrCompression
	}
	src = src[len(xerial):]
	for len(src) > 0 {
		if len(src) < 4 {
			return nil, ErrCompression
		}
		n := int64(binary.BigEndian.Uint32(src))
		if src = src[4:]; n > int64(len(src)) {
			return nil, ErrCompression
		}
		var err error
		if dst, err = unsnappyBlock(dst, src[:n], end); err != nil {
			return nil, err
		}
		src = src[n:]
	}
	return dst, nil
}

// snappyRatio bounds what a block can hold: two of its bytes copy at most 64.
const snappyRatio = 32

// unsnappyBlock appends one block to dst, whose length must not pass end.
func unsnappyBlock(dst, src []byte, end int) ([]byte, error) {
	n, err := snappy.DecodedLen(src)
	switch {
	case err != nil || n > snappyRatio*len(src):
		return nil, ErrCompression
	case n > end-len(dst):
		return nil, ErrTooLarge
	}
	at := len(dst)
	dst = append(dst, make([]byte, n)...)
	out, err := snappy.Decode(dst[at:], src)
	if err != nil || len(out) != n {
		return nil, ErrCompression
	}
	return dst, nil
}
