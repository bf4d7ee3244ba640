package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

func TestEveryMutationFitsItsSourceOnce(t *testing.T) {
	all, err := readMutations(root)
	if err != nil {
		t.Fatal(err)
	}
	harmless := 0
	for _, m := range all {
		source, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if broken, err := m.apply(string(source)); err != nil {
			t.Error(err)
		} else if broken == string(source) {
			t.Errorf("%s changes nothing in its source", m.name)
		}
		if m.harmless() {
			harmless++
		}
	}
	if harmless == 0 {
		t.Error("no mutation shows that the gallery accuses nobody without reason")
	}
}

const exhibit = "name: a.b\nfile: x.go\nchecker: lost-write\nwhy: one\n two\nfind:\n\tx := 1\n\ty := 2\nreplace:\n\tx := 2\n"

func TestAMutationIsReadAndApplied(t *testing.T) {
	m, err := parseMutation("a.b", exhibit)
	if err != nil {
		t.Fatal(err)
	}
	if m.file != "x.go" || m.checker != "lost-write" || m.why != "one two" {
		t.Errorf("read %+v", m)
	}
	broken, err := m.apply("a\n\tx := 1\n\ty := 2\nb\n")
	if err != nil || broken != "a\n\tx := 2\nb\n" {
		t.Errorf("applied: %q, %v", broken, err)
	}
	for _, source := range []string{"", "\tx := 1\n\ty := 2\n\tx := 1\n\ty := 2\n"} {
		if _, err := m.apply(source); err == nil {
			t.Errorf("it applies to %q, where its text does not occur once", source)
		}
	}
}

func TestMalformedMutationsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no find":      strings.Replace(exhibit, "find:", "seek:", 1),
		"no replace":   strings.Replace(exhibit, "replace:", "put:", 1),
		"no checker":   strings.Replace(exhibit, "checker: lost-write\n", "", 1),
		"another name": strings.Replace(exhibit, "a.b", "a.c", 1),
		"a typo":       strings.Replace(exhibit, "why:", "wye:", 1),
		"no change":    strings.Replace(exhibit, "\tx := 2", "\tx := 1\n\ty := 2", 1),
	} {
		if _, err := parseMutation("a.b", text); err == nil {
			t.Errorf("%s: the file is accepted", name)
		}
	}
}

func TestTheReportOfSimIsRead(t *testing.T) {
	report := "seed=1 verdict=ok steps=10 hash=a\n" +
		"seed=2 verdict=correctness steps=9 hash=b\n" +
		"repeat: momus sim --seed 2\n" +
		"violation: lost-write: t-0 offset 3 @5\n" +
		"violation: duplicate: t-0\n" +
		"violation: lost-write: t-0 offset 4\n" +
		"2 seeds, 1 ok\n"
	told := parseSeeds(report)
	if len(told) != 2 || told[0] != (outcome{1, green}) || told[1] != (outcome{2, "correctness"}) {
		t.Errorf("read %v", told)
	}
	if got := strings.Join(parseCheckers(report), " "); got != "duplicate lost-write" {
		t.Errorf("the checks that spoke: %q", got)
	}
}

func TestResultsAreJudged(t *testing.T) {
	broken := &mutation{name: "m", checker: "lost-write"}
	harmless := &mutation{name: "h", checker: noChecker}
	for _, c := range []struct {
		name string
		r    result
		kept bool
	}{
		{"caught", result{mutation: broken, caught: 3, tried: 3}, true},
		{"got away", result{mutation: broken, tried: 5000}, false},
		{"only the core spoke", result{mutation: broken, tried: 5000, crash: 1}, false},
		{"another check spoke", result{mutation: broken, tried: 5000, other: "hole at 2"}, false},
		{"nothing objected", result{mutation: harmless, tried: 100}, true},
		{"all seeds were red anyway", result{mutation: harmless, tried: 100, red: 100}, false},
		{"nothing was tried", result{mutation: harmless}, false},
		{"the harmless one was accused", result{mutation: harmless, tried: 100, other: "hole at 2"}, false},
		{"the harmless one crashed", result{mutation: harmless, tried: 100, crash: 7}, false},
		{"it does not build", result{mutation: broken, caught: 1, tried: 1, problem: "syntax"}, false},
	} {
		if c.r.judge(); c.r.kept() != c.kept {
			t.Errorf("%s: kept is %v, want %v", c.name, c.r.kept(), c.kept)
		}
	}
}

