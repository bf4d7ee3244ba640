package sim

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"momus/core/port"
)

// TestEveryMarkIsHitInOnePlace keeps the closed list true: a mark that nothing hits would be told as never
// reached for ever, and one that two places hit would say nothing of either.
func TestEveryMarkIsHitInOnePlace(t *testing.T) {
	list, err := os.ReadFile("../core/port/marks.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^\t(Mark[A-Z][A-Za-z]*): +"`).FindAllStringSubmatch(string(list), -1)
	if len(names) != port.MarkCount {
		t.Fatalf("%d names for %d marks", len(names), port.MarkCount)
	}
	places := map[string]int{}
	for _, root := range []string{"../core", "../disk", "../net", "../cluster"} {
		err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, hit := range regexp.MustCompile(`port\.(Mark[A-Z][A-Za-z]*)\b`).FindAllStringSubmatch(string(text), -1) {
				places[hit[1]]++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for i, name := range names {
		if n := places[name[1]]; n != 1 {
			t.Errorf("%s is hit in %d places", name[1], n)
		}
		text := port.Mark(i).String()
		if text == "" || seen[text] || strings.ContainsAny(text, " =") {
			t.Errorf("mark %d is called %q", i, text)
		}
		seen[text] = true
	}
	for name := range outOfReach {
		if !seen[name] {
			t.Errorf("there is no mark %s to be out of reach", name)
		}
	}
}

func TestMarksOfManySeedsAreSummedAndThoseNeverReachedNamed(t *testing.T) {
	mark := func(n ...uint64) *Report {
		return &Report{Marks: []Count{{"a/b", n[0]}, {"a/c", n[1]}, {"recovery/loss-accepted", n[2]}}}
	}
	var total Total
	total.Add(mark(0, 0, 0))
	if got := total.Unreached(); !slices.Equal(got, []string{"a/b", "a/c"}) {
		t.Errorf("unreached are %v", got)
	}
	total.Add(mark(3, 0, 0))
	total.Add(Panicked(7, "BUG: it tells of no marks"))
	total.Add(mark(2, 0, 0))
	if got := total.MarksFigure(); !strings.HasPrefix(got, "FIGURE marks: 1 of 3 rare branches and notes reached; ") || !strings.HasSuffix(got, "; not a/c") {
		t.Error(got)
	}
	if got := total.Marks(); !strings.HasPrefix(got, "mark a/b = 5\nmark a/c = 0\nmark recovery/loss-accepted = 0 (nobody runs") {
		t.Error(got)
	}
}

func TestAWorldReachesMarks(t *testing.T) {
	var total Total
	for seed := uint64(1); seed <= few(40); seed++ {
		total.Add(New(seed, Options{}).Run())
	}
	if reached := port.MarkCount - len(total.Unreached()); reached < port.MarkCount/4 {
		t.Errorf("%d of %d marks were reached", reached, port.MarkCount)
	}
}
