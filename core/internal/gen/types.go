package main

import (
	"go/ast"
	"go/token"
	"strings"
)

type kind int

const (
	signed kind = iota
	unsigned
	boolean
	text       // string
	byteSlice  // []byte
	byteArray  // [n]byte
	slice      // []elem
	array      // [n]elem
	mapping    // map[key]elem
	pointer    // *elem
	structural // a struct encoded field by field
	methods    // AppendCanon, ReadCanon and AppendText on the pointer
	union      // an interface with //canon:union
)

// typ is a resolved type.
type typ struct {
	kind      kind
	width     int    // of integers
	src       string // how the generated file writes it
	elem, key *typ
	fields    []field
	decl      *decl // of a named type
	stringer  bool
	compare   bool
	empty     bool // encodes to no bytes
}

type field struct {
	name string
	typ  *typ
	ast  *ast.Field
}

var widths = map[string]int{"int": 64, "int8": 8, "int16": 16, "int32": 32, "rune": 32, "int64": 64,
	"uint": 64, "uint8": 8, "byte": 8, "uint16": 16, "uint32": 32, "uint64": 64}

// scope is where a type expression stands, and who asks.
type scope struct {
	*loader
	out     *output
	pkg     *pkg
	imports map[string]string
}

// resolve learns what an expression means. Named types are followed to their underlying kind.
func (s scope) resolve(e ast.Expr) (*typ, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return s.resolve(e.X)
	case *ast.Ident:
		if t := basic(e.Name); t != nil && s.pkg.types[e.Name] == nil {
			return t, nil
		}
		return s.named(s.pkg.types[e.Name], e.Name, e.Pos())
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			break
		}
		path := s.imports[x.Name]
		if path != module && !strings.HasPrefix(path, module+"/") {
			return nil, s.errorf(e.Pos(), "%s.%s is not a type of this module", x.Name, e.Sel.Name)
		}
		p, err := s.load(path)
		if err != nil {
			return nil, err
		}
		return s.named(p.types[e.Sel.Name], e.Sel.Name, e.Pos())
	case *ast.StarExpr:
		return s.wrap(pointer, "*", e.X)
	case *ast.ArrayType:
		return s.array(e)
	case *ast.MapType:
		key, err := s.resolve(e.Key)
		if err != nil {
			return nil, err
		}
		elem, err := s.resolve(e.Value)
		if err != nil {
			return nil, err
		}
		switch key.kind {
		case signed, unsigned, text, byteArray:
		default:
			if !key.compare {
				return nil, s.errorf(e.Pos(), "map key %s has no Compare method", key.src)
			}
		}
		return &typ{kind: mapping, key: key, elem: elem, src: "map[" + key.src + "]" + elem.src}, nil
	case *ast.StructType:
		if len(e.Fields.List) == 0 {
			return s.structType(e)
		}
		return nil, s.errorf(e.Pos(), "a struct within a type needs a name")
	}
	return nil, s.errorf(e.Pos(), "this kind of type has no encoding")
}

func basic(name string) *typ {
	switch {
	case name == "bool":
		return &typ{kind: boolean, src: name}
	case name == "string":
		return &typ{kind: text, src: name}
	case widths[name] != 0:
		k := signed
		if strings.HasPrefix(name, "u") || name == "byte" {
			k = unsigned
		}
		return &typ{kind: k, width: widths[name], src: name}
	}
	return nil
}

func (s scope) wrap(k kind, prefix string, e ast.Expr) (*typ, error) {
	elem, err := s.resolve(e)
	if err != nil {
		return nil, err
	}
	return &typ{kind: k, elem: elem, src: prefix + elem.src}, nil
}

func (s scope) array(e *ast.ArrayType) (*typ, error) {
	prefix := "[]"
	if e.Len != nil {
		n, ok := e.Len.(*ast.BasicLit)
		if !ok {
			return s.constArray(e)
		}
		prefix = "[" + n.Value + "]"
	}
	return s.arrayOf(e, prefix)
}

