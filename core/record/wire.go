package record

import (
	"encoding/binary"
	"math"

	"momus/core/canon"
)

// appendLength begins an array of n elements: from flexible versions on a varint of n+1 with 0 for
// null (KIP-482), before that an int32 with -1 for null.
func appendLength(b []byte, n int, null, flexible bool) []byte {
	switch {
	case flexible && null:
		return append(b, 0)
	case flexible:
		return canon.AppendUint(b, uint64(n)+1)
	case null:
		n = -1
	}
	return binary.BigEndian.AppendUint32(b, uint32(n))
}

// appendBytesLength begins a byte array. Its form is that of an array.
func appendBytesLength(b []byte, n int, null, flexible bool) []byte {
	return appendLength(b, n, null, flexible)
}

func appendString(b []byte, s string, flexible bool) []byte {
	if flexible {
		return append(canon.AppendUint(b, uint64(len(s))+1), s...)
	}
	if len(s) > math.MaxInt16 {
		panic("BUG: a string is too long for its format")
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

func appendNullableString(b []byte, s *string, flexible bool) []byte {
	switch {
	case s != nil:
		return appendString(b, *s, flexible)
	case flexible:
		return append(b, 0)
	}
	return append(b, 0xff, 0xff)
}

// insertSize puts the length of b[at:] before it, as a tagged field needs.
func insertSize(b []byte, at int) []byte {
	var size [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(size[:], uint64(len(b)-at))
	b = append(b, size[:n]...)
	copy(b[at+n:], b[at:])
	copy(b[at:], size[:n])
	return b
}

// reader takes Kafka's primitives off b. The first failure sticks; later reads yield zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

// end tells of the first failure, or of bytes left over.
func (r *reader) end() error {
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrTrailing)
	}
	return r.err
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail(ErrShort)
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) uint8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) bool() bool { return r.uint8() != 0 }

func (r *reader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// uvarint reads an unsigned varint, which Kafka limits to 32 bits.
func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	switch {
	case n == 0:
		r.fail(ErrShort)
		return 0
	case n < 0 || n > binary.MaxVarintLen32 || v > math.MaxUint32:
		r.fail(ErrVarint)
		return 0
	}
	r.b = r.b[n:]
	return v
}

// size reads the length before a string (short), byte array or array: -1 for null.
func (r *reader) size(short, flexible bool) int {
	var n int64
	switch {
	case flexible:
		n = int64(r.uvarint()) - 1
	case short:
		n = int64(int16(r.uint16()))
	default:
		n = int64(int32(r.uint32()))
	}
	switch {
	case r.err != nil:
		return -1
	case n < -1:
		r.fail(ErrLength)
		return -1
	case n > int64(len(r.b)):
		r.fail(ErrShort)
		return -1
	}
	return int(n)
}

// length reads the length of an array: -1 for what is to be nil, which is null if the field is
// nullable, else empty. Every element takes a byte at least, so that more elements than bytes are
// refused before anything is allocated.
func (r *reader) length(nullable, flexible bool) int {
	n := r.size(false, flexible)
	if nullable {
		return n
	}
	if n == -1 {
		r.fail(ErrNull)
	}
	if n == 0 {
		n = -1
	}
	return n
}

// bytes reads a copy of a byte array.
func (r *reader) bytes(nullable, flexible bool) []byte {
	n := r.length(nullable, flexible)
	if n < 0 {
		return nil
	}
	return append([]byte{}, r.take(n)...)
}

func (r *reader) str(flexible bool) string {
	n := r.size(true, flexible)
	if n < 0 {
		r.fail(ErrNull)
		return ""
	}
	return string(r.take(n))
}

func (r *reader) nullableString(flexible bool) *string {
	n := r.size(true, flexible)
	if n < 0 {
		return nil
	}
	s := string(r.take(n))
	return &s
}

// until narrows r to the next size bytes, those of a tagged field, and returns what follows them.
func (r *reader) until(size uint64) []byte {
	if size > uint64(len(r.b)) {
		r.fail(ErrShort)
		return nil
	}
	after := r.b[size:]
	r.b = r.b[:size]
	return after
}

// resume widens r again; the tagged field must have been read to its end.
func (r *reader) resume(after []byte) {
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrLength)
		return
	}
	if r.err == nil {
		r.b = after
	}
}

// skipTagged passes over tagged fields, all of later versions.
func (r *reader) skipTagged() {
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		r.uvarint()
		after := r.until(r.uvarint())
		r.b = nil
		r.resume(after)
	}
}
