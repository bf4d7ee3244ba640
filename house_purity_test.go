package house

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// purePackages run inside a simulated world: the same seed must take them through the same
// steps in any process. impurePackages are the exceptions below them.
var (
	purePackages = []string{
		"core/...", "disk/seglog/...", "disk/ledger/...", "net/frame/...",
		"net/sock", "cluster/...", "sim/...", "checker/...",
	}
	impurePackages = []string{"core/internal/gen", "cluster/run/..."}
)

func pure(dir string) bool {
	return matchesAny(purePackages, dir) && !matchesAny(impurePackages, dir) && !supportsTests(dir)
}

// pureImports is what a pure package may import of the standard library. None of it reads a
// clock, draws a number, starts a goroutine or touches the machine, if fmt's printing and
// scanning are left alone. maps is let in for one expression only, see sortedKeys.
var pureImports = []string{
	"bytes", "cmp", "encoding/base64", "encoding/binary", "errors", "fmt", "hash", "iter", "maps",
	"math", "math/bits", "net/netip", "slices", "sort", "strconv", "strings", "unicode/utf8",
}

// exceptions are the places where a pure package may do what is refused elsewhere, each with
// its reason. One that nothing needs any more is refused, so that the list does not rot.
var exceptions = []exception{
	{"core/port/span.go", "import sync/atomic", "pins are shared between turns: a reader may pin " +
		"cached bytes while their log's writer evicts them; the core itself never counts"},
	{"core/wire/float.go", "float", "kmsg has quotas as floats; here they become their bits, and text for a reader"},
	{"core/group/topicregex/regex.go", "import regexp", "subscriptions are in RE2's language, which package regexp speaks; " +
		"what it matches depends on its arguments alone"},
	{"core/group/topicregex/regex.go", "import regexp/syntax", "a fault in an expression is told in its words"},
	{"disk/seglog/view.go", "import sync/atomic", "the one writer of a log swaps in a whole View that " +
		"parallel readers load"},
}

// exception lets one file do one thing; what is the complaint's own words after the position.
type exception struct{ file, what, why string }

// purity checks one pure file, whose types have been found out.
type purity struct {
	fset       *token.FileSet
	info       *types.Info
	core       bool              // floats are refused too
	sorted     map[ast.Node]bool // map walks and maps.Keys calls that end in a sort
	complaints []string
}

// complainPurity lists what the file does that a pure package may not.
func complainPurity(fset *token.FileSet, info *types.Info, s *source) []string {
	p := &purity{
		fset:   fset,
		info:   info,
		core:   matches("core/...", s.dir()),
		sorted: map[ast.Node]bool{},
	}
	p.imports(s.file)
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:linkname") {
				p.complain(c, "go:linkname")
			}
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		p.excuse(n)
		p.statement(n)
		p.expression(n)
		return true
	})
	slices.Sort(p.complaints)
	return slices.Compact(p.complaints)
}

func (p *purity) complain(n ast.Node, what string) {
	at := p.fset.Position(n.Pos())
	p.complaints = append(p.complaints, fmt.Sprintf("%s:%d: %s", at.Filename, at.Line, what))
}

func (p *purity) imports(file *ast.File) {
	for _, spec := range file.Imports {
		imported := strings.Trim(spec.Path.Value, "`\"")
		first, _, _ := strings.Cut(imported, "/")
		outside := first == module || strings.Contains(first, ".") // the policy's concern
		if !outside && !slices.Contains(pureImports, imported) {
			p.complain(spec, "import "+imported)
		}
		if spec.Name != nil && spec.Name.Name == "." {
			p.complain(spec, "import of everything by a dot")
		}
	}
}

// statement refuses goroutines, what they talk through, and unsorted walks over a map.
func (p *purity) statement(n ast.Node) {
	switch n := n.(type) {
	case *ast.GoStmt:
		p.complain(n, "go statement")
	case *ast.SelectStmt:
		p.complain(n, "select statement")
	case *ast.SendStmt:
		p.complain(n, "send to a channel")
	case *ast.RangeStmt:
		if p.hasCore(n.X, isMap) && !p.sorted[n] {
			p.complain(n, "range over a map")
		}
		if p.hasCore(n.X, isChan) {
			p.complain(n, "range over a channel")
		}
	}
}

// expression refuses channels, recover, printing, addresses as text, and floats in the core.
func (p *purity) expression(n ast.Node) {
	switch n := n.(type) {
	case *ast.ChanType:
		p.complain(n, "chan type")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			p.complain(n, "receive from a channel")
		}
	case *ast.Ident:
		p.identifier(n)
	case *ast.SelectorExpr:
		p.selector(n)
	case *ast.BasicLit:
		if n.Kind == token.STRING && strings.Contains(constant.StringVal(constant.MakeFromLiteral(n.Value, n.Kind, 0)), "%p") {
			p.complain(n, "%p in a string")
		}
	}
	if e, ok := n.(ast.Expr); ok && p.core {
		if tv, ok := p.info.Types[e]; ok && isFloat(tv.Type) {
			p.complain(e, "float")
		}
	}
}

func (p *purity) identifier(n *ast.Ident) {
	switch object := p.info.Uses[n].(type) {
	case *types.Builtin:
		if slices.Contains([]string{"recover", "print", "println", "close"}, object.Name()) {
			p.complain(n, "builtin "+object.Name())
		}
	case *types.TypeName:
		if p.core && isFloat(object.Type()) {
			p.complain(n, "float")
		}
	}
	if object, ok := p.info.Defs[n].(*types.Var); ok && p.core && isFloat(object.Type()) {
		p.complain(n, "float")
	}
}

