package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// leftOvers are texts that no file may hold. The expressions are written so that they do not
// match themselves.
var leftOvers = []struct {
	what   string
	where  string // a suffix of the path; "" is every file
	except string // a path that may
	find   *regexp.Regexp
}{
	{"unfinished work", "", "", regexp.MustCompile(`(^|[^"\w])(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b`)},
	{"a test that skips", "_test.go", "", regexp.MustCompile(`\b(t|b|f|tb)\.Skip(f|Now)?\(`)},
	{"a test that sleeps", "_test.go", "", regexp.MustCompile(`\btime\.[S]leep\(`)},
	{"a path of one machine", "", "", regexp.MustCompile(`(^|[^.A-Za-z0-9])/(work|farm|root|home/[a-z]+)/`)},
	{"the address of a registry", "", "go.sum", regexp.MustCompile(`https?://[^ ]*(golang|npmjs|maven|pypi|crates|debian)\.`)},
}

// complainText lists the left-overs in one file.
func complainText(name, text string) []string {
	var complaints []string
	for _, l := range leftOvers {
		if !strings.HasSuffix(name, l.where) || name == l.except {
			continue
		}
		for _, at := range l.find.FindAllStringIndex(text, -1) {
			line := 1 + strings.Count(text[:at[0]], "\n")
			complaints = append(complaints, fmt.Sprintf("%s:%d: %s", name, line, l.what))
		}
	}
	return complaints
}

// complainDocuments wants a doc.go with a package comment in each package directory. Where only
// tests look, the comment may stand in the file that has the package's name.
func complainDocuments(dirs []string, sources []*source) []string {
	documents := map[string]*source{}
	for _, s := range sources {
		name, dir := path.Base(s.path), s.dir()
		own := name == path.Base(dir)+".go" && (supportsTests(dir) || matches("core/internal/...", dir))
		if name == "doc.go" || own && documents[dir] == nil {
			documents[dir] = s
		}
	}
	var complaints []string
	for _, dir := range dirs {
		switch s, ok := documents[dir]; {
		case !ok:
			complaints = append(complaints, fmt.Sprintf("%s has no doc.go", dir))
		case s.file.Doc == nil || len(s.file.Doc.Text()) < 80:
			complaints = append(complaints, fmt.Sprintf("%s says next to nothing", s.path))
		}
	}
	return complaints
}

// complainGenerated holds the name of generated files and their header together.
func complainGenerated(s *source) []string {
	switch header := ast.IsGenerated(s.file); {
	case header && !s.generated():
		return []string{s.path + " is generated, but is not named _gen.go"}
	case !header && s.generated():
		return []string{s.path + " is named as generated, but has no header that says so"}
	}
	return nil
}

var (
	fence    = regexp.MustCompile("(?ms)^```.*?^```")
	code     = regexp.MustCompile("`[^`\n]*`")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	external = regexp.MustCompile(`^[a-z]+:`)
)

// complainLinks lists the links of a Markdown file that lead nowhere in the repository. read
// returns the text of a file, and whether anything stands at that path.
func complainLinks(name, text string, read func(string) (string, bool)) []string {
	var complaints []string
	plain := code.ReplaceAllString(fence.ReplaceAllString(text, ""), "")
	for _, found := range link.FindAllStringSubmatch(plain, -1) {
		if external.MatchString(found[1]) {
			continue
		}
		file, anchor, _ := strings.Cut(found[1], "#")
		target, body, ok := name, text, true
		if file != "" {
			target = path.Join(path.Dir(name), file)
			body, ok = read(target)
		}
		if !ok || anchor != "" && !hasAnchor(body, anchor) {
			complaints = append(complaints, fmt.Sprintf("%s: the link to %s leads nowhere", name, found[1]))
		}
	}
	return complaints
}

// hasAnchor says whether one of the headings turns into the anchor by the usual rule: lower
// case, punctuation left out, spaces as dashes.
func hasAnchor(text, anchor string) bool {
	for _, found := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ' || r == '-':
				return '-'
			case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, found[1])
		if slug == anchor {
			return true
		}
	}
	return false
}

// readFile is the read of complainLinks on the real repository; a directory has no text.
func readFile(name string) (string, bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		_, err = os.Stat(name)
	}
	return string(text), err == nil
}

func TestNoLeftOversInAnyFile(t *testing.T) {
	for _, name := range house(t).files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if utf8.Valid(text) {
			refuse(t, complainText(name, string(text)))
		}
	}
}

func TestEveryPackageHasADocument(t *testing.T) {
	r := house(t)
	refuse(t, complainDocuments(r.packages(), r.sources))
}

func TestGeneratedFilesAreNamedSo(t *testing.T) {
	for _, s := range house(t).sources {
		refuse(t, complainGenerated(s))
	}
}

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	for _, name := range house(t).files {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		refuse(t, complainLinks(name, string(text), readFile))
	}
}

func TestTextGuardsRefusePlantedLeftOvers(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"core/x.go", "// TO" + "DO: later", "unfinished work"},
		{"core/x_test.go", "\tt.Ski" + "p()", "a test that skips"},
		{"core/x_test.go", "\ttime." + "Sleep(1)", "a test that sleeps"},
		{"scenarios/run.sh", "cd /wor" + "k/here", "a path of one machine"},
		{"Makefile", "https://proxy.go" + "lang.org", "the address of a registry"},
	} {
		expectComplaint(t, complainText(c.name, "\n"+c.text), c.want)
	}
}

func TestDocumentGuardRefusesAMissingAndAnEmptyOne(t *testing.T) {
	fset := token.NewFileSet()
	short := plant(t, fset, "a/doc.go", "// Package a.\npackage a\n")
	complaints := complainDocuments([]string{"a", "b"}, []*source{short})
	expectComplaint(t, complaints, "a/doc.go says next to nothing")
	expectComplaint(t, complaints, "b has no doc.go")
	header := plant(t, fset, "a/x.go", "// Code generated by gen. DO NOT EDIT.\n\npackage a\n")
	expectComplaint(t, complainGenerated(header), "is not named _gen.go")
	expectComplaint(t, complainGenerated(plant(t, fset, "a/x_gen.go", "package a\n")), "has no header")
}

func TestLinkGuardRefusesBrokenLinks(t *testing.T) {
	read := func(name string) (string, bool) { return "# One thing, two\n", name == "docs/b.md" }
	text := "# Here\n[a](b.md) [a](b.md#one-thing-two) [a](#here) [a](https://kafka.apache.org) `[a](no.md)`\n"
	if complaints := complainLinks("docs/a.md", text, read); len(complaints) > 0 {
		t.Errorf("good links are refused: %q", complaints)
	}
	for _, broken := range []string{"c.md", "b.md#three", "#there", "../b.md"} {
		expectComplaint(t, complainLinks("docs/a.md", "[a]("+broken+")", read), broken)
	}
}