// constArray is an array whose length is a named constant, of this or another package.
func (s scope) constArray(e *ast.ArrayType) (*typ, error) {
	switch n := e.Len.(type) {
	case *ast.Ident:
		return s.arrayOf(e, "["+s.out.qualify(s.pkg, n.Name)+"]")
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok {
			p, err := s.load(s.imports[x.Name])
			if err != nil {
				return nil, err
			}
			return s.arrayOf(e, "["+s.out.qualify(p, n.Sel.Name)+"]")
		}
	}
	return nil, s.errorf(e.Pos(), "array length must be a number or a constant's name")
}

func (s scope) arrayOf(e *ast.ArrayType, prefix string) (*typ, error) {
	k := slice
	if e.Len != nil {
		k = array
	}
	t, err := s.wrap(k, prefix, e.Elt)
	if err != nil {
		return nil, err
	}
	if el := t.elem; el.kind == unsigned && el.width == 8 && el.decl == nil {
		t.kind = byteSlice
		if k == array {
			t.kind = byteArray
		}
	}
	if k == slice && t.elem.empty {
		return nil, s.errorf(e.Pos(), "elements of %s encode to nothing, so that its length could not be bounded", t.src)
	}
	return t, nil
}

// named resolves a declared type. Its own methods win over its underlying kind.
func (s scope) named(d *decl, name string, pos token.Pos) (*typ, error) {
	if d == nil {
		return nil, s.errorf(pos, "unknown type %s", name)
	}
	in := scope{s.loader, s.out, d.pkg, d.imports}
	if d.alias {
		return in.resolve(d.expr)
	}
	t := &typ{decl: d, src: s.out.qualify(d.pkg, d.name),
		stringer: d.pkg.has(d.name, "String"), compare: d.pkg.has(d.name, "Compare")}
	switch {
	case d.union != "":
		t.kind = union
		return t, nil
	case d.gen || d.manual:
		t.kind = methods
		if st, ok := d.expr.(*ast.StructType); ok && d.gen {
			t.empty = !hasFields(st)
		}
		return t, nil
	}
	if _, ok := d.expr.(*ast.InterfaceType); ok {
		return nil, s.errorf(pos, "interface %s is not marked //canon:union", d.name)
	}
	if s.out.busy[d] {
		return nil, s.errorf(pos, "%s contains itself: mark it //canon:gen", d.name)
	}
	s.out.busy[d] = true
	defer delete(s.out.busy, d)
	u, err := in.underlying(d.expr)
	if err != nil {
		return nil, err
	}
	t.kind, t.width, t.elem, t.key, t.fields, t.empty = u.kind, u.width, u.elem, u.key, u.fields, u.empty
	if d.pkg != s.out.pkg {
		for _, f := range t.fields {
			if !ast.IsExported(f.name) {
				return nil, s.errorf(pos, "%s has unexported field %s: mark it //canon:gen", t.src, f.name)
			}
		}
	}
	return t, nil
}

// underlying resolves the right side of a type declaration, where alone a struct may stand.
func (s scope) underlying(e ast.Expr) (*typ, error) {
	if st, ok := e.(*ast.StructType); ok {
		return s.structType(st)
	}
	return s.resolve(e)
}

func hasFields(st *ast.StructType) bool {
	for _, f := range st.Fields.List {
		if tagOf(f, "canon") != "-" {
			return true
		}
	}
	return false
}

func (s scope) structType(e *ast.StructType) (*typ, error) {
	t := &typ{kind: structural, src: "struct{}", empty: !hasFields(e)}
	for _, f := range e.Fields.List {
		if tagOf(f, "canon") == "-" {
			continue
		}
		ft, err := s.resolve(f.Type)
		if err != nil {
			return nil, err
		}
		names := f.Names
		if len(names) == 0 {
			names = []*ast.Ident{ast.NewIdent(embeddedName(f.Type))}
		}
		for _, n := range names {
			if n.Name != "_" {
				t.fields = append(t.fields, field{n.Name, ft, f})
			}
		}
	}
	return t, nil
}

func embeddedName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return embeddedName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}
