package record

import (
	"bytes"
	"encoding/binary"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Compress appends src in compressed form, at the codec's default level; snappy in Java's framing.
func (c *Codecs) Compress(dst []byte, codec Compression, src []byte) []byte {
	return c.CompressLevel(dst, codec, DefaultLevel(codec), src)
}

// CompressLevel is Compress at a level. The same bytes at the same level always give the same.
func (c *Codecs) CompressLevel(dst []byte, codec Compression, level Level, src []byte) []byte {
	switch codec {
	case Uncompressed:
		return append(dst, src...)
	case Gzip:
		buf := bytes.NewBuffer(dst)
		c.setGzip(level)
		c.gzipWriter.Reset(buf)
		return written(buf, c.gzipWriter, src)
	case Snappy:
		return c.snap(dst, src)
	case LZ4:
		buf := bytes.NewBuffer(dst)
		c.setLZ4(level)
		c.lz4Writer.Reset(buf)
		return written(buf, c.lz4Writer, src)
	case Zstd:
		c.setZstd(level)
		return c.zstdWriter.EncodeAll(src, dst)
	}
	panic("BUG: compressing with an unknown codec")
}

// setGzip takes compression.gzip.level as it is: 1 to 9, or -1 for the default.
func (c *Codecs) setGzip(level Level) {
	if c.gzipWriter != nil && c.gzipLevel == level {
		return
	}
	w, err := gzip.NewWriterLevel(nil, int(level))
	if err != nil {
		panic("BUG: the level of the gzip writer: " + err.Error())
	}
	c.gzipWriter, c.gzipLevel = w, level
}

// setLZ4 takes compression.lz4.level. Kafka's default, 9, is its fast compressor; any other number
// is one of its high compressor, of whose 17 levels ours has the first nine.
func (c *Codecs) setLZ4(level Level) {
	if c.lz4Writer != nil && c.lz4Level == level {
		return
	}
	w := lz4.NewWriter(nil)
	effort := lz4.Fast
	if level != DefaultLevel(LZ4) {
		effort = lz4Efforts[min(max(int(level), 1), len(lz4Efforts))-1]
	}
	err := w.Apply(lz4.BlockSizeOption(lz4.Block64Kb), lz4.ChecksumOption(false), lz4.ConcurrencyOption(1),
		lz4.CompressionLevelOption(effort))
	if err != nil {
		panic("BUG: the options of the lz4 writer: " + err.Error())
	}
	c.lz4Writer, c.lz4Level = w, level
}

var lz4Efforts = [...]lz4.CompressionLevel{
	lz4.Level1, lz4.Level2, lz4.Level3, lz4.Level4, lz4.Level5, lz4.Level6, lz4.Level7, lz4.Level8, lz4.Level9,
}

// setZstd takes compression.zstd.level, of which ours has four: the nearest that is no slower.
func (c *Codecs) setZstd(level Level) {
	if c.zstdWriter != nil && c.zstdLevel == level {
		return
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(int(level))))
	if err != nil {
		panic("BUG: the options of the zstd encoder: " + err.Error())
	}
	c.zstdWriter, c.zstdLevel = w, level
}

// snap writes Java's framing of snappy.
func (c *Codecs) snap(dst, src []byte) []byte {
	dst = append(dst, xerial...)
	for len(src) > 0 {
		n := min(len(src), xerialBlock)
		c.snappy = snappy.Encode(c.snappy[:cap(c.snappy)], src[:n])
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(c.snappy)))
		dst = append(dst, c.snappy...)
		src = src[n:]
	}
	return dst
}

type streamWriter interface {
	Write(p []byte) (int, error)
	Close() error
}

// written passes src through a stream writer into buf, whose writes cannot fail.
func written(buf *bytes.Buffer, w streamWriter, src []byte) []byte {
	if _, err := w.Write(src); err != nil {
		panic("BUG: compressing into memory failed: " + err.Error())
	}
	if err := w.Close(); err != nil {
		panic("BUG: compressing into memory failed: " + err.Error())
	}
	return buf.Bytes()
}
