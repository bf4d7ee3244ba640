package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// typeTree finds out the types of the pure packages from sources alone: it needs nothing built.
// Whatever they import from elsewhere is checked without function bodies, which keeps the whole
// under a few seconds.
type typeTree struct {
	fset    *token.FileSet
	parts   map[string][]*source      // pure package directory -> its files
	infos   map[string]*types.Info    // the same -> types, once checked
	checked map[string]*types.Package // import path -> package
	listed  map[string]*listedPackage // import path -> what the go command says of it
	errs    map[string][]error        // pure package directory -> type errors
}

// listedPackage is the part that matters of `go list -json`.
type listedPackage struct {
	Dir        string
	ImportPath string
	GoFiles    []string
	ImportMap  map[string]string // the standard library's vendored packages
}

// plantedImports are what the planted sources of the purity test import.
var plantedImports = []string{"fmt", "maps", "math/rand", "slices", "sync", "time", "unsafe"}

var typesOnce = sync.OnceValues(readTypes)

// houseTypes returns the one type-check that all tests share.
func houseTypes(t *testing.T) *typeTree {
	t.Helper()
	tt, err := typesOnce()
	if err != nil {
		t.Fatalf("listing what the pure packages import: %v", err)
	}
	return tt
}

func readTypes() (*typeTree, error) {
	r, err := readOnce()
	if err != nil {
		return nil, err
	}
	tt := &typeTree{
		fset:    r.fset,
		parts:   map[string][]*source{},
		infos:   map[string]*types.Info{},
		checked: map[string]*types.Package{"unsafe": types.Unsafe},
		listed:  map[string]*listedPackage{},
		errs:    map[string][]error{},
	}
	roots := slices.Clone(plantedImports)
	for _, s := range r.sources {
		if s.test || s.ignored {
			continue
		}
		tt.parts[s.dir()] = append(tt.parts[s.dir()], s)
		if pure(s.dir()) {
			roots = append(roots, s.imports()...)
		}
	}
	return tt, tt.list(roots)
}

// list asks the go command where the packages and all their dependencies are. CGO is off, as it
// is in the binary, so that every package is plain Go.
func (tt *typeTree) list(roots []string) error {
	command := exec.Command("go", append([]string{"list", "-deps", "-e", "-json=Dir,ImportPath,GoFiles,ImportMap"}, roots...)...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr.String())
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listedPackage)
		if err := decoder.Decode(p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		tt.listed[p.ImportPath] = p
	}
}

// check returns the types found in one of our packages; a package that does not type-check
// fails the test, since nothing could be said about it.
func (tt *typeTree) check(t *testing.T, dir string) *types.Info {
	t.Helper()
	tt.ours(dir)
	for _, err := range tt.errs[dir][:min(3, len(tt.errs[dir]))] { // the compiler says the rest
		t.Errorf("%s does not type-check: %v", dir, err)
	}
	return tt.infos[dir]
}

// ours type-checks one of our packages, bodies and all.
func (tt *typeTree) ours(dir string) *types.Package {
	if done, ok := tt.checked[module+"/"+dir]; ok {
		return done
	}
	var files []*ast.File
	for _, s := range tt.parts[dir] {
		files = append(files, s.file)
	}
	info := newInfo()
	config := tt.config(nil, func(err error) { tt.errs[dir] = append(tt.errs[dir], err) })
	// The error is the first of those that the callback has kept.
	done, _ := config.Check(module+"/"+dir, tt.fset, files, info)
	tt.checked[module+"/"+dir] = done
	tt.infos[dir] = info
	return done
}

