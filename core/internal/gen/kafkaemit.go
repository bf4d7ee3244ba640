package main

import (
	"fmt"
	"math"
	"sort"
)

// kafkaMethods writes the methods of one record or struct.
func (l *loader) kafkaMethods(o *output, d *decl) error {
	fields, err := l.kafkaFields(o, d)
	if err != nil {
		return err
	}
	var plain, tagged []kafkaField
	for _, f := range fields {
		if f.tag >= 0 {
			tagged = append(tagged, f)
		} else {
			plain = append(plain, f)
		}
	}
	sort.SliceStable(tagged, func(i, j int) bool { return tagged[i].tag < tagged[j].tag })
	all := d.kafka.versions
	if d.kafka.record {
		o.p("// Versions is the range of versions in which this record exists.")
		o.p("func (*%s) Versions() (first, last int16) { return %d, %d }\n", d.name, all.first, all.last)
		o.p("// AppendVersion appends v as Kafka writes it in a version. That the version exists and can carry")
		o.p("// what v holds is the caller's duty.")
		o.p("func (v *%s) AppendVersion(b []byte, version int16) []byte {", d.name)
		o.p("if version < %d || version > %d { panic(\"BUG: %s does not exist in this version\") }", all.first, all.last, d.name)
		o.p("return v.appendFields(b, version)\n}\n")
		o.p("// ReadVersion reads what AppendVersion appends, which must be all of b.")
		o.p("func (v *%s) ReadVersion(b []byte, version int16) error {", d.name)
		o.p("if version < %d || version > %d { return ErrVersion }", all.first, all.last)
		o.p("r := reader{b: b}\nv.readFields(&r, version)\nreturn r.end()\n}\n")
	}
	o.kafkaAppend(d, plain, tagged)
	o.kafkaRead(d, plain, tagged)
	return nil
}

func (k *kafkaSpec) flex() string {
	switch {
	case k.flexible <= k.versions.first:
		return "true"
	case k.flexible == math.MaxInt16:
		return "false"
	}
	return fmt.Sprintf("version >= %d", k.flexible)
}

func (o *output) kafkaAppend(d *decl, plain, tagged []kafkaField) {
	all, flex := d.kafka.versions, d.kafka.flex()
	o.p("func (v *%s) appendFields(b []byte, version int16) []byte {", d.name)
	for _, f := range plain {
		in := f.in(all)
		if in != "" {
			o.p("if %s {", in)
		}
		o.emitKafkaAppend("v."+f.name, f.typ, f.nullable, flex)
		if in != "" {
			o.p("} else if %s { panic(\"BUG: this version of %s has no %s\") }", f.differs(), d.name, f.name)
		}
	}
	if flex == "false" {
		o.p("return b\n}\n")
		return
	}
	if len(tagged) == 0 {
		o.returnBefore(flex)
		o.p("return append(b, 0) // no tagged fields\n}\n")
		return
	}
	o.p("tags := uint64(0)")
	for _, f := range tagged {
		o.p("%s {", f.unlessDefault())
		if in := f.in(all); in != "" {
			o.p("if !(%s) { panic(\"BUG: this version of %s has no %s\") }", in, d.name, f.name)
		}
		o.p("tags++\n}")
	}
	o.returnBefore(flex)
	o.p("b = canon.AppendUint(b, tags)")
	for _, f := range tagged {
		o.p("%s {", f.unlessDefault())
		o.p("b = canon.AppendUint(b, %d)", f.tag)
		o.p("at := len(b)")
		o.emitKafkaAppend("v."+f.name, f.typ, f.nullable, flex)
		o.p("b = insertSize(b, at)\n}")
	}
	o.p("return b\n}\n")
}

// returnBefore ends the appending of versions before the flexible ones.
func (o *output) returnBefore(flex string) {
	if flex != "true" {
		o.p("if !(%s) { return b }", flex)
	}
}

