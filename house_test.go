// Package house guards the repository as a whole. Its tests read every source file and refuse
// what the architecture forbids, from the first day, so that no rule depends on a reviewer's
// memory. There is no code here besides tests.
//
//   - house_policy_test.go: who may import whom, and which modules from outside.
//   - house_purity_test.go: what runs inside a simulated world may not see a clock, a goroutine,
//     or the order of a map.
//   - house_types_test.go: the types of those packages, from sources alone.
//   - house_ratchet_test.go: length of files and functions; lines that are not simulated.
//   - house_text_test.go: left-overs, package documents, links.
//   - house_docs_test.go: what the guides and the package documents name is there.
//
// Each rule is a function from sources to complaints, and each has a test that feeds it a
// planted offence: a guard that cannot fail guards nothing.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is the import path of the repository's root.
const module = "momus"

// source is one Go file of the repository.
type source struct {
	path    string // slash separated, relative to the root
	text    []byte
	file    *ast.File
	test    bool // a _test.go file
	ignored bool // behind `//go:build ignore`: a tool run by hand, in no package
}

// dir is the file's package directory, "." for the root.
func (s *source) dir() string { return path.Dir(s.path) }

// generated says whether the file is written by a generator, by its name. TestGenerated… holds
// the name and the header together.
func (s *source) generated() bool { return strings.HasSuffix(s.path, "_gen.go") }

// imports are the file's import paths in order of appearance.
func (s *source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, "`\""))
	}
	return paths
}

// tree is the repository as the guards see it, read once for all tests.
type tree struct {
	fset    *token.FileSet
	files   []string  // every file, sorted by path
	sources []*source // the Go files among them
}

// packages are the directories that hold a package beside tests and ignored files, sorted.
func (r *tree) packages() []string {
	var dirs []string
	for _, s := range r.sources {
		if !s.test && !s.ignored {
			dirs = append(dirs, s.dir())
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// supportsTests says whether the package exists for tests only, by its name: sim/clustertest,
// core/canon/canontest. The import policy keeps all else from importing it.
func supportsTests(dir string) bool { return strings.HasSuffix(dir, "test") }

var readOnce = sync.OnceValues(readTree)

// house returns the repository's files, parsed.
func house(t *testing.T) *tree {
	t.Helper()
	r, err := readOnce()
	if err != nil {
		t.Fatalf("reading the repository: %v", err)
	}
	return r
}

// readTree walks the repository and parses its Go files. It leaves out the directories that
// .gitignore names, testdata for Go files, and directories with a go.mod of their own.
func readTree() (*tree, error) {
	untracked, err := ignoredDirectories()
	if err != nil {
		return nil, err
	}
	r := &tree{fset: token.NewFileSet()}
	err = filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if name == ".git" { // a directory, or in a second worktree a file
			return skip(entry)
		}
		if entry.IsDir() {
			if slices.Contains(untracked, name) || name != "." && holds(name, "go.mod") {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		r.files = append(r.files, name)
		if !strings.HasSuffix(name, ".go") || strings.Contains("/"+name, "/testdata/") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := parseSource(r.fset, name, text)
		if err != nil {
			return err
		}
		r.sources = append(r.sources, s)
		return nil
	})
	return r, err
}

// skip passes over a directory with all below it, or over a file.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return filepath.SkipDir
	}
	return nil
}

func parseSource(fset *token.FileSet, name string, text []byte) (*source, error) {
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	head := string(text[:fset.Position(file.Package).Offset])
	return &source{
		path:    name,
		text:    text,
		file:    file,
		test:    strings.HasSuffix(name, "_test.go"),
		ignored: slices.Contains(strings.Split(head, "\n"), "//go:build ignore"),
	}, nil
}

// ignoredDirectories are the root directories that .gitignore names as `/name/`.
func ignoredDirectories() ([]string, error) {
	text, err := os.ReadFile(".gitignore")
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "/") && strings.HasSuffix(line, "/") {
			names = append(names, strings.Trim(line, "/"))
		}
	}
	return names, nil
}

func holds(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// refuse reports each complaint as an error of its own.
func refuse(t *testing.T, complaints []string) {
	t.Helper()
	for _, complaint := range complaints {
		t.Error(complaint)
	}
}

// plant parses an invented file, for the tests of the guards themselves.
func plant(t *testing.T, fset *token.FileSet, name, text string) *source {
	t.Helper()
	s, err := parseSource(fset, name, []byte(text))
	if err != nil {
		t.Fatalf("the planted source does not parse: %v", err)
	}
	return s
}

// expectComplaint fails unless some complaint contains want.
func expectComplaint(t *testing.T, complaints []string, want string) {
	t.Helper()
	for _, complaint := range complaints {
		if strings.Contains(complaint, want) {
			return
		}
	}
	t.Errorf("no complaint mentions %q; there were %q", want, complaints)
}

// matches says whether pattern covers dir: itself, or with a trailing "/..." all below it too.
func matches(pattern, dir string) bool {
	root, deep := strings.CutSuffix(pattern, "/...")
	return dir == root || deep && strings.HasPrefix(dir, root+"/")
}

func matchesAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, dir) })
}
