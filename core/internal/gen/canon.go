package main

import (
	"go/ast"
	"sort"
)

// canonFile generates canon_gen.go, or nothing if the package has no directive of its kind.
func (l *loader) canonFile(p *pkg) ([]byte, error) {
	o := newOutput(p)
	var unions []*decl
	found := false
	for _, d := range p.order {
		if d.union != "" {
			unions = append(unions, d)
			found = true
		}
		if d.gen {
			found = true
			if err := l.canonMethods(o, d); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range p.order {
		for name := range d.member {
			if !isUnion(unions, name) {
				return nil, l.errorf(d.pos, "%s: this package has no union %s", d.name, name)
			}
		}
	}
	for _, u := range unions {
		if err := l.unionFuncs(o, u); err != nil {
			return nil, err
		}
	}
	if !found {
		return nil, nil
	}
	return o.file()
}

func isUnion(unions []*decl, name string) bool {
	for _, u := range unions {
		if u.union == name {
			return true
		}
	}
	return false
}

// canonMethods writes the three methods of one type. A struct is written field by field; any other
// type as its underlying form, behind the pointer.
func (l *loader) canonMethods(o *output, d *decl) error {
	s := scope{l, o, d.pkg, d.imports}
	t, err := s.underlying(d.expr)
	if err != nil {
		return err
	}
	x, name := "v", d.name
	if _, ok := d.expr.(*ast.StructType); !ok {
		// The declared name, not the literal: what is made while reading has the declared type.
		t.src = name
		x = "(*v)"
	}
	if !d.pkg.has(name, "AppendCanon") {
		o.p("// AppendCanon appends v in canonical form.")
		o.p("func (v *%s) AppendCanon(b []byte) []byte {", name)
		o.emitAppend(x, t)
		o.p("return b\n}\n")
	}
	if !d.pkg.has(name, "ReadCanon") {
		o.p("// ReadCanon reads what AppendCanon appended; a failure is in r.Err.")
		o.p("func (v *%s) ReadCanon(r *canon.Reader) {", name)
		o.emitRead(x, t)
		o.p("}\n")
	}
	if !d.pkg.has(name, "AppendText") {
		o.p("// AppendText appends v for a human reader.")
		o.p("func (v *%s) AppendText(b []byte) []byte {", name)
		o.p("b = append(b, %q...)", name)
		if t.kind != structural {
			o.p("b = append(b, '{')")
		}
		o.emitText(x, t)
		if t.kind != structural {
			o.p("b = append(b, '}')")
		}
		o.p("return b\n}\n")
	}
	return nil
}

type member struct {
	decl   *decl
	number int
}

// unionFuncs writes the functions of a sealed interface. Number 0 is nil.
func (l *loader) unionFuncs(o *output, u *decl) error {
	marker, err := l.marker(u)
	if err != nil {
		return err
	}
	var members []member
	for _, d := range u.pkg.order {
		if n := d.member[u.union]; n != 0 {
			members = append(members, member{d, n})
		}
	}
	sort.SliceStable(members, func(i, j int) bool { return members[i].number < members[j].number })
	for i := 1; i < len(members); i++ {
		if a, b := members[i-1], members[i]; a.number == b.number {
			return l.errorf(b.decl.pos, "%s and %s are both %s=%d", a.decl.name, b.decl.name, u.union, a.number)
		}
	}
	if len(members) == 0 {
		return l.errorf(u.pos, "union %s has no members", u.union)
	}
	for _, m := range members {
		o.p("func (*%s) %s() {}", m.decl.name, marker)
	}
	n, name := u.union, u.name
	o.p("\n// %sMembers lists a zero value of every member of %s, by number.", n, n)
	o.p("func %sMembers() []%s {\nreturn []%s{", n, name, name)
	for _, m := range members {
		o.p("&%s{},", m.decl.name)
	}
	o.p("}\n}\n")

	o.p("// Append%s appends the number of v's type (0 for nil), then v.", n)
	o.p("func Append%s(b []byte, v %s) []byte {\nswitch v := v.(type) {\ncase nil:\nreturn append(b, 0)", n, name)
	for _, m := range members {
		o.p("case *%s:\nreturn v.AppendCanon(canon.AppendUint(b, %d))", m.decl.name, m.number)
	}
	o.p("}\npanic(\"BUG: %s is not a member of its union\")\n}\n", n)

	o.p("// Read%s reads what Append%s appended; a failure is in r.Err and gives nil.", n, n)
	o.p("func Read%s(r *canon.Reader) %s {\nswitch r.Uint(64) {\ncase 0:", n, name)
	for _, m := range members {
		o.p("case %d:\nv := new(%s)\nv.ReadCanon(r)\nreturn v", m.number, m.decl.name)
	}
	o.p("default:\nr.Fail(canon.ErrTag)\n}\nreturn nil\n}\n")

	o.p("// Append%sText appends v for a human reader.", n)
	o.p("func Append%sText(b []byte, v %s) []byte {\nswitch v := v.(type) {\ncase nil:\nreturn append(b, \"nil\"...)", n, name)
	for _, m := range members {
		o.p("case *%s:\nreturn v.AppendText(b)", m.decl.name)
	}
	o.p("}\npanic(\"BUG: %s is not a member of its union\")\n}\n", n)
	return nil
}

// marker finds the method that seals the interface.
func (l *loader) marker(u *decl) (string, error) {
	it, ok := u.expr.(*ast.InterfaceType)
	if !ok {
		return "", l.errorf(u.pos, "union %s is not an interface", u.union)
	}
	for _, m := range it.Methods.List {
		f, ok := m.Type.(*ast.FuncType)
		if ok && len(m.Names) == 1 && !m.Names[0].IsExported() && f.Params.NumFields() == 0 && f.Results.NumFields() == 0 {
			return m.Names[0].Name, nil
		}
	}
	return "", l.errorf(u.pos, "union %s has no marker method", u.union)
}