func (o *output) emitKafkaAppend(x string, t *typ, nullable bool, flex string) {
	if t.decl != nil && t.decl.kafka != nil {
		o.p("b = %s.appendFields(b, version)", x)
		return
	}
	switch t.kind {
	case signed, unsigned:
		if t.width == 8 {
			o.p("b = append(b, byte(%s))", x)
		} else {
			u := fmt.Sprintf("uint%d", t.width)
			o.p("b = binary.BigEndian.AppendUint%d(b, %s)", t.width, convert(u, t.src, x))
		}
	case boolean:
		o.p("b = canon.AppendBool(b, %s)", convert("bool", t.src, x))
	case text:
		o.p("b = appendString(b, %s, %s)", convert("string", t.src, x), flex)
	case pointer:
		if t.elem.kind != text { // a tagged struct that may be null: a varint says whether it is there
			o.p("if %s == nil { b = append(b, 0) } else { b = %s.appendFields(append(b, 1), version) }", x, x)
			return
		}
		o.p("b = appendNullableString(b, %s, %s)", x, flex)
	case byteArray:
		o.p("b = append(b, %s[:]...)", x)
	case byteSlice:
		o.p("b = append(appendBytesLength(b, len(%s), %s, %s), %s...)", x, isNull(x, nullable), flex, x)
	case slice:
		o.p("b = appendLength(b, len(%s), %s, %s)", x, isNull(x, nullable), flex)
		o.elements(x, t, func(x string, t *typ) { o.emitKafkaAppend(x, t, false, flex) })
	}
}

func isNull(x string, nullable bool) string {
	if nullable {
		return x + " == nil"
	}
	return "false"
}

func (o *output) kafkaRead(d *decl, plain, tagged []kafkaField) {
	all, flex := d.kafka.versions, d.kafka.flex()
	o.p("func (v *%s) readFields(r *reader, version int16) {", d.name)
	o.p("*v = %s{}", d.name)
	for _, f := range append(append([]kafkaField{}, plain...), tagged...) {
		if f.tag < 0 && f.in(all) == "" {
			continue
		}
		if f.def != "" && f.def != "null" {
			o.p("v.%s = %s", f.name, f.def)
		} else if f.nullable && f.def == "" && f.typ.kind != pointer {
			o.p("v.%s = %s{}", f.name, f.typ.src)
		}
	}
	for _, f := range plain {
		in := f.in(all)
		if in != "" {
			o.p("if %s {", in)
		}
		o.emitKafkaRead("v."+f.name, f.typ, f.nullable, flex)
		if in != "" {
			o.p("}")
		}
	}
	if flex == "false" {
		o.p("}\n")
		return
	}
	if flex != "true" {
		o.p("if !(%s) { return }", flex)
	}
	if len(tagged) == 0 {
		o.p("r.skipTagged()\n}\n")
		return
	}
	o.p("for n := r.uvarint(); n > 0 && r.err == nil; n-- {")
	o.p("tag, size := r.uvarint(), r.uvarint()")
	o.p("after := r.until(size)")
	o.p("switch {")
	for _, f := range tagged {
		in := f.in(all)
		if in != "" {
			in = " && " + in
		}
		o.p("case tag == %d%s:", f.tag, in)
		o.emitKafkaRead("v."+f.name, f.typ, f.nullable, flex)
	}
	o.p("default:\nr.b = nil // a tag of a later version\n}")
	o.p("r.resume(after)\n}\n}\n")
}

func (o *output) emitKafkaRead(x string, t *typ, nullable bool, flex string) {
	if t.decl != nil && t.decl.kafka != nil {
		o.p("%s.readFields(r, version)", x)
		return
	}
	switch t.kind {
	case signed, unsigned:
		get := fmt.Sprintf("r.uint%d()", t.width)
		o.p("%s = %s", x, convert(t.src, fmt.Sprintf("uint%d", t.width), get))
	case boolean:
		o.p("%s = %s", x, convert(t.src, "bool", "r.bool()"))
	case text:
		o.p("%s = %s", x, convert(t.src, "string", fmt.Sprintf("r.str(%s)", flex)))
	case pointer:
		if t.elem.kind != text {
			o.p("if r.uvarint() > 0 { %s = new(%s)\n%s.readFields(r, version) } else { %s = nil }", x, t.elem.src, x, x)
			return
		}
		o.p("%s = r.nullableString(%s)", x, flex)
	case byteArray:
		o.p("copy(%s[:], r.take(len(%s)))", x, x)
	case byteSlice:
		o.p("%s = r.bytes(%t, %s)", x, nullable, flex)
	case slice:
		o.loop(func(n int) {
			o.p("if n%d := r.length(%t, %s); n%d >= 0 {", n, nullable, flex, n)
			o.p("%s = make(%s, n%d)", x, t.src, n)
			o.elements(x, t, func(x string, t *typ) { o.emitKafkaRead(x, t, false, flex) })
			if nullable {
				o.p("} else {\n%s = nil\n}", x)
			} else {
				o.p("}")
			}
		})
	}
}