// foreign type-checks the declarations of a package from outside the module.
func (tt *typeTree) foreign(path string) (*types.Package, error) {
	listed, ok := tt.listed[path]
	if !ok {
		return nil, fmt.Errorf("the go command does not list %s", path)
	}
	var files []*ast.File
	for _, name := range listed.GoFiles {
		file, err := parser.ParseFile(tt.fset, filepath.Join(listed.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	config := tt.config(listed.ImportMap, func(error) {})
	config.IgnoreFuncBodies = true
	// Complaints about foreign code are the compiler's business; the types are there regardless.
	done, _ := config.Check(path, tt.fset, files, nil)
	tt.checked[path] = done
	return done, nil
}

func (tt *typeTree) config(vendored map[string]string, complain func(error)) *types.Config {
	return &types.Config{
		Importer:    importer{tt, vendored},
		Error:       complain,
		FakeImportC: true,
		Sizes:       types.SizesFor("gc", "amd64"),
	}
}

// importer resolves the imports of one package.
type importer struct {
	tt       *typeTree
	vendored map[string]string
}

func (i importer) Import(path string) (*types.Package, error) {
	if mapped, ok := i.vendored[path]; ok {
		path = mapped
	}
	if done, ok := i.tt.checked[path]; ok {
		return done, nil
	}
	if dir, ok := strings.CutPrefix(path, module+"/"); ok {
		return i.tt.ours(dir), nil
	}
	return i.tt.foreign(path)
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
}

// plantedPurity type-checks one invented file of a pure package and returns the complaints.
func (tt *typeTree) plantedPurity(t *testing.T, text string) []string {
	t.Helper()
	s := plant(t, tt.fset, "core/planted/planted.go", text)
	info := newInfo()
	config := tt.config(nil, func(err error) { t.Errorf("the planted source does not type-check: %v", err) })
	if _, err := config.Check("momus/core/planted", tt.fset, []*ast.File{s.file}, info); err != nil {
		t.Fatal(err)
	}
	return complainPurity(tt.fset, info, s)
}

func TestPurityRefusesPlantedOffences(t *testing.T) {
	tt := houseTypes(t)
	for _, c := range []struct{ body, want string }{
		{`import "time"; func now() int64 { return time.Now().UnixNano() }`, "import time"},
		{`import "math/rand"; func draw() int { return rand.Int() }`, "import math/rand"},
		{`import "sync"; var lock sync.Mutex`, "import sync"},
		{`import "unsafe"; var size = unsafe.Sizeof(1)`, "import unsafe"},
		{`import . "slices"; var sort = Sort[[]int]`, "import of everything"},
		{`func f() { go f() }`, "go statement"},
		{`func f(c chan int) {}`, "chan type"},
		{`func f(c C) { c <- 1 }; type C = chan int`, "send to a channel"},
		{`func f(c C) int { return <-c }; type C = chan int`, "receive from a channel"},
		{`func f(c C) { for range c {} }; type C = chan int`, "range over a channel"},
		{`func f() { select {} }`, "select statement"},
		{`func f() { recover() }`, "builtin recover"},
		{`func f() { println("x") }`, "builtin println"},
		{`import "fmt"; func f() { fmt.Println("x") }`, "fmt.Println"},
		{`import "fmt"; func f(x *int) string { return fmt.Sprintf("%p", x) }`, "%p in a string"},
		{`func f(m map[int]int) (sum int) { for k := range m { sum = sum*31 + k }; return }`, "range over a map"},
		{`type m map[int]int; func f(m m) { for range m {} }`, "range over a map"},
		{`func f[M ~map[int]int](m M) { for range m {} }`, "range over a map"},
		{`func f(m map[int]int) (l []int) { for k := range m { l = append(l, k) }; return }`, "range over a map"},
		{`import "maps"; func f(m map[int]int) { for range maps.Keys(m) {} }`, "maps.Keys outside"},
		{`import ("maps"; "slices"); func f(m map[int]int) []int { return slices.Collect(maps.Keys(m)) }`, "maps.Keys outside"},
		{`import ("maps"; "slices"); func f(m map[int]int) []int { return slices.Sorted(maps.Values(m)) }`, "maps.Values outside"},
		{`func f(x float64) {}`, "float"},
		{`func f(x int) int { return int(1.5 * g(x)) }; func g(x int) float32 { return 0 }`, "float"},
		{`type ratio float64`, "float"},
		{"import _ \"fmt\"\n\n//go:linkname now runtime.nanotime\nfunc now() int64", "go:linkname"},
	} {
		expectComplaint(t, tt.plantedPurity(t, "package planted; "+c.body), c.want)
	}
}

func TestPurityAllowsSortedWalks(t *testing.T) {
	tt := houseTypes(t)
	for _, body := range []string{
		`import ("maps"; "slices"); func f(m map[int]int) []int { return slices.Sorted(maps.Keys(m)) }`,
		`import "slices"; func f(m map[int]int) (l []int) { for k := range m { l = append(l, k) }; slices.Sort(l); return }`,
		`func f(l []int) (sum int) { for _, x := range l { sum += x }; return }`,
		`const big = 1e9; func f() int64 { return big }`,
	} {
		if complaints := tt.plantedPurity(t, "package planted; "+body); len(complaints) > 0 {
			t.Errorf("%s is refused: %q", body, complaints)
		}
	}
}

func TestPurityExceptionsAreNamedAndNeeded(t *testing.T) {
	found := []string{"a.go:3: import sync/atomic", "b.go:4: go statement"}
	left := unexcepted(found, []exception{
		{"a.go", "import sync/atomic", "a reason"},
		{"c.go", "float", ""},
	})
	expectComplaint(t, left, "b.go:4: go statement")
	expectComplaint(t, left, "nothing needs the exception")
	expectComplaint(t, left, "gives no reason")
	if len(left) != 3 {
		t.Errorf("the exception for a.go does not cover its complaint: %q", left)
	}
}
