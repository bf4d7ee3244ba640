package main

import "fmt"

// emitAppend writes code that appends x, an addressable expression, to b.
func (o *output) emitAppend(x string, t *typ) {
	switch t.kind {
	case signed:
		o.p("b = canon.AppendInt(b, %s)", convert("int64", t.src, x))
	case unsigned:
		o.p("b = canon.AppendUint(b, %s)", convert("uint64", t.src, x))
	case boolean:
		o.p("b = canon.AppendBool(b, %s)", convert("bool", t.src, x))
	case text:
		o.p("b = canon.AppendString(b, %s)", convert("string", t.src, x))
	case byteSlice:
		o.p("b = canon.AppendBytes(b, %s)", x)
	case byteArray:
		o.p("b = append(b, %s[:]...)", x)
	case slice:
		o.p("b = canon.AppendLen(b, len(%s), %s == nil)", x, x)
		o.elements(x, t, o.emitAppend)
	case array:
		o.elements(x, t, o.emitAppend)
	case mapping:
		o.p("b = canon.AppendUint(b, uint64(len(%s)))", x)
		o.entries(x, t, o.emitAppend)
	case pointer:
		o.p("b = canon.AppendBool(b, %s != nil)", x)
		o.p("if %s != nil {", x)
		o.emitAppend(deref(x, t.elem), t.elem)
		o.p("}")
	case structural:
		for _, f := range t.fields {
			o.emitAppend(x+"."+f.name, f.typ)
		}
	case methods:
		o.p("b = %s.AppendCanon(b)", x)
	case union:
		o.p("b = %s(b, %s)", o.qualify(t.decl.pkg, "Append"+t.decl.union), x)
	}
}

// deref names what a pointer points to, so that a method or a field can follow.
func deref(x string, elem *typ) string {
	if elem.kind == methods || elem.kind == structural {
		return x
	}
	return "(*" + x + ")"
}

func convert(to, from, x string) string {
	if to == from {
		return x
	}
	return to + "(" + x + ")"
}

// elements walks a slice or array by index, so that elements are addressable and not copied.
func (o *output) elements(x string, t *typ, emit func(string, *typ)) {
	o.loop(func(n int) {
		i := fmt.Sprintf("i%d", n)
		o.p("for %s := range %s {", i, x)
		emit(x+"["+i+"]", t.elem)
		o.p("}")
	})
}

// entries walks a map in the order of its keys.
func (o *output) entries(x string, t *typ, emit func(string, *typ)) {
	o.loop(func(n int) {
		k, e := fmt.Sprintf("k%d", n), fmt.Sprintf("e%d", n)
		o.p("for _, %s := range %s {", k, sortedKeys(x, t.key))
		emit(k, t.key)
		if !t.elem.empty {
			o.p("%s := %s[%s]", e, x, k)
			emit(e, t.elem)
		}
		o.p("}")
	})
}

func sortedKeys(x string, key *typ) string {
	switch {
	case key.compare:
		return fmt.Sprintf("canon.SortedKeysFunc(%s, %s.Compare)", x, key.src)
	case key.kind == byteArray:
		return fmt.Sprintf("canon.SortedKeysFunc(%s, func(x, y %s) int { return canon.CompareBytes(x[:], y[:]) })", x, key.src)
	}
	return fmt.Sprintf("canon.SortedKeys(%s)", x)
}

// emitRead writes code that reads into x, an addressable expression, from r.
func (o *output) emitRead(x string, t *typ) {
	switch t.kind {
	case signed:
		o.p("%s = %s", x, convert(t.src, "int64", fmt.Sprintf("r.Int(%d)", t.width)))
	case unsigned:
		o.p("%s = %s", x, convert(t.src, "uint64", fmt.Sprintf("r.Uint(%d)", t.width)))
	case boolean:
		o.p("%s = %s", x, convert(t.src, "bool", "r.Bool()"))
	case text:
		o.p("%s = %s", x, convert(t.src, "string", "r.Str()"))
	case byteSlice:
		o.p("%s = r.Bytes()", x)
	case byteArray:
		o.p("copy(%s[:], r.Raw(len(%s)))", x, x)
	case slice:
		o.readSlice(x, t)
	case array:
		o.elements(x, t, o.emitRead)
	case mapping:
		o.readMap(x, t)
	case pointer:
		o.p("%s = nil", x)
		o.p("if r.Bool() {")
		o.p("%s = new(%s)", x, t.elem.src)
		o.emitRead(deref(x, t.elem), t.elem)
		o.p("}")
	case structural:
		for _, f := range t.fields {
			o.emitRead(x+"."+f.name, f.typ)
		}
	case methods:
		o.p("%s.ReadCanon(r)", x)
	case union:
		o.p("%s = %s(r)", x, o.qualify(t.decl.pkg, "Read"+t.decl.union))
	}
}

