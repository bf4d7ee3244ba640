package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedFilesAreCurrent re-runs the generator over every package that holds one of its
// files, or a line that asks for one.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	l, _, err := newLoader(".")
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]bool{}
	err = filepath.WalkDir(l.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() != "." && strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		asks := bytes.Contains(src, []byte("\n//go:generate go run momus/core/internal/gen\n"))
		if asks || d.Name() == "canon_gen.go" || d.Name() == "kafka_gen.go" {
			packages[filepath.Dir(path)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) == 0 {
		t.Fatal("no package holds generated files")
	}
	for dir := range packages {
		checkCurrent(t, l.root, dir)
	}
}

func checkCurrent(t *testing.T, root, dir string) {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate(dir)
	if err != nil {
		t.Errorf("%s: %v", rel, err)
		return
	}
	for _, name := range []string{"canon_gen.go", "kafka_gen.go"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want[name]) {
			t.Errorf("%s/%s is not what the generator writes: run go generate ./%s", rel, name, rel)
		}
	}
}

// TestUnsupportedIsRefused shows that what cannot be encoded stops the generator, with its place.
func TestUnsupportedIsRefused(t *testing.T) {
	const record = "//kafka:record versions=0-1 flexible=0\ntype T struct { "
	for _, c := range []struct{ name, src, want string }{
		{"float", "//canon:gen\ntype T struct {\n\tF float64\n}", "x.go:5: unknown type float64"},
		{"func", "//canon:gen\ntype T struct {\n\tF func()\n}", "x.go:5: this kind of type has no encoding"},
		{"chan", "//canon:gen\ntype T struct{ F chan int }", "x.go:4: this kind of type has no encoding"},
		{"any", "//canon:gen\ntype T struct{ F any }", "x.go:4: unknown type any"},
		{"interface", "//canon:gen\ntype T struct{ F I }\ntype I interface{}", "x.go:4: interface I is not marked //canon:union"},
		{"foreign", "import \"time\"\n//canon:gen\ntype T struct{ F time.Time }", "x.go:5: time.Time is not a type of this module"},
		{"recursive", "//canon:gen\ntype T struct{ F u }\ntype u struct{ g *u }", "x.go:5: u contains itself"},
		{"anonymous", "//canon:gen\ntype T struct{ F struct{ x int } }", "x.go:4: a struct within a type needs a name"},
		{"map key", "//canon:gen\ntype T struct{ F map[k]int }\ntype k struct{ x int }", "x.go:4: map key k has no Compare method"},
		{"zero bytes", "//canon:gen\ntype T struct{ F []struct{} }", "x.go:4: elements of []struct{} encode to nothing"},
		{"hidden", "import \"momus/core/internal/gen/sample\"\n//canon:gen\ntype T struct{ F sample.Hidden }", "x.go:5: unknown type Hidden"},
		{"no members", "//canon:union name=U\ntype U interface{ isU() }", "x.go:4: union U has no members"},
		{"no marker", "//canon:union name=U\ntype U interface{ IsU() }\n//canon:gen U=1\ntype T struct{}", "x.go:4: union U has no marker"},
		{"twice", "//canon:union name=U\ntype U interface{ isU() }\n//canon:gen U=1\ntype T struct{}\n//canon:gen U=1\ntype V struct{}", "x.go:8: T and V are both U=1"},
		{"stranger", "//canon:gen V=1\ntype T struct{}", "x.go:4: T: this package has no union V"},
		{"version range", "//kafka:record versions=2-1 flexible=0\ntype T struct{}", "x.go:4: T: \"2-1\" is not a range of versions"},
		{"flexible", "//kafka:record versions=0\ntype T struct{}", "x.go:4: T: flexible=\"\""},
		{"key", "//kafka:record union=U key= versions=0 flexible=0\ntype T struct{}", "x.go:4: T: key=\"\""},
		{"no versions", record + "F int32 }", "x.go:4: field F: \"\" is not a range of versions"},
		{"word", record + "F int32 `kafka:\"0+,size=3\"` }", "x.go:4: field F: unknown word \"size\""},
		{"tag", record + "F int32 `kafka:\"0+,tag=x\"` }", "x.go:4: field F: tag=\"x\""},
		{"nullable number", record + "F int32 `kafka:\"0+,nullable=0+\"` }", "x.go:4: field F: a nullable string is a *string"},
		{"pointer", record + "F *string `kafka:\"0+\"` }", "x.go:4: field F: a nullable string is a *string"},
		{"nullable later", record + "F []int8 `kafka:\"0+,nullable=1+\"` }", "x.go:4: field F must be nullable in all of its versions"},
		{"no form", record + "F map[string]int8 `kafka:\"0+\"` }", "x.go:4: field F: map[string]int8 has no form"},
		{"record within", record + "F []T `kafka:\"0+\"` }", "x.go:4: T contains itself"},
		{"other encoding", "//kafka:struct versions=0 flexible=none\ntype S struct { N int8 `kafka:\"0+\"` }\n" + record + "F []S `kafka:\"0+\"` }", "x.go:6: field F: S must be a //kafka:struct, flexible like its owner"},
		{"number", "//canon:gen V=0\ntype T struct{}", "x.go:4: T: the number of a union's member must be positive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := generateSource(t, "package x\n\n"+c.src+"\n")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		})
	}
}

func generateSource(t *testing.T, src string) (map[string][]byte, error) {
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module momus\n", "x.go": src} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "core/internal/gen/sample"), 0o700); err != nil {
		t.Fatal(err)
	}
	sample := []byte("package sample\n")
	if err := os.WriteFile(filepath.Join(dir, "core/internal/gen/sample/s.go"), sample, 0o600); err != nil {
		t.Fatal(err)
	}
	return generate(dir)
}
