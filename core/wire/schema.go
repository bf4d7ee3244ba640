package wire

import (
	"math"
	"strconv"
	"strings"

	"momus/core/kafka"
)

// form is how a field lies on the wire.
type form uint8

const (
	formInt8 form = iota
	formInt16
	formInt32
	formInt64
	formFloat64
	formBool
	formUUID
	formString
	formBytes
	formArray
	formStruct
)

var formNames = [...]string{"i8", "i16", "i32", "i64", "f64", "bool", "uuid", "str", "bytes"}

// noTag marks a field that is not tagged.
const noTag = -1

// schema is a message, or one field of it.
type schema struct {
	name string
	form form
	// nullFrom is the first version in which the field may be null.
	nullFrom kafka.APIVersion
	// from and last are the versions that have the field.
	from, last kafka.APIVersion
	// tag is the number of a tagged field (KIP-482), or noTag.
	tag    int
	elem   *schema
	fields []*schema
}

// has tells whether a version has the field.
func (s *schema) has(v kafka.APIVersion) bool { return s.from <= v && v <= s.last }

// nullable tells whether the field may be null.
func (s *schema) nullable(v kafka.APIVersion) bool { return v >= s.nullFrom }

// mustSchema reads the text of a message: fields apart by blanks.
//
//	field    = name ":" type ["?" [number "+"]] ["#" tag] ["@" versions]
//	type     = "i8" | "i16" | "i32" | "i64" | "f64" | "bool" | "uuid" | "str" | "bytes" | "[" type "]" | "{" fields "}"
//	versions = number "+" | "-" number | number "-" number
//
// A question mark says from which version on (0 if none) the field may be null.
func mustSchema(text string) *schema {
	p := schemaParser{rest: text}
	s := &schema{form: formStruct, fields: p.fields("")}
	return s
}

// schemaParser reads a text of our own; a mistake in it is a bug.
type schemaParser struct{ rest string }

func (p *schemaParser) fields(closing string) []*schema {
	var fields []*schema
	for {
		p.rest = strings.TrimLeft(p.rest, " \t\n")
		if p.accept(closing) {
			return fields
		}
		fields = append(fields, p.field())
	}
}

// accept takes a token if it comes next; the empty one only at the end.
func (p *schemaParser) accept(token string) bool {
	if token == "" {
		return p.rest == ""
	}
	after, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = after
	}
	return ok
}

func (p *schemaParser) field() *schema {
	name, rest, ok := strings.Cut(p.rest, ":")
	if !ok {
		panic("BUG: a schema field without type: " + p.rest)
	}
	p.rest = rest
	s := p.typ()
	s.name = name
	if p.accept("?") {
		s.nullFrom = 0
		if n, ok := p.number(); ok {
			s.nullFrom = n
			p.accept("+")
		}
	}
	if p.accept("#") {
		n, _ := p.number()
		s.tag = int(n)
	}
	if p.accept("@") {
		s.from, s.last = p.versions()
	}
	return s
}

func (p *schemaParser) typ() *schema {
	s := &schema{nullFrom: math.MaxInt16, last: math.MaxInt16, tag: noTag}
	switch {
	case p.accept("["):
		s.form, s.elem = formArray, p.typ()
		if !p.accept("]") {
			panic("BUG: a schema array is not closed: " + p.rest)
		}
		return s
	case p.accept("{"):
		s.form, s.fields = formStruct, p.fields("}")
		return s
	}
	for f, name := range formNames {
		if p.accept(name) {
			s.form = form(f)
			return s
		}
	}
	panic("BUG: an unknown schema type: " + p.rest)
}

func (p *schemaParser) versions() (from, last kafka.APIVersion) {
	from, _ = p.number()
	if p.accept("+") {
		return from, math.MaxInt16
	}
	if !p.accept("-") {
		panic("BUG: a schema field's versions are not a range: " + p.rest)
	}
	last, _ = p.number()
	return from, last
}

func (p *schemaParser) number() (kafka.APIVersion, bool) {
	digits := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789"))
	n, err := strconv.Atoi(p.rest[:digits])
	p.rest = p.rest[digits:]
	return kafka.APIVersion(n), err == nil
}
