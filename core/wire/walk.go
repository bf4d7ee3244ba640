package wire

import (
	"encoding/binary"
	"math"
	"strconv"

	"momus/core/canon"
	"momus/core/kafka"
)

// cursor takes Kafka's primitives off b. The first failure sticks; later reads yield zero.
type cursor struct {
	b        []byte
	flexible bool
	err      error
}

func (c *cursor) fail(err Error) {
	if c.err == nil {
		c.err = err
	}
	c.b = nil
}

// take reads n bytes, which alias the frame.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.fail(ErrShort)
		return nil
	}
	b := c.b[:n:n]
	c.b = c.b[n:]
	return b
}

func (c *cursor) int8() int8 {
	if b := c.take(1); b != nil {
		return int8(b[0])
	}
	return 0
}

func (c *cursor) int16() int16 {
	if b := c.take(2); b != nil {
		return int16(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (c *cursor) int32() int32 {
	if b := c.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (c *cursor) int64() int64 {
	if b := c.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (c *cursor) uuid() (u kafka.UUID) {
	copy(u[:], c.take(len(u)))
	return u
}

func (c *cursor) uvarint() uint32 {
	v, n := binary.Uvarint(c.b)
	switch {
	case n == 0:
		c.fail(ErrShort)
		return 0
	case n < 0 || n > binary.MaxVarintLen32 || v > math.MaxUint32:
		c.fail(ErrVarint)
		return 0
	}
	c.b = c.b[n:]
	return uint32(v)
}

// size reads the length of an array or of bytes, or with short of a string: -1 for null, as which Kafka takes
// any length below 0. Nothing is longer than what is left, since each element takes a byte at least.
func (c *cursor) size(short bool) int {
	var n int64
	switch {
	case c.flexible:
		n = int64(c.uvarint()) - 1
	case short:
		n = int64(c.int16())
	default:
		n = int64(c.int32())
	}
	switch {
	case c.err != nil:
		return -1
	case n < 0:
		return -1
	case n > int64(len(c.b)):
		c.fail(ErrShort)
		return -1
	}
	return int(n)
}

// length is size for what may not be null.
func (c *cursor) length(short bool) int {
	n := c.size(short)
	if n < 0 {
		c.fail(ErrNull)
		return 0
	}
	return n
}

// skipTags passes over the tagged fields that end every struct of a flexible version.
func (c *cursor) skipTags() {
	if !c.flexible {
		return
	}
	for n := c.uvarint(); n > 0 && c.err == nil; n-- {
		c.uvarint()
		c.take(int(c.uvarint()))
	}
}

// walker goes through a message by its schema. It checks that the message is whole, and with
// printing set it writes it down.
type walker struct {
	cursor
	version  kafka.APIVersion
	printing bool
	text     []byte
}

// checkBody tells whether body is a whole message.
func checkBody(s *schema, v kafka.APIVersion, flexible bool, body []byte) error {
	_, err := walkBody(s, v, flexible, body)
	return err
}

// walkBody is checkBody, and returns the bytes behind the message.
func walkBody(s *schema, v kafka.APIVersion, flexible bool, body []byte) ([]byte, error) {
	w := walker{cursor: cursor{b: body, flexible: flexible}, version: v}
	w.fields(s)
	return w.b, w.err
}

// appendBody appends the message in a form for human readers.
func appendBody(b []byte, s *schema, v kafka.APIVersion, flexible bool, body []byte) []byte {
	w := walker{cursor: cursor{b: body, flexible: flexible}, version: v, printing: true, text: b}
	w.fields(s)
	if w.err != nil {
		w.print(" !")
		w.print(w.err.Error())
	}
	return w.text
}

func (w *walker) print(s string) {
	if w.printing {
		w.text = append(w.text, s...)
	}
}

func (w *walker) printInt(v int64) {
	if w.printing {
		w.text = strconv.AppendInt(w.text, v, 10)
	}
}

func (w *walker) fields(s *schema) {
	w.print("{")
	first := true
	for _, f := range s.fields {
		if f.tag == noTag && f.has(w.version) {
			w.field(f, first)
			first = false
		}
	}
	if w.flexible {
		w.tags(s, first)
	}
	w.print("}")
}

func (w *walker) field(f *schema, first bool) {
	if !first {
		w.print(" ")
	}
	w.print(f.name)
	w.print("=")
	w.value(f)
}

func (w *walker) tags(s *schema, first bool) {
	for n := w.uvarint(); n > 0 && w.err == nil; n-- {
		tag := w.uvarint()
		inside := w.take(int(w.uvarint()))
		f := s.tagged(int(tag), w.version)
		if f == nil || w.err != nil {
			continue
		}
		after := w.b
		w.b = inside
		w.field(f, first)
		first = false
		if w.err == nil {
			w.b = after
		}
	}
}

// tagged finds the field of a tag, or nil.
func (s *schema) tagged(tag int, v kafka.APIVersion) *schema {
	for _, f := range s.fields {
		if f.tag == tag && f.has(v) {
			return f
		}
	}
	return nil
}

func (w *walker) value(s *schema) {
	switch s.form {
	case formInt8:
		w.printInt(int64(w.int8()))
	case formInt16:
		w.printInt(int64(w.int16()))
	case formInt32:
		w.printInt(int64(w.int32()))
	case formInt64:
		w.printInt(w.int64())
	case formFloat64:
		w.float(uint64(w.int64()))
	case formBool:
		w.printInt(int64(w.int8()))
	case formUUID:
		u := w.uuid()
		if w.printing {
			w.print(u.String())
		}
	case formString:
		w.str(s, true)
	case formBytes:
		w.str(s, false)
	case formArray:
		w.array(s)
	case formStruct:
		// One that may be null has a byte before it, which is negative if it is.
		if s.nullFrom != math.MaxInt16 && w.int8() < 0 {
			w.null(s)
			return
		}
		w.fields(s)
	}
}

// str is a string, or bytes, whose length is not short.
func (w *walker) str(s *schema, short bool) {
	n := w.size(short)
	if n < 0 {
		w.null(s)
		return
	}
	b := w.take(n)
	if w.printing {
		w.text = canon.AppendQuoted(w.text, b)
	}
}

func (w *walker) array(s *schema) {
	n := w.size(false)
	if n < 0 {
		w.null(s)
		return
	}
	w.print("[")
	for i := range n {
		if w.err != nil {
			break
		}
		if i > 0 {
			w.print(" ")
		}
		w.value(s.elem)
	}
	w.print("]")
}

func (w *walker) null(s *schema) {
	if !s.nullable(w.version) {
		w.fail(ErrNull)
	}
	w.print("null")
}