func (p *purity) selector(n *ast.SelectorExpr) {
	object := p.info.Uses[n.Sel]
	if object == nil || object.Pkg() == nil {
		return
	}
	name := object.Name()
	switch object.Pkg().Path() {
	case "fmt":
		if strings.HasPrefix(name, "Print") || strings.Contains(name, "Scan") {
			p.complain(n, "fmt."+name)
		}
	case "maps":
		if !p.sorted[n] {
			p.complain(n, "maps."+name+" outside slices.Sorted(maps.Keys(m))")
		}
	}
}

// excuse notes the two forms in which the order of a map does not matter: slices.Sorted of
// maps.Keys, and a loop that only collects keys into a slice which the next statement sorts.
// It is called on the way down, so before the walk itself is looked at.
func (p *purity) excuse(n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		if !p.calls(n, "slices", "Sorted", "SortedFunc") || len(n.Args) == 0 {
			return
		}
		if keys, ok := n.Args[0].(*ast.CallExpr); ok && p.calls(keys, "maps", "Keys") {
			p.sorted[ast.Unparen(keys.Fun)] = true
		}
	case *ast.BlockStmt:
		p.excuseCollected(n.List)
	case *ast.CaseClause:
		p.excuseCollected(n.Body)
	}
}

func (p *purity) excuseCollected(list []ast.Stmt) {
	for i, statement := range list {
		walk, ok := statement.(*ast.RangeStmt)
		if !ok || i+1 == len(list) {
			continue
		}
		into := collectsKeys(walk)
		next, ok := list[i+1].(*ast.ExprStmt)
		if into == "" || !ok {
			continue
		}
		sort, ok := next.X.(*ast.CallExpr)
		if ok && p.calls(sort, "slices", "Sort", "SortFunc") && types.ExprString(sort.Args[0]) == into {
			p.sorted[walk] = true
		}
	}
}

// collectsKeys returns x if the loop's whole body is `x = append(x, key)`, else "".
func collectsKeys(walk *ast.RangeStmt) string {
	key, ok := walk.Key.(*ast.Ident)
	if !ok || walk.Value != nil || len(walk.Body.List) != 1 {
		return ""
	}
	assign, ok := walk.Body.List[0].(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
		return ""
	}
	call, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 2 || types.ExprString(call.Fun) != "append" {
		return ""
	}
	into := types.ExprString(assign.Lhs[0])
	if types.ExprString(call.Args[0]) != into || types.ExprString(call.Args[1]) != key.Name {
		return ""
	}
	return into
}

// calls says whether the call is of one of the package's functions.
func (p *purity) calls(call *ast.CallExpr, pkg string, functions ...string) bool {
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	object := p.info.Uses[selector.Sel]
	return object != nil && object.Pkg() != nil && object.Pkg().Path() == pkg &&
		slices.Contains(functions, object.Name())
}

// hasCore says whether is holds for the expression's underlying type, or for one of those that
// a type parameter admits.
func (p *purity) hasCore(e ast.Expr, is func(types.Type) bool) bool {
	t := p.info.TypeOf(e)
	if t == nil {
		return false
	}
	parameter, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return is(t.Underlying())
	}
	constraint, ok := parameter.Constraint().Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for embedded := range constraint.EmbeddedTypes() {
		if union, ok := embedded.(*types.Union); ok {
			for term := range union.Terms() {
				if is(term.Type().Underlying()) {
					return true
				}
			}
		} else if is(embedded.Underlying()) {
			return true
		}
	}
	return false
}

func isMap(t types.Type) bool  { _, ok := t.(*types.Map); return ok }
func isChan(t types.Type) bool { _, ok := t.(*types.Chan); return ok }

// isFloat is about numbers at run time; untyped constants such as 1e9 are exact.
func isFloat(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0 && basic.Info()&types.IsUntyped == 0
}

// unexcepted takes out the complaints that an exception covers, and adds one for each exception
// that covers none.
func unexcepted(complaints []string, exceptions []exception) []string {
	var left []string
	used := make([]bool, len(exceptions))
	for _, complaint := range complaints {
		covered := slices.IndexFunc(exceptions, func(e exception) bool {
			return strings.HasPrefix(complaint, e.file+":") && strings.HasSuffix(complaint, ": "+e.what)
		})
		if covered < 0 {
			left = append(left, complaint)
		} else {
			used[covered] = true
		}
	}
	for i, e := range exceptions {
		if !used[i] {
			left = append(left, fmt.Sprintf("%s: nothing needs the exception %q any more", e.file, e.what))
		}
		if e.why == "" {
			left = append(left, fmt.Sprintf("%s: the exception %q gives no reason", e.file, e.what))
		}
	}
	return left
}

func TestPurePackagesSeeNoClockGoroutineOrMapOrder(t *testing.T) {
	r := house(t)
	tt := houseTypes(t)
	var complaints []string
	for _, dir := range r.packages() {
		if !pure(dir) {
			continue
		}
		info := tt.check(t, dir)
		for _, s := range tt.parts[dir] {
			complaints = append(complaints, complainPurity(r.fset, info, s)...)
		}
	}
	refuse(t, unexcepted(complaints, exceptions))
}
