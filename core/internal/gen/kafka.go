package main

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// kafkaSpec is what a directive says of a record in Kafka's format. The words are those of Kafka's
// own schemas:
//
//	//kafka:record union=Metadata key=3 versions=0-2 flexible=0
//	//kafka:struct versions=0-2 flexible=0
//
// versions is the range in which the record exists; flexible the first version with compact
// encodings and tagged fields, or none; union and key put a record into AppendX and newX of that
// union. A field says `kafka:"1+"` or `kafka:"1-2"`, the versions that carry it, and then
// tag=N (tagged), nullable=N+ (nil is null) and default=D (a number, true or null; else zero). A
// field that says `kafka:"-"` stands elsewhere in the log, as in the record's key.
type kafkaSpec struct {
	record   bool
	union    string
	key      int
	versions span
	flexible int // math.MaxInt16 for none
}

// span is a range of versions, both ends included.
type span struct{ first, last int }

type kafkaField struct {
	field
	versions span
	nullable bool
	tag      int // -1: not tagged
	def      string
}

func (l *loader) kafkaDirective(t *decl, record bool, args map[string]string) error {
	k := &kafkaSpec{record: record, union: args["union"], flexible: math.MaxInt16}
	var err error
	if k.versions, err = parseSpan(args["versions"]); err != nil {
		return l.errorf(t.pos, "%s: %v", t.name, err)
	}
	if f := args["flexible"]; f != "none" {
		if k.flexible, err = strconv.Atoi(f); err != nil {
			return l.errorf(t.pos, "%s: flexible=%q", t.name, f)
		}
	}
	if k.union != "" {
		if k.key, err = strconv.Atoi(args["key"]); err != nil {
			return l.errorf(t.pos, "%s: key=%q", t.name, args["key"])
		}
	}
	t.kafka = k
	return nil
}

func parseSpan(s string) (span, error) {
	first, last, isRange := strings.Cut(strings.TrimSuffix(s, "+"), "-")
	if !isRange {
		last = first
	}
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(last)
	if errA != nil || errB != nil || a > b {
		return span{}, fmt.Errorf("%q is not a range of versions", s)
	}
	if strings.HasSuffix(s, "+") {
		b = math.MaxInt16
	}
	return span{a, b}, nil
}

// kafkaFile generates kafka_gen.go, or nothing if the package has no directive of its kind.
func (l *loader) kafkaFile(p *pkg) ([]byte, error) {
	o := newOutput(p)
	unions := map[string][]*decl{}
	found := false
	for _, d := range p.order {
		if d.kafka == nil {
			continue
		}
		found = true
		if err := l.kafkaMethods(o, d); err != nil {
			return nil, err
		}
		if d.kafka.union != "" {
			unions[d.kafka.union] = append(unions[d.kafka.union], d)
		}
	}
	if !found {
		return nil, nil
	}
	names := make([]string, 0, len(unions))
	for name := range unions {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		o.registry(name, unions[name])
	}
	return o.file()
}

func (l *loader) kafkaFields(o *output, d *decl) ([]kafkaField, error) {
	s := scope{l, o, d.pkg, d.imports}
	t, err := s.underlying(d.expr)
	if err != nil {
		return nil, err
	}
	var fields []kafkaField
	for _, f := range t.fields {
		words := strings.Split(tagOf(f.ast, "kafka"), ",")
		if words[0] == "-" {
			continue // stands elsewhere in the log, as in a record's key
		}
		k := kafkaField{field: f, tag: -1}
		if k.versions, err = parseSpan(words[0]); err != nil {
			return nil, l.errorf(f.ast.Pos(), "field %s: %v", f.name, err)
		}
		for _, w := range words[1:] {
			key, value, _ := strings.Cut(w, "=")
			switch key {
			case "tag":
				if k.tag, err = strconv.Atoi(value); err != nil {
					return nil, l.errorf(f.ast.Pos(), "field %s: tag=%q", f.name, value)
				}
			case "nullable":
				k.nullable = true
				n, err := parseSpan(value)
				if err != nil || n.first > max(k.versions.first, d.kafka.versions.first) {
					return nil, l.errorf(f.ast.Pos(), "field %s must be nullable in all of its versions", f.name)
				}
			case "default":
				k.def = value
			default:
				return nil, l.errorf(f.ast.Pos(), "field %s: unknown word %q", f.name, key)
			}
		}
		if k.nullable != (k.typ.kind == pointer) && k.typ.kind != slice && k.typ.kind != byteSlice {
			return nil, l.errorf(f.ast.Pos(), "field %s: a nullable string is a *string, and no other", f.name)
		}
		if k.typ.kind == pointer && k.typ.elem.kind != text && k.tag < 0 {
			return nil, l.errorf(f.ast.Pos(), "field %s: a struct that may be null must be tagged", f.name)
		}
		if err := o.checkKafka(l, d, f, f.typ); err != nil {
			return nil, err
		}
		fields = append(fields, k)
	}
	return fields, nil
}

