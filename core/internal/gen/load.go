package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

const module = "momus"

// loader parses packages of this module, each once.
type loader struct {
	fset *token.FileSet
	root string // the directory that holds go.mod
	pkgs map[string]*pkg
}

// pkg is what the generator knows of a package: its type declarations and hand-written methods.
type pkg struct {
	path, name string
	types      map[string]*decl
	order      []*decl             // by file, then position
	methods    map[string][]string // receiver's type name to hand-written methods
}

// decl is one type declaration with its directives.
type decl struct {
	pkg     *pkg
	name    string
	alias   bool
	expr    ast.Expr
	imports map[string]string // of its file: local name to path
	gen     bool
	manual  bool
	union   string         // the union's name, if this is its interface
	member  map[string]int // union name to number
	kafka   *kafkaSpec     // of records in Kafka's own formats, else nil
	pos     token.Pos
}

func newLoader(dir string) (*loader, string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, "", err
	}
	root := abs
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return nil, "", fmt.Errorf("no go.mod above %s", abs)
		}
		root = filepath.Dir(root)
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil {
		return nil, "", err
	}
	path := module
	if rel != "." {
		path += "/" + filepath.ToSlash(rel)
	}
	return &loader{fset: token.NewFileSet(), root: root, pkgs: map[string]*pkg{}}, path, nil
}

func (l *loader) load(path string) (*pkg, error) {
	if p := l.pkgs[path]; p != nil {
		return p, nil
	}
	dir := filepath.Join(l.root, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(path, module), "/")))
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	p := &pkg{path: path, types: map[string]*decl{}, methods: map[string][]string{}}
	l.pkgs[path] = p
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_gen.go") {
			continue
		}
		f, err := parser.ParseFile(l.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.name = f.Name.Name
		if err := l.addFile(p, f); err != nil {
			return nil, err
		}
	}
	if p.name == "" {
		return nil, fmt.Errorf("%s: no Go files in %s", path, dir)
	}
	return p, nil
}

func (l *loader) addFile(p *pkg, f *ast.File) error {
	imports := map[string]string{}
	for _, im := range f.Imports {
		path, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			return err
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if im.Name != nil {
			name = im.Name.Name
		}
		imports[name] = path
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				if name := receiver(d.Recv.List[0].Type); name != "" {
					p.methods[name] = append(p.methods[name], d.Name.Name)
				}
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				ts, ok := s.(*ast.TypeSpec)
				if !ok {
					continue
				}
				t := &decl{pkg: p, name: ts.Name.Name, alias: ts.Assign.IsValid(), expr: ts.Type,
					imports: imports, member: map[string]int{}, pos: ts.Pos()}
				doc := ts.Doc
				if doc == nil && len(d.Specs) == 1 {
					doc = d.Doc
				}
				if err := l.directives(t, doc); err != nil {
					return err
				}
				p.types[t.name] = t
				p.order = append(p.order, t)
			}
		}
	}
	return nil
}

func receiver(e ast.Expr) string {
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func (l *loader) directives(t *decl, doc *ast.CommentGroup) error {
	if doc == nil {
		return nil
	}
	for _, c := range doc.List {
		words := strings.Fields(c.Text)
		if len(words) == 0 {
			continue
		}
		args := map[string]string{}
		for _, w := range words[1:] {
			k, v, ok := strings.Cut(w, "=")
			if !ok {
				k, v = w, ""
			}
			args[k] = v
		}
		switch words[0] {
		case "//canon:gen":
			t.gen = true
			for k, v := range args {
				n, err := strconv.Atoi(v)
				if err != nil || n <= 0 {
					return l.errorf(t.pos, "%s: the number of a union's member must be positive, got %q", t.name, v)
				}
				t.member[k] = n
			}
		case "//canon:manual":
			t.manual = true
		case "//canon:union":
			if t.union = args["name"]; t.union == "" {
				return l.errorf(t.pos, "%s: union without name=", t.name)
			}
		case "//kafka:record", "//kafka:struct":
			if err := l.kafkaDirective(t, words[0] == "//kafka:record", args); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) errorf(pos token.Pos, format string, args ...any) error {
	at := l.fset.Position(pos)
	if rel, err := filepath.Rel(l.root, at.Filename); err == nil {
		at.Filename = rel
	}
	return fmt.Errorf("%s:%d: %s", at.Filename, at.Line, fmt.Sprintf(format, args...))
}

func (p *pkg) has(typ, method string) bool {
	for _, m := range p.methods[typ] {
		if m == method {
			return true
		}
	}
	return false
}

func tagOf(f *ast.Field, key string) string {
	if f.Tag == nil {
		return ""
	}
	s, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(s).Get(key)
}