func TestTheMedianOfStartsCounts(t *testing.T) {
	m := &mutation{name: "m", checker: "lost-write"}
	for _, c := range []struct {
		starts []int
		cell   string
		kept   bool
	}{
		{[]int{5, 0, 9, 3, 0}, "9 (5, -, 9, 3, -)", true},
		{[]int{0, 4, 4, 1, 7}, "4 (-, 4, 4, 1, 7)", true},
		{[]int{0, 0, 9, 3, 0}, "- (-, -, 9, 3, -)", false},
	} {
		r := result{mutation: m, tried: 100, caught: c.starts[0], starts: c.starts, hash: "1"}
		if r.judge(); r.kept() != c.kept || r.medianCell() != c.cell {
			t.Errorf("%v: kept is %v, the cell %q", c.starts, r.kept(), r.medianCell())
		}
		page := table{}
		page.put(&r)
		page.put(&result{mutation: m, tried: 2, caught: 2, starts: []int{2}, hash: "1"})
		if got := cells(page["m"])[medianColumn]; got != c.cell {
			t.Errorf("a run with one start leaves the median %q of the same source", got)
		}
		page.put(&result{mutation: m, tried: 2, caught: 2, starts: []int{2}, hash: "2"})
		if got := cells(page["m"])[medianColumn]; got != "-" {
			t.Errorf("a run on another source leaves the median %q", got)
		}
	}
}

func TestCIBeginsAtTheQuickestStart(t *testing.T) {
	m := &mutation{name: "m", checker: "lost-write"}
	for _, c := range []struct {
		starts       []int
		start, seeds int
	}{
		{[]int{5, 0, 9, 3, 0}, 3, 3},
		{[]int{2, 7, 7}, 0, 2},
		{[]int{8}, 0, 8},
	} {
		page := table{}
		page.put(&result{mutation: m, caught: c.starts[0], starts: c.starts, hash: "1"})
		if start, seeds := page.quickest("m"); start != c.start || seeds != c.seeds {
			t.Errorf("%v: start %d with %d seeds, want %d with %d", c.starts, start, seeds, c.start, c.seeds)
		}
	}
	if start, seeds := (table{}).quickest("m"); start != 0 || seeds != 0 {
		t.Errorf("without a row: start %d with %d seeds", start, seeds)
	}
	for _, c := range []struct {
		r     result
		known int
		want  bool
	}{
		{result{mutation: m, tried: 40}, 300, true},
		{result{mutation: m, tried: 300}, 300, false},
		{result{mutation: m, tried: 40}, 0, false},
		{result{mutation: m, tried: 40, caught: 40}, 300, false},
		{result{mutation: m, problem: "syntax"}, 300, false},
	} {
		c.r.judge()
		if got := c.r.undecided(c.known); got != c.want {
			t.Errorf("%+v after %d before: undecided is %v", c.r, c.known, got)
		}
	}
}

func TestTheTableKeepsRowsOfOtherRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gallery.md")
	a, b := &mutation{name: "a", checker: "x", why: "first"}, &mutation{name: "b", checker: noChecker, why: "second"}
	page := table{}
	page.put(&result{mutation: a, hash: "1111", caught: 4, tried: 4, crash: 2})
	page.put(&result{mutation: b, hash: "2222", tried: 50})
	if err := page.write(path, []*mutation{a, b}); err != nil {
		t.Fatal(err)
	}
	again, err := readTable(path)
	if err != nil || len(again) != 2 {
		t.Fatalf("read %v, %v", again, err)
	}
	if again.hash("a") != "1111" || again.hash("b") != "2222" || again.hash("c") != "" {
		t.Errorf("hashes %q %q %q", again.hash("a"), again.hash("b"), again.hash("c"))
	}
	if again["a"] != page["a"] || again["b"] != page["b"] {
		t.Errorf("rows changed: %v", again)
	}
}

func TestRowsOfBeforeThereWereMediansAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gallery.md")
	page := "# The gallery\n\n| mutation | source | check | seeds | own assertions | others | hash | what breaks |\n|---|---|---|--:|--:|---|---|---|\n" +
		"| a | x.go | hole | 4 | - | - | 1111 | it breaks |\n"
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	old, err := readTable(path)
	if err != nil || old.hash("a") != "1111" || old["a"] != "| a | x.go | hole | 4 | - | - | - | 1111 | it breaks |" {
		t.Errorf("read %v, %v", old, err)
	}
}

func TestCIChoosesWhatChangedAndAPart(t *testing.T) {
	dir := t.TempDir()
	source := "package x\n"
	if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	page := table{}
	var all []*mutation
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		m := &mutation{name: name, file: "x.go", checker: "x", find: name}
		all = append(all, m)
		hash := m.hash(source)
		if name == "e" {
			hash = "of another source"
		}
		page.put(&result{mutation: m, hash: hash})
	}
	all[5].checker = noChecker
	for turn, want := range []string{"efad", "efb", "efc"} {
		chosen, err := chooseForCI(dir, all, page, turn)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for _, m := range chosen {
			got += m.name
		}
		if got != want {
			t.Errorf("turn %d chooses %q, want %q", turn, got, want)
		}
	}
}