// checkKafka refuses a type that has no place in Kafka's formats.
func (o *output) checkKafka(l *loader, d *decl, f field, t *typ) error {
	switch {
	case t.decl != nil && t.decl.kafka != nil:
		if k := t.decl.kafka; k.record || k.flexible != d.kafka.flexible {
			return l.errorf(f.ast.Pos(), "field %s: %s must be a //kafka:struct, flexible like its owner", f.name, t.src)
		}
		return nil
	case t.kind == slice, t.kind == pointer && t.elem.decl != nil && t.elem.decl.kafka != nil:
		return o.checkKafka(l, d, f, t.elem)
	case t.kind == pointer && t.elem.kind == text, t.kind == text, t.kind == boolean, t.kind == byteSlice,
		t.kind == byteArray, t.kind == signed, t.kind == unsigned:
		return nil
	}
	return l.errorf(f.ast.Pos(), "field %s: %s has no form in Kafka's records", f.name, t.src)
}

// in writes the condition that the version carries the field, or nothing if all versions do.
func (k kafkaField) in(all span) string {
	var c []string
	if k.versions.first > all.first {
		c = append(c, fmt.Sprintf("version >= %d", k.versions.first))
	}
	if k.versions.last < all.last {
		c = append(c, fmt.Sprintf("version <= %d", k.versions.last))
	}
	return strings.Join(c, " && ")
}

// differs writes the condition that the field does not hold its default.
func (k kafkaField) differs() string {
	x := "v." + k.name
	switch k.typ.kind {
	case signed, unsigned:
		if k.def == "" {
			return x + " != 0"
		}
		return x + " != " + k.def
	case boolean:
		if k.def == "true" {
			return "!" + x
		}
		return convert("bool", k.typ.src, x)
	case text:
		return x + ` != ""`
	case byteArray:
		return fmt.Sprintf("%s != (%s{})", x, k.typ.src)
	case slice, byteSlice:
		if k.nullable && k.def != "null" {
			return fmt.Sprintf("(%s == nil || len(%s) > 0)", x, x)
		}
		if !k.nullable {
			return fmt.Sprintf("len(%s) > 0", x)
		}
	}
	return x + " != nil"
}

// unlessDefault is the condition under which a tagged field is written. A struct that may be null and whose default
// the schema doesn't call null has none: it always is.
func (k kafkaField) unlessDefault() string {
	if k.typ.kind == pointer && k.typ.elem.kind != text && k.def != "null" {
		return ""
	}
	return "if " + k.differs()
}

// registry writes the functions that go from a union's member to its key and back.
func (o *output) registry(union string, members []*decl) {
	sort.SliceStable(members, func(i, j int) bool { return members[i].kafka.key < members[j].kafka.key })
	o.p("// key%s is the number by which Kafka's records name v's type.", union)
	o.p("func key%s(v %s) uint64 {\nswitch v.(type) {", union, union)
	for _, d := range members {
		o.p("case *%s:\nreturn %d", d.name, d.kafka.key)
	}
	o.p("}\npanic(\"BUG: %s is nil or not a member of its union\")\n}\n", union)
	o.p("// new%s makes a record of the type that a key names, or nil if there is none.", union)
	o.p("func new%s(key uint64) %s {\nswitch key {", union, union)
	for _, d := range members {
		o.p("case %d:\nreturn new(%s)", d.kafka.key, d.name)
	}
	o.p("}\nreturn nil\n}\n")
}
