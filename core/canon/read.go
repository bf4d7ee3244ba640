package canon

import "errors"

// Errors that Reader.Err holds. All mean that the bytes are not what an Append of the same type
// wrote: another version of the program wrote them, or they were damaged.
var (
	ErrShort     = errors.New("canon: bytes end within a value")
	ErrRange     = errors.New("canon: number outside of its type")
	ErrNotCanon  = errors.New("canon: number in a longer form than needed")
	ErrTag       = errors.New("canon: unknown member of a union")
	ErrDuplicate = errors.New("canon: map key occurs twice")
	ErrTrailing  = errors.New("canon: bytes follow the value")
)

// Reader reads what the Append functions wrote. The first failure sticks in Err; from there on
// every read yields a zero value, so that generated code checks once, at the end.
type Reader struct {
	buf []byte
	Err error
}

// NewReader reads from b, which it never writes to; strings and byte slices read are copies.
func NewReader(b []byte) *Reader { return &Reader{buf: b} }

// Remaining is the number of bytes not yet read; 0 after a failure.
func (r *Reader) Remaining() int { return len(r.buf) }

// End returns Err, or ErrTrailing if bytes are left over.
func (r *Reader) End() error {
	if r.Err == nil && len(r.buf) > 0 {
		r.Fail(ErrTrailing)
	}
	return r.Err
}

// Fail records err unless an earlier failure is recorded, and makes all later reads yield zero.
func (r *Reader) Fail(err error) {
	if r.Err == nil {
		r.Err = err
	}
	r.buf = nil
}

// Uint reads an unsigned number of the given width in bits.
func (r *Reader) Uint(width uint) uint64 {
	var v uint64
	for i, c := range r.buf {
		if i == 9 && c > 1 {
			r.Fail(ErrRange)
			return 0
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if c == 0 && i > 0 {
				r.Fail(ErrNotCanon)
				return 0
			}
			if width < 64 && v>>width != 0 {
				r.Fail(ErrRange)
				return 0
			}
			r.buf = r.buf[i+1:]
			return v
		}
	}
	r.Fail(ErrShort)
	return 0
}

// Int reads a signed number of the given width in bits.
func (r *Reader) Int(width uint) int64 {
	u := r.Uint(64)
	v := int64(u>>1) ^ -int64(u&1)
	if shift := 64 - width; v<<shift>>shift != v {
		r.Fail(ErrRange)
		return 0
	}
	return v
}

// Bool reads one byte, which must be 0 or 1.
func (r *Reader) Bool() bool { return r.Uint(1) == 1 }

// Raw reads n bytes; the result aliases the input and is nil after a failure.
func (r *Reader) Raw(n int) []byte {
	if n < 0 || n > len(r.buf) {
		r.Fail(ErrShort)
		return nil
	}
	b := r.buf[:n:n]
	r.buf = r.buf[n:]
	return b
}

// Str reads a string (a method named String would make every print of a Reader read from it).
func (r *Reader) Str() string {
	return string(r.Raw(r.Count()))
}

// Bytes reads a byte slice; nil is told from empty.
func (r *Reader) Bytes() []byte {
	n := r.Len()
	if n < 0 {
		return nil
	}
	return append([]byte{}, r.Raw(n)...)
}

// Count reads the number of entries of a map or of bytes of a string.
func (r *Reader) Count() int {
	n := r.Uint(64)
	if n > uint64(len(r.buf)) {
		r.Fail(ErrShort)
		return 0
	}
	return int(n)
}

// Len reads the length of a slice: -1 for nil, and after a failure. Every element takes a byte at
// least, so that a length above what remains is refused before anything is allocated.
func (r *Reader) Len() int {
	n := r.Uint(64)
	if n == 0 || n-1 > uint64(len(r.buf)) {
		if n != 0 {
			r.Fail(ErrShort)
		}
		return -1
	}
	return int(n - 1)
}