func (o *output) readSlice(x string, t *typ) {
	o.loop(func(n int) {
		o.p("%s = nil", x)
		o.p("if n%d := r.Len(); n%d >= 0 {", n, n)
		o.p("%s = make(%s, n%d)", x, t.src, n)
		o.elements(x, t, o.emitRead)
		o.p("}")
	})
}

func (o *output) readMap(x string, t *typ) {
	o.loop(func(n int) {
		k, e, c := fmt.Sprintf("k%d", n), fmt.Sprintf("e%d", n), fmt.Sprintf("n%d", n)
		o.p("%s = make(%s)", x, t.src)
		o.p("for %s := r.Count(); %s > 0; %s-- {", c, c, c)
		o.p("var %s %s", k, t.key.src)
		o.p("var %s %s", e, t.elem.src)
		o.emitRead(k, t.key)
		o.emitRead(e, t.elem)
		o.p("if _, twice := %s[%s]; twice { r.Fail(canon.ErrDuplicate) }", x, k)
		o.p("if r.Err != nil { break }")
		o.p("%s[%s] = %s", x, k, e)
		o.p("}")
	})
}

// emitText writes code that appends x as text to b.
func (o *output) emitText(x string, t *typ) {
	if t.stringer && t.kind != methods && t.kind != union {
		o.p("b = append(b, %s.String()...)", x)
		return
	}
	switch t.kind {
	case signed:
		o.p("b = strconv.AppendInt(b, %s, 10)", convert("int64", t.src, x))
	case unsigned:
		o.p("b = strconv.AppendUint(b, %s, 10)", convert("uint64", t.src, x))
	case boolean:
		o.p("b = strconv.AppendBool(b, %s)", convert("bool", t.src, x))
	case text:
		o.p("b = canon.AppendQuoted(b, %s)", x)
	case byteSlice, slice, mapping:
		o.p("if %s == nil { b = append(b, \"nil\"...) } else {", x)
		o.textOf(x, t)
		o.p("}")
	case pointer:
		o.p("if %s == nil { b = append(b, \"nil\"...) } else {", x)
		o.emitText(deref(x, t.elem), t.elem)
		o.p("}")
	case byteArray, array, structural:
		o.textOf(x, t)
	case methods:
		o.p("b = %s.AppendText(b)", x)
	case union:
		o.p("b = %s(b, %s)", o.qualify(t.decl.pkg, "Append"+t.decl.union+"Text"), x)
	}
}

func (o *output) textOf(x string, t *typ) {
	switch t.kind {
	case byteSlice:
		o.p("b = canon.AppendQuoted(b, %s)", x)
	case byteArray:
		o.p("b = canon.AppendQuoted(b, %s[:])", x)
	case slice, array:
		o.p("b = append(b, '[')")
		o.loop(func(n int) {
			i := fmt.Sprintf("i%d", n)
			o.p("for %s := range %s {", i, x)
			o.p("if %s > 0 { b = append(b, ' ') }", i)
			o.emitText(x+"["+i+"]", t.elem)
			o.p("}")
		})
		o.p("b = append(b, ']')")
	case mapping:
		o.p("b = append(b, \"map[\"...)")
		o.loop(func(n int) {
			k, e, i := fmt.Sprintf("k%d", n), fmt.Sprintf("e%d", n), fmt.Sprintf("i%d", n)
			o.p("for %s, %s := range %s {", i, k, sortedKeys(x, t.key))
			o.p("if %s > 0 { b = append(b, ' ') }", i)
			o.emitText(k, t.key)
			if !t.elem.empty {
				o.p("b = append(b, ':')")
				o.p("%s := %s[%s]", e, x, k)
				o.emitText(e, t.elem)
			}
			o.p("}")
		})
		o.p("b = append(b, ']')")
	case structural:
		o.p("b = append(b, '{')")
		for i, f := range t.fields {
			space := " "
			if i == 0 {
				space = ""
			}
			o.p("b = append(b, %q...)", space+f.name+":")
			o.emitText(x+"."+f.name, f.typ)
		}
		o.p("b = append(b, '}')")
	}
}
