package record

import (
	"encoding/binary"

	"github.com/klauspost/compress/zstd"
)

// unzstd decodes into a buffer that cannot grow. Frames written by a stream (Java's) do not tell
// their size, and the decoder's errors do not tell a buffer that is too small from damage. So the
// blocks are counted first: what they can hold at most bounds the buffer beside the limit. A small
// buffer, or what dst has, is tried before one of that size, since most batches are far below a block.
func (c *Codecs) unzstd(dst, src []byte, limit int) ([]byte, error) {
	if c.zstdReader == nil {
		r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			panic("BUG: the options of the zstd decoder: " + err.Error())
		}
		c.zstdReader = r
	}
	bound, ok := zstdBound(src)
	if !ok {
		return nil, ErrCompression
	}
	most := min(bound, limit)
	for _, size := range [...]int{min(most, max(zstdFirst*len(src), cap(dst)-len(dst))), most} {
		buf := dst
		if size > cap(dst)-len(dst) {
			buf = append(make([]byte, 0, len(dst)+size), dst...)
		}
		buf = buf[: len(dst) : len(dst)+size]
		if out, err := c.zstdReader.DecodeAll(src, buf); err == nil {
			return out, nil
		}
		if size == most {
			break
		}
	}
	if bound > limit {
		return nil, ErrTooLarge
	}
	return nil, ErrCompression
}

const (
	// zstdFirst is how many times the compressed size is tried first.
	zstdFirst = 8
	// zstdBlock is what a block can hold at most (RFC 8878, 3.1.1.2.4).
	zstdBlock = 128 << 10
)

// zstdBound walks the headers of frames and blocks (RFC 8878, 3.1.1) and tells what they can hold at
// most, or false if they are cut or malformed.
func zstdBound(src []byte) (bound int, ok bool) {
	for len(src) > 0 {
		var h zstd.Header
		if h.Decode(src) != nil {
			return 0, false
		}
		src = src[h.HeaderSize:]
		if h.Skippable {
			if uint64(h.SkippableSize) > uint64(len(src)) {
				return 0, false
			}
			src = src[h.SkippableSize:]
			continue
		}
		frame, rest, ok := zstdFrame(src)
		if !ok {
			return 0, false
		}
		if h.HasFCS && h.FrameContentSize < uint64(frame) {
			frame = int(h.FrameContentSize)
		}
		if h.HasCheckSum {
			if len(rest) < 4 {
				return 0, false
			}
			rest = rest[4:]
		}
		bound += frame
		src = rest
	}
	return bound, true
}

// zstdFrame walks the blocks of one frame.
func zstdFrame(src []byte) (bound int, rest []byte, ok bool) {
	for {
		if len(src) < 3 {
			return 0, nil, false
		}
		head := uint32(binary.LittleEndian.Uint16(src)) | uint32(src[2])<<16
		src = src[3:]
		size := int(head >> 3)
		stored := size
		switch head >> 1 & 3 {
		case 0: // raw
			bound += size
		case 1: // one byte repeated
			bound += size
			stored = 1
		case 2: // compressed
			bound += zstdBlock
		default:
			return 0, nil, false
		}
		if stored > len(src) {
			return 0, nil, false
		}
		src = src[stored:]
		if head&1 != 0 {
			return bound, src, true
		}
	}
}
