package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const (
	// fileLinesMax is what no file may exceed, tests included.
	fileLinesMax = 600
	// fileLinesLong is what a file should not exceed.
	fileLinesLong = 400
	// longFiles is how many files exceed fileLinesLong. The number only ever falls: a change
	// that shortens a file lowers it here, and one that needs a longer file splits another.
	longFiles = 0
	// funcLinesMax is what a function may have, from its signature to its closing brace.
	// Functions of tests are not counted: their tables are data.
	funcLinesMax = 70
	// unsimulatedLinesMax is how many lines of code no simulated world ever runs. They are thin
	// and without policy, so that a green seed says something about the binary.
	unsimulatedLinesMax = 1500
)

// longFuncs are the functions that may be longer than funcLinesMax, by the number of lines they
// have now; plain dispatch tables may stand here. The numbers only fall.
var longFuncs = map[string]int{}

// unsimulatedPackages run on the real machine only.
var unsimulatedPackages = []string{"net/tcp/...", "net/peer/...", "disk/osfs/...", "cluster/run/...", "cmd/momus"}

// otherCommands are files of cmd/momus that `momus serve` does not run. Any other file there
// counts as not simulated.
var otherCommands = []string{
	"cmd/momus/sim.go", // the simulator's command line
	"cmd/momus/sim_progress.go",
	"cmd/momus/sim_scenario.go",
	"cmd/momus/sim_shrink.go",
	"cmd/momus/sim_show.go",
	"cmd/momus/sim_pace.go",
	"cmd/momus/replay.go",    // recomputes a journal
	"cmd/momus/version.go",   // prints the build's version
	"cmd/momus/admin.go",     // wires cmd/momus/admin
	"cmd/momus/partition.go", // accept-loss, on a stopped directory
	"cmd/momus/config.go",    // config check
	"cmd/momus/format.go",    // makes directories, and ends
	"cmd/momus/dumplog.go",   // wires cmd/momus/dump
}

func lines(text []byte) int { return bytes.Count(text, []byte{'\n'}) }

// counted says whether the ratchet looks at the file: neither written by a generator nor a tool
// outside of all packages.
func (s *source) counted() bool { return !s.generated() && !s.ignored }

// longFunctions are a file's functions of more than limit lines, as `path name` -> lines.
func longFunctions(fset *token.FileSet, s *source, limit int) map[string]int {
	long := map[string]int{}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1
		if n > limit {
			long[s.path+" "+f.Name.Name] = n
		}
	}
	return long
}

// complainLength compares the lengths found with those allowed, in both directions.
func complainLength(long, allowed map[string]int) []string {
	var complaints []string
	for name, n := range long {
		switch was, ok := allowed[name]; {
		case !ok:
			complaints = append(complaints, fmt.Sprintf("%s has %d lines; a function has at most %d", name, n, funcLinesMax))
		case n > was:
			complaints = append(complaints, fmt.Sprintf("%s grew from %d lines to %d; it may only shrink", name, was, n))
		case n < was:
			complaints = append(complaints, fmt.Sprintf("%s shrank from %d lines to %d; write that into longFuncs", name, was, n))
		}
	}
	for name := range allowed {
		if _, ok := long[name]; !ok {
			complaints = append(complaints, fmt.Sprintf("%s is not long any more; take it out of longFuncs", name))
		}
	}
	slices.Sort(complaints)
	return complaints
}

// codeLines counts the lines that hold code: blank lines and comments are free, so that
// explaining costs nothing.
func codeLines(text []byte) int {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	seen := map[int]bool{}
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			return len(seen)
		}
		if tok == token.SEMICOLON && literal == "\n" {
			continue
		}
		first := file.Line(pos)
		for line := first; line <= first+strings.Count(literal, "\n"); line++ {
			seen[line] = true
		}
	}
}

func unsimulated(s *source) bool {
	return !s.test && s.counted() && matchesAny(unsimulatedPackages, s.dir()) && !slices.Contains(otherCommands, s.path)
}

