package main

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
)

// broken are requests whose bytes are no message of the version: cut, too long, null where the version
// has no null, longer by their word than they are.
func (a *spec) broken(sample *side, version int16) []variant {
	base := func(s *side, n int) *request { return encode(a.good(s, version, n), version) }
	cut := func(name string, change func(b []byte, flexible bool) []byte) variant {
		return variant{name, func(s *side, n int) *request {
			r := base(s, n)
			r.body = change(r.body, r.flexible)
			return r
		}}
	}
	list := []variant{
		cut("without its last byte", func(b []byte, _ bool) []byte { return b[:max(len(b)-1, 0)] }),
		cut("without its second half", func(b []byte, _ bool) []byte { return b[:len(b)/2] }),
		cut("without a body", func([]byte, bool) []byte { return nil }),
		cut("with a byte too many", func(b []byte, _ bool) []byte { return append(b, 0) }),
	}
	for _, h := range headless {
		list = append(list, variant{h.name, func(s *side, n int) *request {
			r := base(s, n)
			r.header = h.change
			return r
		}})
	}
	if base(sample, 0).flexible {
		list = append(list,
			cut("with an unknown tag", func(b []byte, _ bool) []byte { return append(b[:len(b)-1], 1, 99, 2, 'x', 'y') }),
			cut("with a tag that is cut", func(b []byte, _ bool) []byte { return append(b[:len(b)-1], 1, 99, 9, 'x') }),
			cut("with more tags than bytes", func(b []byte, _ bool) []byte { return append(b[:len(b)-1], 0xff, 0xff, 0xff, 0xff, 7) }),
		)
	}
	walk(reflect.ValueOf(a.good(sample, version, 0)).Elem(), "", func(r reflect.Value) reflect.Value { return r },
		func(name string, at place, v reflect.Value) {
			for _, m := range miscounts {
				if a.miscounted(sample, version, 0, at, v, m) != nil {
					list = append(list, variant{name + m.name, func(s *side, n int) *request {
						r := base(s, n)
						r.body = a.miscounted(s, version, n, at, v, m)
						return r
					}})
				}
			}
		})
	return list
}

// headless are changes of a request's header, which follows the length of the frame.
var headless = []struct {
	name   string
	change func(frame []byte) []byte
}{
	{"whose header ends before the client's name", func(frame []byte) []byte { return frame[:4+8] }},
	{"whose header ends in the client's name", func(frame []byte) []byte { return frame[:4+8+2+3] }},
	{"whose client's name is longer than the request", func(frame []byte) []byte {
		frame[12], frame[13] = 0x7f, 0xff
		return frame
	}},
	{"whose client's name has a length below null", func(frame []byte) []byte {
		frame[12], frame[13] = 0xff, 0xfe
		return frame
	}},
}

// miscounts are the lengths that are written instead of the right one, as a varint or a number of four
// bytes; a string's has the last two.
var miscounts = []miscount{
	{" is null by its length", []byte{0}, []byte{0xff, 0xff, 0xff, 0xff}},
	{" has a length below null", nil, []byte{0xff, 0xff, 0xff, 0xfe}},
	{" is longer than the request", []byte{0xfe, 0xff, 0xff, 0xff, 7}, []byte{0x7f, 0xff, 0xff, 0xff}},
}

type miscount struct {
	name            string
	flexible, plain []byte
}

// marker is what a string is set to, to be found in the bytes.
var marker = strings.Repeat("\x01\x02\x03", 7)

// miscounted encodes the request with another length for the field, or returns nil: the field has none, or is
// not in the version.
func (a *spec) miscounted(s *side, version int16, n int, at place, v reflect.Value, m miscount) []byte {
	with := func(value reflect.Value) *request {
		r := a.good(s, version, n)
		at(reflect.ValueOf(r).Elem()).Set(value)
		return encode(r, version)
	}
	switch v.Kind() {
	case reflect.String:
		r := with(reflect.ValueOf(marker).Convert(v.Type()))
		i := bytes.Index(r.body, []byte(marker))
		if i < 0 {
			return nil
		}
		if r.flexible {
			return replaced(r.body, i-1, 1+len(marker), m.flexible)
		}
		return replaced(r.body, i-2, 2+len(marker), m.plain[2:])
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil
		}
		none := with(reflect.MakeSlice(v.Type(), 0, 0))
		one := with(reflect.MakeSlice(v.Type(), 1, 1))
		i := 0
		for i < len(none.body) && i < len(one.body) && none.body[i] == one.body[i] {
			i++
		}
		switch {
		case i == len(none.body):
			return nil
		case none.flexible && none.body[i] == 1:
			return replaced(none.body, i, 1, m.flexible)
		case !none.flexible && i >= 3 && binary.BigEndian.Uint32(none.body[i-3:]) == 0:
			return replaced(none.body, i-3, 4, m.plain)
		}
	default:
	}
	return nil
}

// replaced puts other bytes in the place of n, or returns nil if there are none to put.
func replaced(b []byte, at, n int, by []byte) []byte {
	if by == nil {
		return nil
	}
	return append(append(bytes.Clone(b[:at]), by...), b[at+n:]...)
}
