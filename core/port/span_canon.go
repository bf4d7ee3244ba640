package port

import (
	"encoding/binary"
	"math"
	"strconv"

	"momus/core/canon"
	"momus/core/record"
)

// phantom is the region of a span that was read back from its canonical encoding: its payload was
// never written down. Pins do nothing.
type phantom struct{}

func (phantom) ReadAt([]byte, int64) (int, error) {
	panic("BUG: the bytes of a phantom were asked for")
}

func (phantom) Pin()   {}
func (phantom) Unpin() {}

// PhantomSpan is a span with a size and no bytes, as replay and printing know it. Releasing it
// does nothing; asking for its bytes is a bug. A part of it is another phantom.
func PhantomSpan(n int) Span {
	if n < 0 {
		panic("BUG: a phantom of negative size")
	}
	if n == 0 {
		return Span{}
	}
	return Span{region: phantom{}, size: n}
}

// IsPhantom tells whether the span has a size but no bytes.
func (s Span) IsPhantom() bool {
	_, is := s.region.(phantom)
	return is
}

// crcSize is the size of a checksum in the list that a phantom carries in mem.
const crcSize = 4

// crcs lists the checksums of the whole batches that a span in memory begins with, four bytes
// each; a phantom knows those of the span that it stands for. Of a file region nothing is read.
func (s Span) crcs() []byte {
	switch {
	case s.IsPhantom():
		return s.mem
	case s.region != nil:
		return nil
	}
	var list []byte
	for rest := s.mem; len(rest) > 0; {
		h, _, after, err := record.Split(rest)
		if err != nil {
			break
		}
		list = binary.BigEndian.AppendUint32(list, h.CRC)
		rest = after
	}
	return list
}

// AppendCanon appends the span's size and the checksums of its batches if it is in memory. The
// payload itself is left out: two runs that differ in it differ in a checksum.
func (s *Span) AppendCanon(b []byte) []byte {
	list := s.crcs()
	b = canon.AppendUint(b, uint64(s.size))
	b = canon.AppendUint(b, uint64(len(list)/crcSize))
	return append(b, list...)
}

// ReadCanon reads what AppendCanon appended, as a phantom that encodes the same; a failure is in
// r.Err.
func (s *Span) ReadCanon(r *canon.Reader) {
	size, n := r.Uint(64), r.Count()
	if size > math.MaxInt || size == 0 && n > 0 {
		r.Fail(canon.ErrRange)
		return
	}
	list := r.Raw(n * crcSize)
	if r.Err != nil {
		return
	}
	*s = PhantomSpan(int(size))
	if n > 0 {
		s.mem = append([]byte(nil), list...)
	}
}

// AppendText appends the span's size and checksums for a human reader.
func (s *Span) AppendText(b []byte) []byte {
	b = append(b, "Span{"...)
	b = strconv.AppendInt(b, int64(s.size), 10)
	for list := s.crcs(); len(list) > 0; list = list[crcSize:] {
		b = append(b, " crc="...)
		b = strconv.AppendUint(b, uint64(binary.BigEndian.Uint32(list)), 16)
	}
	return append(b, '}')
}