func TestFilesAreShort(t *testing.T) {
	var long []string
	for _, s := range house(t).sources {
		if !s.counted() {
			continue
		}
		if n := lines(s.text); n > fileLinesMax {
			t.Errorf("%s has %d lines; a file has at most %d", s.path, n, fileLinesMax)
		} else if n > fileLinesLong {
			long = append(long, fmt.Sprintf("%s (%d)", s.path, n))
		}
	}
	if len(long) > longFiles {
		t.Errorf("%d files have more than %d lines, which may be %d: %s",
			len(long), fileLinesLong, longFiles, strings.Join(long, ", "))
	}
	if len(long) < longFiles {
		t.Errorf("only %d files have more than %d lines; write that into longFiles", len(long), fileLinesLong)
	}
}

func TestFunctionsFitAScreen(t *testing.T) {
	r := house(t)
	long := map[string]int{}
	for _, s := range r.sources {
		if s.test || supportsTests(s.dir()) || !s.counted() {
			continue
		}
		for name, n := range longFunctions(r.fset, s, funcLinesMax) {
			long[name] = n
		}
	}
	refuse(t, complainLength(long, longFuncs))
}

func TestWhatIsNotSimulatedIsThin(t *testing.T) {
	total := 0
	packages := map[string]int{}
	for _, s := range house(t).sources {
		if unsimulated(s) {
			n := codeLines(s.text)
			packages[s.dir()] += n
			total += n
		}
	}
	t.Logf("FIGURE lines that are not simulated: %d of %d, %v", total, unsimulatedLinesMax, packages)
	if total > unsimulatedLinesMax {
		t.Errorf("%d lines are not simulated, %v; at most %d may be", total, packages, unsimulatedLinesMax)
	}
}

func TestRatchetRefusesPlantedLengths(t *testing.T) {
	fset := token.NewFileSet()
	text := "package x\n\nfunc short() {}\n\nfunc long() {\n" + strings.Repeat("\tshort()\n", 70) + "}\n"
	found := longFunctions(fset, plant(t, fset, "core/x.go", text), funcLinesMax)
	if len(found) != 1 || found["core/x.go long"] != 72 {
		t.Errorf("found %v, want the one function of 72 lines", found)
	}
	expectComplaint(t, complainLength(found, nil), "at most 70")
	expectComplaint(t, complainLength(found, map[string]int{"core/x.go long": 71}), "grew from 71")
	expectComplaint(t, complainLength(found, map[string]int{"core/x.go long": 80}), "shrank from 80")
	expectComplaint(t, complainLength(nil, found), "is not long any more")
	if complaints := complainLength(found, found); len(complaints) > 0 {
		t.Errorf("a function at its number is refused: %q", complaints)
	}
}

func TestCodeLinesLeaveOutCommentsAndBlanks(t *testing.T) {
	text := "// Package x.\npackage x\n\n/* two\nlines */\nvar s = `a\nb` // text of two lines\n\nfunc f() {\n}\n"
	if n := codeLines([]byte(text)); n != 5 {
		t.Errorf("counted %d lines of code, want 5", n)
	}
}

func TestWhatServeRunsCountsAsNotSimulated(t *testing.T) {
	fset := token.NewFileSet()
	for _, c := range []struct {
		file string
		want bool
	}{
		{"cmd/momus/serve.go", true},
		{"cmd/momus/unheard_of.go", true},
		{"cmd/momus/sim.go", false},
		{"cmd/momus/admin/topics.go", false},
		{"net/tcp/listen.go", true},
		{"net/tcp/listen_test.go", false},
		{"net/frame/frame.go", false},
	} {
		if got := unsimulated(plant(t, fset, c.file, "package x\n")); got != c.want {
			t.Errorf("unsimulated(%s) = %v, want %v", c.file, got, c.want)
		}
	}
}
